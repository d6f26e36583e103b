// Are the promises kept now, how much may still go wrong, who is held back and why.
import { itemsOf } from '../api.js';
import { agreementLink, backendLink, badge, card, command, empty, establishLink, figures, firstAgreement, key, loading, meter, notice, pageHead, ruleBadge, someOf, stateBadge, streamName, table, verdict } from '../components.js';
import { h } from '../dom.js';
import { eventItem } from '../events_text.js';
import { bandwidth, count, milliseconds, percent, plural, span, time, words } from '../format.js';
import { icon } from '../icons.js';
import { link } from '../router.js';
import { may } from '../session.js';

/** Budgets move slowly, and asking for them costs the database. */
const budgets_every_ms = 30_000;

export function open(place) {
  place.title('Overview');
  let now = null;
  let budgets = new Map(); // agreement → its account
  let refused = null;
  const draw = () => place.show(refused ? [pageHead('Overview'), notice('bad', refused.message)] : now ? picture(now, budgets) : [pageHead('Overview'), loading('the present')]);

  place.watch('overview', (x) => {
    now = x;
    refused = null;
    draw();
  }, (problem) => {
    refused = problem;
    draw();
  });
  place.every(budgets_every_ms, async () => {
    try {
      const accounts = await itemsOf('/compliance', { period: 'current' }, { signal: place.signal });
      budgets = new Map(accounts.map((x) => [x.agreement, x]));
    } catch { /* without the database there are no budgets; the frame says that it is away */ }
    draw();
  });
  draw();
}

function picture(x, budgets) {
  return [
    pageHead('Overview', { sub: `As of ${time(x.at)}`, actions: [establishLink()].filter(Boolean) }),
    sentence(x),
    figures(summary(x, budgets)),
    h('div', { class: may('see-everything') ? 'grid main-side' : 'grid' },
      h('div', { class: 'stack' }, promises(x, budgets), held(x)),
      may('see-everything') && h('div', { class: 'stack' }, backends(x), gateways(x), events(x))),
  ];
}

function sentence(x) {
  const { counts, total } = x.agreements;
  const judged = counts.kept + counts.violated + counts.exempt;
  const newest = x.agreements.items.map((one) => one.judged_until ?? '').sort().at(-1);
  const until = newest ? `Judged until ${time(newest)}.` : 'No interval has been judged yet.';
  const deficit = x.backends.items.filter((one) => one.deficit).map((one) => one.backend);
  const below = deficit.length > 0 ? `${until} Capacity deficit on ${deficit.join(', ')}: lower tiers yield.` : until;
  if (total === 0) return verdict('idle', 'Nothing is promised yet.', 'Sluice measures every stream, and holds nobody back before there is an agreement.');
  if (counts.violated > 0)
    return verdict('bad', `${counts.violated} of ${plural(total, 'promise')} ${counts.violated === 1 ? 'is' : 'are'} broken now.`, below);
  if (deficit.length > 0) return verdict('warn', judged > 0 ? 'No promise is broken, with less capacity than was promised.' : 'There is less capacity than was promised.', below);
  if (judged === 0) return verdict('idle', counts.unknown > 0 ? 'No promise has been judged lately.' : 'No promise is in use now.', below);
  return verdict('good', total === 1 ? 'The promise is kept.' : judged === 1 ? 'The one promise in use is kept.' : `All ${count(judged)} promises in use are kept.`, below);
}

const share = (x) => (x.budget.allowed_s > 0 ? (100 * x.budget.left_s) / x.budget.allowed_s : x.budget.left_s < 0 ? -1 : 100);

