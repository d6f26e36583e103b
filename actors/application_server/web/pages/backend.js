// One backend: what it gives, what is reserved, what is used, where its latency bends, and who is on it.
import { get, path } from '../api.js';
import { badge, card, empty, figures, key, loading, notice, pageHead, ruleBadge, streamName, table, terms } from '../components.js';
import { chart } from '../chart.js';
import { h } from '../dom.js';
import { count, milliseconds, plural } from '../format.js';
import { link } from '../router.js';
import { capacityBar } from './overview.js';

const why_every_ms = 3_000;
const policy_every_ms = 30_000;
/** What is drawn was seen by this page since it was opened. */
const most_points = 900;

export function open(place, names) {
  const name = names.name;
  place.title(name);
  let now = null;
  let known = false;
  let why = null;
  let policy = null;
  const seen = [];
  const group = `backend ${name}`;
  const rate = chart({ title: 'Used and given', group, series: [{ name: 'used', colour: '--series-1', fill: true }, { name: 'given', colour: '--line-strong', dash: [6, 4] }, { name: 'reserved', colour: '--promise', dash: [2, 3] }], nothing: 'The picture begins now.' });
  const latency = chart({ title: 'Latency of the backend', group, format: milliseconds, series: [{ name: 'mean', colour: '--series-2' }, { name: 'at low load', colour: '--line-strong', dash: [6, 4] }], nothing: 'The picture begins now.' });
  place.atEnd(rate.end);
  place.atEnd(latency.end);

  place.watch('backends', (x) => {
    known = true;
    now = x.items.find((one) => one.backend === name) ?? null;
    if (now) {
      seen.push([Math.round(Date.now() / 1000), now]);
      if (seen.length > most_points) seen.shift();
      const x = seen.map(([at]) => at);
      const pick = (how) => seen.map(([, one]) => how(one));
      rate.set(x, [pick((one) => one.delivered_iops), pick((one) => one.capacity_iops), pick((one) => one.promised_iops)]);
      latency.set(x, [pick((one) => (one.delivered_iops > 0 ? one.latency_ms : null)), pick((one) => one.least_latency_ms)]);
    }
    draw();
  });
  place.every(why_every_ms, async () => {
    try {
      why = await get(`${path('backends', name)}/explain`, { signal: place.signal });
    } catch { why = null; }
    draw();
  });
  place.every(policy_every_ms, async () => {
    try {
      policy = await get('/policy', { signal: place.signal });
    } catch { policy = null; }
    draw();
  });

  function draw() {
    if (!known) return place.show(pageHead(name), loading('the backend'));
    if (!now) return place.show(pageHead(name, { before: h('a', { href: link('backends') }, 'Backends') }),
      card('', {}, empty('backend', 'Nothing was measured on this backend', 'It shows up with the first I/O on one of its volumes.', h('a', { class: 'button', href: link('backends') }, 'All backends'))));
    return place.show(
      pageHead(name, { before: h('a', { href: link('backends') }, 'Backends'),
        badge: now.deficit ? badge('Capacity deficit', 'bad', 'warn') : now.capacity_measured && now.promised_iops > now.capacity_iops ? badge('More reserved than given', 'warn', 'warn') : now.mode === 'observe' ? badge('Only observed', 'accent') : badge('Enough capacity', 'good', 'good') }),
      why && h('p', { class: 'notice' }, why.sentence),
      figures(present(now)),
      card('Used, reserved, given', { live: true }, h('div', { class: 'body' }, capacityBar(now, true),
        key([{ colour: '--accent', text: `used ${count(now.delivered_iops)} IOPS` }, { colour: '--idle-fill', text: `given ${now.capacity_measured ? '' : 'at least '}${count(now.capacity_iops)} IOPS` }, { colour: '--text', text: `reserved ${count(now.promised_iops)} IOPS (mark)` }]))),
      h('div', { class: 'grid two gap' }, rate.node, latency.node),
      h('div', { class: 'grid main-side' }, streams(why), card('Where its latency bends', {}, h('div', { class: 'body stack' }, knee(now, policy)))));
  }
  draw();
}

function present(x) {
  const part = x.capacity_iops > 0 ? Math.round((100 * x.delivered_iops) / x.capacity_iops) : null;
  const reserved = x.capacity_iops > 0 ? Math.round((100 * x.promised_iops) / x.capacity_iops) : null;
  return [
    { name: 'Given', value: `${x.capacity_measured ? '' : '≥ '}${count(x.capacity_iops)}`, unit: 'IOPS', note: x.capacity_measured ? 'measured while it was full' : 'the most that was asked of it' },
    { name: 'Used', value: count(x.delivered_iops), unit: 'IOPS', note: part === null ? '' : `${part} % of what it gives` },
    { name: 'Reserved', value: count(x.promised_iops), unit: 'IOPS', note: reserved === null ? '' : `${reserved} % of what it gives`, state: x.capacity_measured && x.promised_iops > x.capacity_iops ? 'warn' : '' },
    { name: 'Latency', value: x.delivered_iops > 0 ? milliseconds(x.latency_ms) : '–', note: x.least_latency_ms ? `${milliseconds(x.least_latency_ms)} at low load` : 'never seen at low load' },
    { name: 'In flight', value: count(x.in_flight), note: 'requests at once' },
    { name: 'Streams', value: count(x.streams), note: x.throttled > 0 ? `${plural(x.throttled, 'of them is', 'of them are')} held back` : 'none is held back' },
  ];
}

/** The settings of the policy that say how full it may get, most specific rule first. */
function knee(x, policy) {
  const defaults = policy?.spec?.defaults ?? {};
  const rule = (policy?.spec?.backends ?? []).filter((one) => fits(one.match, x.backend)).sort((a, b) => b.match.replaceAll('*', '').length - a.match.replaceAll('*', '').length)[0] ?? {};
  const setting = (name) => rule[name] ?? defaults[name] ?? 'as the core was started';
  const ratio = x.least_latency_ms && x.delivered_iops > 0 ? x.latency_ms / x.least_latency_ms : null;
  return [
    h('p', {}, ratio === null ? 'How its latency now compares with that at low load is not known yet.'
      : ratio < 2 ? `Its latency is ${ratio.toFixed(1)} times that at low load: before the knee, there is room.`
        : `Its latency is ${ratio.toFixed(1)} times that at low load: requests queue, it is at the knee or past it.`),
    terms([['Latency now', x.delivered_iops > 0 ? milliseconds(x.latency_ms) : '–'], ['At low load', milliseconds(x.least_latency_ms)], ['Aimed at, at most', setting('knee')], ['Aimed at, at least', setting('knee_least')], ['Mode', x.mode]]),
    h('p', { class: 'soft small' }, 'Where a latency is promised, that promise is aimed at instead; these settings are for backends on which none is.'),
  ];
}

function fits(pattern, name) {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${literal}$`).test(name);
}

function streams(why) {
  if (!why) return card('Streams on it', {}, loading('its streams'));
  if (why.streams.length === 0) return card('Streams on it', {}, notice('', 'No stream was seen on it in the last ten minutes.'));
  return card('Streams on it', { live: true, more: h('a', { href: link('streams', { backend: why.backend }) }, 'with figures') }, table('Streams on it', [
    { name: 'Stream', cell: (x) => streamName(x.stream) },
    { name: 'Held back', cell: (x) => (x.rule === 'none' ? badge('No') : ruleBadge(x)) },
    { name: 'Why', cell: (x) => h('span', { class: 'soft' }, x.sentence), wide: true },
  ], why.streams, { key: (x) => x.stream }));
}
