// What became of an agreement in its window, as figures and cards. From values to elements; what is not known yet is said
// in words.
import { badge, card, figures, key, meter, table } from './components.js';
import { h } from './dom.js';
import { count, date, percent, span, time } from './format.js';
import { soon } from './live_verdicts.js';

/** Whether an interval of it was judged for good. */
export const isJudged = (x) => x.met + x.violated + x.exempt + x.no_data + x.excluded > 0;

/** `x`: the account; `first`: seconds until the first final verdict, null if there is one. */
export function accounted(x, first) {
  const left = x.budget.allowed_s > 0 ? Math.floor((100 * x.budget.left_s) / x.budget.allowed_s) : x.budget.left_s < 0 ? -1 : 100;
  const none = isJudged(x) ? 'None' : 'Not yet';
  const why = !isJudged(x) ? `first final verdict ${soon(first ?? 0)}` : x.exempt > 0 ? 'all intervals were exempt or idle' : 'no interval with traffic yet';
  return figures([
    { name: 'Compliance so far', value: x.compliance_ppm === null ? none : percent(x.compliance_ppm, 3), note: x.compliance_ppm === null ? why : `target ${percent(x.target_ppm, 4)}`, state: x.kept === false ? 'bad' : '' },
    { name: 'Error budget left', value: Math.max(left, 0), unit: '%', note: x.budget.left_s < 0 ? `overspent by ${span(-x.budget.left_s)}` : `${span(x.budget.left_s)} of ${span(x.budget.allowed_s)}`, state: left <= 0 ? 'bad' : left < 25 ? 'warn' : '' },
    { name: 'Burn rate', value: x.burn_rate_milli === null ? none : count(x.burn_rate_milli / 1000), unit: x.burn_rate_milli === null ? '' : '×', note: '1 × uses it up at the window’s end', state: x.burn.some((one) => one.alert) ? 'bad' : '' },
    { name: 'Violated', value: span(x.violated * x.interval_s), note: x.met + x.violated === 0 ? 'no interval judged' : `${count(x.violated)} of ${count(x.met + x.violated)} intervals judged` },
    { name: 'Coverage', value: x.coverage_ppm === null ? none : percent(x.coverage_ppm), note: `${count(x.no_data)} intervals without data` },
    { name: 'Credit', value: x.credit_ppm === null ? 'None' : percent(x.credit_ppm), note: x.is_over ? 'of the period' : 'if it ended now', state: x.credit_ppm === null ? '' : 'warn' },
  ]);
}

/** How the intervals of its window went. */
export function windowCard(x, first) {
  const parts = [['met', 'good', '--good-fill'], ['violated', 'bad', '--bad-fill'], ['exempt', '', '--accent'], ['no_data', 'idle', '--idle-fill'], ['excluded', 'warn', '--warn-fill']];
  const all = parts.reduce((n, [name]) => n + x[name], 0);
  const each = `Intervals of ${span(x.interval_s)}`;
  let from = 0;
  return card('Its window', { more: `${date(x.from)} to ${date(x.to)}` }, h('div', { class: 'body stack' },
    all > 0 && meter(parts.map(([name]) => `${name.replace('_', ' ')} ${x[name]}`).join(', '), parts.map(([name, kind]) => {
      const one = { from, part: (100 * x[name]) / all, kind };
      from += one.part;
      return one;
    }), { tall: true }),
    all > 0 && key(parts.filter(([name]) => x[name] > 0).map(([name, , colour]) => ({ colour, text: `${name.replace('_', ' ')} ${count(x[name])}` }))),
    h('p', { class: 'soft small' }, !isJudged(x) ? `${each}. The first one is judged for good ${soon(first ?? 0)}.` : `${each}, judged for good until ${time(x.judged_until)}.`),
    x.objectives.length > 1 && h('dl', { class: 'terms' }, x.objectives.map((one) => [h('dt', {}, one.compliance_ppm === null ? 'not judged' : percent(one.compliance_ppm, 3)), h('dd', {}, one.objective)]))));
}

export function burnCard(x) {
  const title = 'How fast the budget goes';
  if (x.burn.every((one) => one.long_rate_milli === null))
    return card(title, {}, h('div', { class: 'body soft' }, 'Nothing was judged for good in the last three days: nothing is used up.'));
  return card(title, {}, table('Burn rates', [
    { name: 'Over', cell: (one) => h('span', { class: 'nowrap' }, `${span(one.long_s)} / ${span(one.short_s)}`) },
    { name: 'Rate', number: true, cell: (one) => `${rate(one.long_rate_milli)} / ${rate(one.short_rate_milli)} ×` },
    { name: 'Alert at', number: true, cell: (one) => `${rate(one.threshold_milli)} ×` },
    { name: 'State', cell: (one) => (one.alert ? badge('Alert', 'bad', 'warn') : badge('Calm', 'good')) },
  ], x.burn, { key: (one) => one.long_s, folds: false }));
}
const rate = (milli) => (milli === null ? '–' : milli > 1e9 ? '∞' : count(milli / 1000));
