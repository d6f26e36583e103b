// One stream: what it does, what holds it back and why, live and in the past.
import { get, path, query as fieldsOf } from '../api.js';
import { agreementLink, backendLink, badge, card, command, empty, figures, loading, notice, pageHead, ruleBadge, ruleWord, segments, table } from '../components.js';
import { chart } from '../chart.js';
import { h } from '../dom.js';
import { bandwidth, count, milliseconds, span, time } from '../format.js';
import { beginOf, rangeNamed, ranges, secondsOf } from '../ranges.js';
import { link, replaceQuery } from '../router.js';
import { may } from '../session.js';
import { columns, follow } from '../stream_seconds.js';
import { limitText } from './overview.js';

const points = 600;
/** The newest of those in the time shown. */
const most_decisions = 20;
const why_every_ms = 2_000;
const past_every_ms = 30_000;

export function open(place, names, query) {
  const id = `${names.gateway}/${names.volume}/${names.client}`;
  const at = path('streams', names.gateway, names.volume, names.client);
  place.title(id);
  let range = rangeNamed(query.range) ?? 'live';
  let now = null;
  let why = null;
  let past = null; // {items, source, resolution_s} or a Problem
  let decisions = null;
  let gone = null;
  const charts = makeCharts(place);
  const seconds = follow(place, id, (x) => {
    gone = null;
    now = x;
    showLive();
    draw();
  }, (problem) => {
    gone = problem;
    draw();
  });
  place.every(why_every_ms, async () => {
    try {
      why = await get(`${at}/explain`, { signal: place.signal });
    } catch { why = null; }
    draw();
  });
  place.every(past_every_ms, async () => {
    await Promise.all([askPast(), askDecisions()]);
    draw();
  });

  function showLive() {
    if (range === 'live') charts.live(seconds.points());
  }
  async function askPast() {
    if (range === 'live') return;
    const asked = range;
    try {
      past = await get(`${at}/history${fieldsOf({ from: beginOf(asked), points })}`, { signal: place.signal });
    } catch (failed) {
      past = failed;
    }
    if (range === asked && past.items) charts.past(past);
  }
  async function askDecisions() {
    if (!may('see-everything')) return;
    try {
      decisions = (await get(`${at}/decisions${fieldsOf({ from: range === 'live' ? '-1h' : `-${range}`, limit: most_decisions })}`, { signal: place.signal })).items;
    } catch { decisions = null; }
  }

  function choose(x) {
    range = x;
    past = null;
    replaceQuery({ range: range === 'live' ? '' : range });
    if (range === 'live') showLive();
    else charts.wait();
    draw();
    Promise.all([askPast(), askDecisions()]).then(draw);
  }

  function draw() {
    if (!now && !gone) return place.show(pageHead(id), loading('the stream'));
    return place.show(
      pageHead(id, { before: h('a', { href: link('streams') }, 'Streams'), sub: now && subtitle(now), badge: now && heldNow(now, why) }),
      gone && notice('warn', `${gone.message}. What was measured before is still here.`),
      now && !gone && figures(present(now)),
      why && !gone && reason(why),
      h('div', { class: 'filters' }, segments('Time shown', ranges, range, choose),
        h('span', { class: 'soft small' }, range === 'live' ? 'the last ten minutes, second by second' : past?.items ? `one point is ${span(past.resolution_s)}` : '')),
      past?.message && range !== 'live' && notice('warn', past.message),
      h('div', { class: 'grid two' }, charts.nodes),
      decided(decisions, range),
      card('From a terminal', {}, h('div', { class: 'body stack' }, command(`sluicectl explain ${id}`), may('order') && command(`sluicectl limit ${id} --iops 500 --for 10m --why "what for"`))));
  }
  draw();
}

function subtitle(x) {
  return [x.agreement ? ['agreement ', agreementLink(x.agreement), ` (${x.tenant})`] : 'no agreement: best effort', ' · backend ', backendLink(x.backend), ` · last seen ${time(x.last_seen)}`];
}

function heldNow(x, why) {
  const held = x.would_throttle ?? x.throttle;
  if (x.control === 'envelope') return badge('Static envelope', 'warn', 'warn');
  return held && held.rule !== 'none' ? ruleBadge({ ...held }) : badge(why?.free === 'unknown' ? 'Not decided' : 'Not held back', 'good', 'good');
}

function present(x) {
  const active = x.iops > 0;
  return [
    { name: 'IOPS', value: count(x.iops), note: x.throttle?.iops ? `limit ${count(x.throttle.iops)}` : 'no limit now' },
    { name: 'Bandwidth', value: bandwidth(x.bandwidth), note: x.throttle?.bandwidth ? `limit ${bandwidth(x.throttle.bandwidth)}` : '' },
    { name: 'Mean latency', value: active ? milliseconds(x.latency_ms.mean) : '–', note: active ? `${milliseconds(x.backend_latency_ms.mean)} at the backend` : 'no traffic' },
    { name: 'p99 latency', value: active ? milliseconds(x.latency_ms.p99) : '–', note: active ? `median ${milliseconds(x.latency_ms.p50)}` : '' },
    { name: 'Backlog', value: count(x.backlog), note: 'requests that wait' },
    { name: 'In flight', value: count(x.in_flight), note: x.throttle?.depth ? `at most ${x.throttle.depth}` : 'at the backend' },
  ];
}

