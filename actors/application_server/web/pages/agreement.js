// One agreement: its terms, what became of them in its window, latency against the promise with the violated time shaded,
// how fast the error budget goes, and the report.
import { get, path, query as fieldsOf, send, url } from '../api.js';
import { agreementLink, badge, card, command, empty, figures, key, loading, meter, notice, pageHead, ruleBadge, segments, stateBadge, streamName, table } from '../components.js';
import { chart } from '../chart.js';
import { h } from '../dom.js';
import { count, date, milliseconds, percent, span, time, words } from '../format.js';
import { icon } from '../icons.js';
import { link, replaceQuery } from '../router.js';
import { may } from '../session.js';
import { promisesOf, termRows } from '../terms_text.js';
import { columns } from './stream.js';

const account_every_ms = 15_000;
const state_every_ms = 3_000;
const ranges = [['1h', '1 h'], ['6h', '6 h'], ['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d']];
const range_ms = { '1h': 3.6e6, '6h': 2.16e7, '24h': 8.64e7, '7d': 6.048e8, '30d': 2.592e9 };
const points = 400;

/** Each cause has its colour; its name stands in the key and in the table of violations. */
const cause_colours = { stream: '--series-2', capacity: '--bad-fill', backend: '--series-3', gateway: '--warn-fill', control: '--series-1', none: '--idle-fill' };