function summary(x, budgets) {
  const { counts, total } = x.agreements;
  const scarce = [...budgets.values()].sort((a, b) => share(a) - share(b))[0];
  const left = scarce ? Math.floor(share(scarce)) : null;
  return [
    { name: 'Promises kept', value: count(counts.kept), unit: `of ${count(total)}`, state: counts.violated > 0 ? 'bad' : '',
      note: [counts.violated > 0 && `${count(counts.violated)} broken`, counts['no-data'] > 0 && `${count(counts['no-data'])} without traffic`, counts.exempt > 0 && `${count(counts.exempt)} exempt`, counts.unknown > 0 && `${count(counts.unknown)} not judged`, counts.suspended > 0 && `${count(counts.suspended)} suspended`].filter(Boolean).join(', ') || (total === 0 ? 'nothing promised yet' : 'all judged') },
    { name: 'Least error budget left', value: left === null ? 'None' : Math.max(left, 0), unit: left === null ? '' : '%', state: left !== null && left <= 0 ? 'bad' : left !== null && left < 25 ? 'warn' : '',
      note: scarce ? h('span', {}, agreementLink(scarce.agreement), ` · ${span(Math.max(scarce.budget.left_s, 0))}`) : 'nothing accounted yet' },
    { name: 'Held back', value: count(x.throttles.total), unit: `of ${plural(x.streams.total, 'stream')}`,
      note: x.throttles.observed > 0 ? `${count(x.throttles.observed)} only would be` : `${plural(x.streams.active, 'stream')} with traffic` },
    { name: 'Traffic', value: count(x.streams.iops), unit: 'IOPS', note: bandwidth(x.streams.bandwidth) },
    may('see-everything') && { name: 'Gateways', value: count(x.gateways.connected), unit: `of ${count(x.gateways.total)}`, state: x.gateways.connected < x.gateways.total ? 'bad' : '',
      note: x.gateways.connected < x.gateways.total ? 'some are not connected' : 'connected' },
  ].filter(Boolean);
}

/** The promise that decides what the state says: a broken one first. */
const worst = (x) => x.promises.find((one) => one.outcome === x.state) ?? x.promises[0];

export function againstPromise(x) {
  const one = worst(x);
  if (!one) return '–';
  if (one.measured_ms === null) return `${count(one.iops)} IOPS`;
  if (one.outcome === 'no-data') return h('span', { class: 'soft' }, `${one.promise} ≤ ${milliseconds(one.target_ms)}`);
  return [h('span', { class: 'nowrap' }, `${one.promise} ${milliseconds(one.measured_ms)}`), ' ', h('span', { class: 'soft nowrap' }, `≤ ${milliseconds(one.target_ms)}`)];
}

export function budgetBar(account) {
  if (!account) return '–';
  const left = share(account);
  const says = left < 0 ? 'spent' : `${Math.floor(left)} %`;
  return h('div', { class: 'metered' }, meter(`${says} of the error budget left`, [{ part: left, kind: left <= 0 ? 'bad' : left < 25 ? 'warn' : 'good' }]), h('span', { class: left <= 0 ? 'nowrap' : 'nowrap soft' }, says));
}

function promises(x, budgets) {
  const { items, total } = x.agreements;
  if (total === 0)
    return card('Agreements', {}, empty('agreement', 'No agreement yet', 'An agreement says what a tenant is promised on which streams, and how it is judged.', firstAgreement()));
  return card('Agreements', { live: true, more: h('a', { href: link('agreements') }, someOf(items.length, total, 'agreement')) },
    table('Agreements, the ones in need first', [
      { name: 'Agreement', cell: (one) => [agreementLink(one.agreement), ' ', h('span', { class: 'soft small' }, one.tenant)] },
      { name: 'Now', cell: (one) => stateBadge(one.state) },
      { name: 'Since', cell: (one) => h('span', { class: 'soft nowrap' }, time(one.since)) },
      { name: 'Measured against promise', cell: againstPromise },
      { name: 'Cause', cell: (one) => (one.state === 'violated' ? cause(worst(one)) : '') },
      { name: 'Error budget left', cell: (one) => budgetBar(budgets.get(one.agreement)), wide: true },
    ], items, { key: (one) => one.agreement }));
}

function cause(one) {
  if (!one?.cause) return '';
  return one.culprit ? [words(one.cause), ': ', streamName(one.culprit)] : words(one.cause);
}