function reason(x) {
  const held = x.reason.rule !== 'none';
  return card('Why', { live: true }, h('div', { class: 'body stack' },
    h('p', { class: 'why', data: { kind: held ? 'warn' : '' } }, x.sentence),
    held && h('dl', { class: 'terms across' }, [
      ['Rule', ruleWord(x.reason.rule)], ['For', x.reason.for && x.reason.rule === 'protection' ? agreementLink(x.reason.for) : x.reason.for],
      ['Held to', limitText(x.would_throttle ?? x.throttle ?? {})], ['Asked for', `${count(x.reason.demand_iops)} IOPS`], ['Promised', `${count(x.reason.promised_iops)} IOPS`],
      ['Latency', x.reason.target_ms && `${milliseconds(x.reason.measured_ms)} where ${milliseconds(x.reason.target_ms)} are promised`],
      ['Since', x.reason.since && time(x.reason.since)],
    ].filter(([, y]) => y).map(([name, y]) => h('div', {}, h('dt', {}, name), h('dd', {}, y))))));
}

function makeCharts(place) {
  const group = `stream ${Math.random()}`;
  const rate = chart({ title: 'IOPS', group, series: [{ name: 'IOPS', colour: '--series-1', fill: true }, { name: 'limit', colour: '--series-2', dash: [5, 4], steps: true }] });
  const bytes = chart({ title: 'Bandwidth', group, format: bandwidth, series: [{ name: 'read', colour: '--series-1', fill: true }, { name: 'written', colour: '--series-4', dash: [6, 3] }] });
  const bytesLive = chart({ title: 'Bandwidth', group, format: bandwidth, series: [{ name: 'bandwidth', colour: '--series-1', fill: true }] });
  const latencyLive = chart({ title: 'Latency', group, format: milliseconds, series: [{ name: 'mean', colour: '--series-1' }, { name: 'p99', colour: '--series-2', dash: [6, 3] }] });
  const latency = chart({ title: 'Latency', group, format: milliseconds, series: [{ name: 'mean', colour: '--series-1' }, { name: 'p50', colour: '--series-4' }, { name: 'p95', colour: '--series-3', dash: [2, 3] }, { name: 'p99', colour: '--series-2', dash: [6, 3] }, { name: 'p99.9', colour: '--bad-fill', dash: [1, 3] }] });
  const waiting = chart({ title: 'Queue', group, series: [{ name: 'backlog', colour: '--series-3', fill: true }, { name: 'in flight', colour: '--series-4' }], least: 4 });
  const held = chart({ title: 'Share of time held back', group, format: (x) => (x === null ? '–' : `${count(Math.round(x))} %`), least: 100, series: [{ name: 'by rate', colour: '--series-2', fill: true }, { name: 'by depth', colour: '--series-3', dash: [6, 3] }] });
  const all = [rate, bytes, bytesLive, latency, latencyLive, waiting, held];
  for (const x of all) place.atEnd(x.end);
  const out = {
    nodes: [],
    live(list) {
      out.nodes = [rate.node, latencyLive.node, bytesLive.node, waiting.node];
      const { x, pick } = columns(list, 1);
      rate.set(x, [pick('iops'), pick('limit_iops')]);
      latencyLive.set(x, [pick((p) => (p.iops > 0 ? p.mean_ms : null)), pick((p) => (p.iops > 0 ? p.p99_ms : null))]);
      bytesLive.set(x, [pick('bandwidth')]);
      waiting.set(x, [pick('backlog'), pick('in_flight')]);
    },
    past(answer) {
      out.nodes = [rate.node, latency.node, bytes.node, held.node];
      const { x, pick } = columns(answer.items, answer.resolution_s);
      const busy = (name) => pick((p) => (p.iops > 0 ? p[name] : null));
      const part = (name) => pick((p) => (p.measured_s > 0 ? Math.min(100, (100 * p[name]) / p.measured_s) : null));
      rate.set(x, [pick('iops'), pick(() => null)]);
      latency.set(x, ['mean_ms', 'p50_ms', 'p95_ms', 'p99_ms', 'p999_ms'].map(busy));
      bytes.set(x, [pick('read_bandwidth'), pick('write_bandwidth')]);
      held.set(x, [part('limited_by_rate_s'), part('limited_by_depth_s')]);
    },
    wait() { out.nodes = [loading('the past')]; },
  };
  out.live([]);
  return out;
}

function decided(list, range) {
  if (list === null) return null;
  const title = 'What was decided';
  if (list.length === 0)
    return card(title, {}, empty('held', 'Nothing was decided on it', `In the last ${range === 'live' ? 'hour' : span(secondsOf(range))} nothing began or ceased to hold this stream back.`));
  return card(title, { more: `the newest ${list.length}` }, table(title, [
    { name: 'When', cell: (x) => h('span', { class: 'nowrap' }, time(x.at)) },
    { name: 'Rule', cell: (x) => ruleBadge(x) },
    { name: 'For', cell: (x) => (x.for && x.rule === 'protection' ? agreementLink(x.for) : x.for ?? '') },
    { name: 'Held to', cell: (x) => limitText(x) },
    { name: 'Asked for', number: true, cell: (x) => `${count(x.demand)} IOPS` },
    { name: 'Promised', number: true, cell: (x) => `${count(x.promised)} IOPS` },
    { name: 'Measured', number: true, cell: (x) => (x.target_ms > 0 ? `${milliseconds(x.measured_ms)} / ${milliseconds(x.target_ms)}` : '') },
    { name: 'Capacity', number: true, cell: (x) => count(x.capacity) },
  ], list, { key: (x) => `${x.at} ${x.rule} ${x.for}` }));
}