export function open(place, names, query) {
  const name = names.name;
  const at = path('agreements', name);
  place.title(name);
  const state = { document: null, account: null, why: null, violations: null, now: null, stream: query.stream ?? '', missing: null, pastAway: null, holdingUp: false, refused: null,
    range: ranges.some(([x]) => x === query.range) ? query.range : '1h' };
  let plots = null; // {statistic: chart}

  place.watch('overview', (x) => {
    state.now = x.agreements.items.find((one) => one.agreement === name) ?? null;
    draw();
  });
  place.every(state_every_ms, async () => {
    try {
      [state.document, state.why] = await Promise.all([get(at, { signal: place.signal }), get(`${at}/explain`, { signal: place.signal })]);
      state.missing = null;
      const streams = state.why.streams.map((x) => x.stream);
      if (!streams.includes(state.stream) && streams.length > 0 && state.stream === '') {
        state.stream = streams[0];
        askPast();
      }
      plots ??= makePlots();
    } catch (problem) {
      if (!place.signal.aborted && problem.status >= 400 && problem.status < 500) state.missing = problem;
    }
    draw();
  });
  place.every(account_every_ms, async () => {
    await Promise.all([askAccount(), askPast()]);
    draw();
  });

  function makePlots() {
    const series = promisesOf(state.document).latency;
    const wanted = series.length > 0 ? series : [];
    const out = wanted.map((point) => {
      const one = chart({ title: `${words(point.statistic)} latency against the promise`, format: milliseconds, group: `agreement ${name}`, nothing: 'No latency was measured in this time.',
        series: [{ name: point.statistic, colour: '--series-1', fill: true }, { name: 'promised', colour: '--promise', dash: [6, 4] }], least: point.target_ms * 1.2, cap: point.target_ms * 4 });
      place.atEnd(one.end);
      return { ...one, point };
    });
    if (out.length === 0) {
      const one = chart({ title: 'IOPS against the reservation', group: `agreement ${name}`, series: [{ name: 'IOPS', colour: '--series-1', fill: true }, { name: 'reserved', colour: '--promise', dash: [6, 4] }] });
      place.atEnd(one.end);
      out.push({ ...one, point: null });
    }
    return out;
  }

  async function askAccount() {
    try {
      state.account = await get(`${at}/compliance`, { signal: place.signal });
      state.pastAway = null;
    } catch (problem) {
      state.pastAway = problem;
    }
  }

  /** The series of the chosen stream and the violations in the same time. */
  async function askPast() {
    const asked = `${state.range} ${state.stream}`;
    try {
      const from = `-${state.range}`;
      const [violations, past] = await Promise.all([
        get(`${at}/violations${fieldsOf({ from, limit: 200 })}`, { signal: place.signal }),
        state.stream === '' ? null : get(`${path('streams', ...state.stream.split('/'))}/history${fieldsOf({ from, points })}`, { signal: place.signal }).catch(() => null),
      ]);
      if (asked !== `${state.range} ${state.stream}`) return;
      state.violations = violations.items;
      drawPast(past);
    } catch (problem) {
      state.pastAway = problem;
    }
  }

  function drawPast(past) {
    if (!plots) return;
    const to = Date.now() / 1000;
    const names_ = { mean: 'mean_ms', p50: 'p50_ms', p90: 'p90_ms', p95: 'p95_ms', p99: 'p99_ms', 'p99.9': 'p999_ms' };
    const shades = state.violations.map((x) => ({ from: Date.parse(x.from) / 1000, to: Date.parse(x.from) / 1000 + x.length_s, colour: cause_colours[x.cause] ?? '--bad-fill', point: x.point }));
    plots.forEach((plot, i) => {
      const { x, pick } = columns(past?.items ?? [], past?.resolution_s ?? 1);
      const reserved = state.document.spec.objective.reservation?.iops ?? null;
      plot.between(to - range_ms[state.range] / 1000, to);
      plot.set(x, plot.point ? [pick((p) => (p.iops > 0 ? p[names_[plot.point.statistic]] : null)), x.map(() => plot.point.target_ms)] : [pick('iops'), x.map(() => reserved)]);
      plot.shade(shades.filter((one) => one.point === i || !plot.point));
    });
  }

  function choose(fields) {
    Object.assign(state, fields);
    replaceQuery({ range: state.range === '1h' ? '' : state.range, stream: state.stream });
    draw();
    askPast().then(draw);
  }

  const isSuspended = () => state.document.spec.suspended === true;

  /** Suspends, or resumes what is suspended, on the version that is shown. */
  async function holdUp() {
    try {
      state.document = await send('POST', `${at}/${isSuspended() ? 'resume' : 'suspend'}`, undefined, { headers: { 'If-Match': `"${state.document.status.version}"` } });
      state.refused = null;
    } catch (problem) {
      state.refused = problem;
    }
    state.holdingUp = false;
    draw();
  }

  function suspension() {
    const button = (text, click, kind = '') => h('button', { type: 'button', class: `button ${kind}`, on: { click } }, text);
    const ask = (wanted) => () => { state.holdingUp = wanted; state.refused = null; draw(); };
    return [
      state.refused && notice('bad', h('span', {}, state.refused.message)),
      isSuspended() && notice('warn', h('span', {}, 'This agreement is suspended: nothing is reserved, enforced or judged until it is resumed.'), may('hold-up') && button('Resume', holdUp)),
      !isSuspended() && state.holdingUp && notice('warn', h('span', {}, 'While it is suspended nobody is held back for it, and the time is no part of its compliance. What it reserved may be promised to others.'), button('Suspend it', holdUp), button('Keep it in force', ask(false))),
    ];
  }

  function draw() {
    if (state.missing && !state.document)
      return place.show(pageHead(name, { before: h('a', { href: link('agreements') }, 'Agreements') }), card('', {}, empty('agreement', 'There is no such agreement', state.missing.message, h('a', { class: 'button', href: link('agreements') }, 'All agreements'))));
    if (!state.document) return place.show(pageHead(name), loading('the agreement'));
    const { metadata, status, spec } = state.document;
    return place.show(
      pageHead(metadata.name, { before: h('a', { href: link('agreements') }, 'Agreements'), badge: [stateBadge(state.now?.state ?? 'unknown'), ' ', badge(words(spec.objective.tier), 'accent')],
        sub: `with ${metadata.tenant} · version ${status.version}, ${isSuspended() ? 'suspended' : 'in force'} since ${time(status.since)}`,
        actions: [h('a', { class: 'button', href: url(`${at}/report?format=html`), target: '_blank', rel: 'noopener' }, icon('report'), 'Report'),
          may('hold-up') && !isSuspended() && !state.holdingUp && h('button', { type: 'button', class: 'button', on: { click: () => { state.holdingUp = true; draw(); } } }, icon('held'), 'Suspend'),
          may('ask-admission') && h('a', { class: 'button', href: link('establish', { replace: name }) }, 'Change')] }),
      suspension(),
      state.missing && notice('warn', 'This agreement has ended meanwhile. What you see is from then.'),
      state.pastAway && notice('warn', `${state.pastAway.message} What became of it in the past cannot be shown now.`),
      state.account && figures(accounted(state.account)),
      h('div', { class: 'grid main-side' },
        h('div', { class: 'stack' }, past(), violations(state.violations, state.range), streams(state.why)),
        h('div', { class: 'stack' }, state.account && window_(state.account), state.account && burn(state.account), card('Terms', {}, h('div', { class: 'body' }, h('dl', { class: 'terms' }, termRows(state.document)))), terminal(name))));
  }

  function past() {
    const streams_ = state.why?.streams.map((x) => x.stream) ?? [];
    const causes = [...new Set((state.violations ?? []).map((x) => x.cause))];
    return h('div', { class: 'stack' },
      h('div', { class: 'filters' }, segments('Time shown', ranges, state.range, (x) => choose({ range: x })),
        streams_.length > 1 && h('select', { 'aria-label': 'Stream shown', value: state.stream, on: { change: (event) => choose({ stream: event.target.value }) } }, streams_.map((x) => h('option', { value: x, selected: x === state.stream }, x))),
        streams_.length === 1 && h('span', { class: 'small' }, streamName(streams_[0]))),
      plots ? plots.map((x) => x.node) : card('', {}, loading('the past')),
      causes.length > 0 && key(causes.map((x) => ({ colour: cause_colours[x] ?? '--bad-fill', text: `violated: ${words(x).toLowerCase()}` }))));
  }

  draw();
}