function held(x) {
  const { items, total } = x.throttles;
  if (total === 0)
    return card('Held back now', {}, h('div', { class: 'body soft' }, x.agreements.total === 0 ? 'Nobody. Without agreements no stream is held back.' : x.agreements.counts.violated > 0 ? 'Nobody.' : 'Nobody: no promise needs it.'));
  return card('Held back now', { live: true, more: h('a', { href: link('streams', { throttled: 'true' }) }, someOf(items.length, total, 'stream')) },
    h('ul', { class: 'feed' }, items.map((one) => h('li', { key: one.stream }, h('span', { class: 'sign', data: { kind: 'warn' } }, icon('held')),
      h('div', {}, h('p', {}, streamName(one.stream), ' ', ruleBadge(one), ' ', h('strong', { class: 'nowrap' }, limitText(one))),
        h('p', { class: 'soft' }, one.sentence), h('div', { class: 'meta' }, one.since && h('span', {}, `since ${time(one.since)}`),
          one.for && h('span', {}, 'for ', one.rule === 'protection' ? agreementLink(one.for) : one.for)))))));
}

export function limitText(x) {
  return [x.iops && `${count(x.iops)} IOPS`, x.bandwidth && bandwidth(x.bandwidth), x.depth && `depth ${x.depth}`].filter(Boolean).join(' · ');
}

/** Used, reserved and given, on one bar. */
export function capacityBar(x, tall = false) {
  const whole = 1.04 * Math.max(x.capacity_iops, x.promised_iops, x.delivered_iops, 1);
  return meter(`${count(x.delivered_iops)} of ${count(x.capacity_iops)} IOPS used, ${count(x.promised_iops)} reserved`,
    [{ part: (100 * x.capacity_iops) / whole, kind: 'idle' }, { part: (100 * x.delivered_iops) / whole, kind: x.deficit ? 'bad' : '' }, { mark: (100 * x.promised_iops) / whole }], { tall });
}

function backends(x) {
  const { items, total } = x.backends;
  if (total === 0) return card('Backends', {}, h('div', { class: 'body soft' }, 'Nothing has been measured yet. A backend shows up with the first I/O on one of its volumes.'));
  return card('Backends', { live: true, more: h('a', { href: link('backends') }, someOf(items.length, total, 'backend')) },
    h('div', { class: 'body stack' }, items.slice(0, 8).map((one) => h('div', { key: one.backend },
      h('p', {}, backendLink(one.backend), ' ', one.deficit && badge('Deficit', 'bad', 'warn'), one.mode === 'observe' && badge('Only observed', 'accent'),
        h('span', { class: 'soft small' }, ` ${count(one.delivered_iops)} of ${one.capacity_measured ? '' : 'at least '}${count(one.capacity_iops)} IOPS, ${count(one.promised_iops)} reserved`)),
      capacityBar(one))), key([{ colour: '--accent', text: 'used' }, { colour: '--idle-fill', text: 'given' }, { colour: '--text', text: 'reserved (mark)' }])));
}

function gateways(x) {
  const { items, total } = x.gateways;
  if (total === 0) return card('Gateways', {}, empty('gateway', 'No gateway is connected', 'Gateways sit on the I/O path and measure. Start one:', command('sluice-gateway --config-file=/etc/sluice/gateway.ini')));
  const away = items.filter((one) => !one.connected);
  return card('Gateways', { live: true, more: h('a', { href: link('gateways') }, someOf(items.length, total, 'gateway')) },
    h('div', { class: 'body' }, away.length === 0 ? h('p', {}, `${plural(total, 'gateway')} connected, ${plural(items.reduce((n, one) => n + one.volumes.length, 0), 'volume')}.`)
      : away.map((one) => h('p', { key: one.gateway }, badge('Not connected', 'bad', 'bad'), ' ', one.gateway, h('span', { class: 'soft' }, one.last_heard ? ` last heard ${time(one.last_heard)}` : ' never heard')))));
}

function events(x) {
  return card('Latest events', { more: h('a', { href: link('events') }, 'All') }, x.events.length === 0 ? h('div', { class: 'body soft' }, 'Nothing has happened yet.')
    : h('ul', { class: 'feed short' }, x.events.slice(0, 8).map(eventItem)));
}

/** For other pages: what an account says in one line. */
export const complianceText = (x) => (x.compliance_ppm === null ? '–' : percent(x.compliance_ppm));