function accounted(x) {
  const left = x.budget.allowed_s > 0 ? Math.floor((100 * x.budget.left_s) / x.budget.allowed_s) : x.budget.left_s < 0 ? -1 : 100;
  return [
    { name: 'Compliance so far', value: x.compliance_ppm === null ? '–' : percent(x.compliance_ppm, 3), note: `target ${percent(x.target_ppm, 4)}`, state: x.kept === false ? 'bad' : '' },
    { name: 'Error budget left', value: Math.max(left, 0), unit: '%', note: x.budget.left_s < 0 ? `overspent by ${span(-x.budget.left_s)}` : `${span(x.budget.left_s)} of ${span(x.budget.allowed_s)}`, state: left <= 0 ? 'bad' : left < 25 ? 'warn' : '' },
    { name: 'Burn rate', value: x.burn_rate_milli === null ? '–' : count(x.burn_rate_milli / 1000), unit: x.burn_rate_milli === null ? '' : '×', note: '1 × uses it up at the window’s end', state: x.burn.some((one) => one.alert) ? 'bad' : '' },
    { name: 'Violated', value: span(x.violated * x.interval_s), note: `${count(x.violated)} of ${count(x.met + x.violated)} intervals judged` },
    { name: 'Coverage', value: x.coverage_ppm === null ? '–' : percent(x.coverage_ppm), note: `${count(x.no_data)} intervals without data` },
    { name: 'Credit', value: x.credit_ppm === null ? 'None' : percent(x.credit_ppm), note: x.is_over ? 'of the period' : 'if it ended now', state: x.credit_ppm === null ? '' : 'warn' },
  ];
}

function window_(x) {
  const all = Math.max(x.met + x.violated + x.exempt + x.no_data + x.excluded, 1);
  const parts = [['met', 'good', '--good-fill'], ['violated', 'bad', '--bad-fill'], ['exempt', '', '--accent'], ['no_data', 'idle', '--idle-fill'], ['excluded', 'warn', '--warn-fill']];
  let from = 0;
  return card('Its window', { more: `${date(x.from)} to ${date(x.to)}` }, h('div', { class: 'body stack' },
    meter(parts.map(([name]) => `${name.replace('_', ' ')} ${x[name]}`).join(', '), parts.map(([name, kind]) => {
      const one = { from, part: (100 * x[name]) / all, kind };
      from += one.part;
      return one;
    }), { tall: true }),
    key(parts.filter(([name]) => x[name] > 0).map(([name, , colour]) => ({ colour, text: `${name.replace('_', ' ')} ${count(x[name])}` }))),
    h('p', { class: 'soft small' }, `Intervals of ${span(x.interval_s)}, judged until ${time(x.judged_until)}.`),
    x.objectives.length > 1 && h('dl', { class: 'terms' }, x.objectives.map((one) => [h('dt', {}, one.compliance_ppm === null ? '–' : percent(one.compliance_ppm, 3)), h('dd', {}, one.objective)]))));
}

function burn(x) {
  return card('How fast the budget goes', {}, table('Burn rates', [
    { name: 'Over', cell: (one) => `${span(one.long_s)} and ${span(one.short_s)}` },
    { name: 'Rate', number: true, cell: (one) => `${rate(one.long_rate_milli)} / ${rate(one.short_rate_milli)}` },
    { name: 'Alert at', number: true, cell: (one) => rate(one.threshold_milli) },
    { name: 'State', cell: (one) => (one.alert ? badge('Alert', 'bad', 'warn') : badge('Calm', 'good')) },
  ], x.burn, { key: (one) => one.long_s, folds: false }));
}
const rate = (milli) => (milli === null ? '–' : milli > 1e9 ? '∞' : `${count(milli / 1000)} ×`);

function violations(list, range) {
  if (list === null) return null;
  const title = `Violations of the last ${range.replace('h', ' h').replace('d', ' days')}`;
  if (list.length === 0) return card(title, {}, h('div', { class: 'body soft' }, 'None.'));
  return card(title, {}, table(title, [
    { name: 'From', cell: (x) => h('span', { class: 'nowrap' }, time(x.from)) },
    { name: 'Length', number: true, cell: (x) => span(x.length_s) },
    { name: 'Cause', cell: (x) => badge(words(x.cause), 'bad') },
    { name: 'Culprit', cell: (x) => (x.culprit ? streamName(x.culprit) : '') },
    { name: 'Worst', number: true, cell: (x) => (x.target_ms > 0 ? `${milliseconds(x.worst_ms)} / ${milliseconds(x.target_ms)}` : `${count(x.least_iops)} IOPS`) },
    { name: 'Requests', number: true, cell: (x) => count(x.requests) },
  ], [...list].reverse().slice(0, 50), { key: (x) => `${x.from} ${x.point}` }));
}

function streams(why) {
  if (!why) return null;
  return [card('Streams that it is about', { live: true, more: why.streams.length === 0 ? '' : h('a', { href: link('streams', { agreement: why.agreement }) }, 'with figures') }, why.streams.length === 0
    ? empty('stream', 'No stream now', 'None of the last ten minutes matches its selector. It counts once one of its clients reads or writes.')
    : table('Streams that it is about', columnsOfLines, why.streams, { key: (x) => x.stream })),
  why.held_back_for_it.length > 0 && card('Held back for it', { live: true }, table('Held back for it', columnsOfLines, why.held_back_for_it, { key: (x) => x.stream }))];
}

const columnsOfLines = [
  { name: 'Stream', cell: (x) => streamName(x.stream) },
  { name: 'Held back', cell: (x) => (x.rule === 'none' ? badge('No') : ruleBadge(x)) },
  { name: 'Why', cell: (x) => h('span', { class: 'soft' }, x.sentence), wide: true },
];

function terminal(name) {
  return card('From a terminal', {}, h('div', { class: 'body stack' }, command(`sluicectl describe agreement ${name}`), command(`sluicectl report ${name}`)));
}
