// One agreement: its terms, how it stands now, latency against the promise with the violated time shaded, what became of it in
// its window, how fast the error budget goes, and the report.
import { get, path, query as fieldsOf, send, url } from '../api.js';
import { accounted, burnCard, isJudged, windowCard } from '../account_cards.js';
import { matches } from '../agreement_form.js';
import { badge, card, command, empty, key, loading, notice, pageHead, ruleBadge, segments, stateBadge, streamName, table, verdict } from '../components.js';
import { chart } from '../chart.js';
import { h } from '../dom.js';
import { count, milliseconds, seconds, span, time, words } from '../format.js';
import { icon } from '../icons.js';
import { apart, firstVerdicts, notFinal, standing, withViolated } from '../live_verdicts.js';
import { beginOf, rangeNamed, ranges, secondsOf } from '../ranges.js';
import { link, replaceQuery } from '../router.js';
import { may } from '../session.js';
import { columns, follow } from '../stream_seconds.js';
import { promisesOf, termRows } from '../terms_text.js';

const account_every_ms = 15_000;
const terms_every_ms = 3_000;
/** Rows that the database has of the last minutes: for the figures that the server's memory does not hold. */
const recent_every_ms = 3_000;
const points = 600;
/** Up to this age an agreement is shown live at first: of so little past, minutes make no picture. */
const young_ms = 3_600_000;
/** Figure of a promise → field of a point. */
const fields = { mean: 'mean_ms', p50: 'p50_ms', p90: 'p90_ms', p95: 'p95_ms', p99: 'p99_ms', 'p99.9': 'p999_ms' };
/** Those that the server's memory holds of each second. */
const in_memory = ['mean', 'p99'];

/** Each cause has its colour; its name stands in the key and in the table of violations. */
const cause_colours = { stream: '--series-2', capacity: '--bad-fill', backend: '--series-3', gateway: '--warn-fill', control: '--series-1', none: '--idle-fill' };

export function open(place, names, query) {
  const name = names.name;
  const at = path('agreements', name);
  place.title(name);
  const state = { document: null, account: null, why: null, violations: null, volumes: null, stream: query.stream ?? '', range: rangeNamed(query.range), missing: null, pastAway: null,
    past: null, violated: [], holdingUp: false, refused: null };
  let plots = null;
  let followed = null; // the stream that is shown, while it is shown live

  place.watch(`agreements/${encodeURIComponent(name)}/explain`, (x) => {
    const first = state.why === null;
    state.why = x;
    noteVerdict();
    chooseStream();
    draw();
    if (first) askVolumes().then(draw);
  });
  place.every(terms_every_ms, async () => {
    try {
      state.document = await get(at, { signal: place.signal });
      state.missing = null;
      state.range ??= Date.now() - Date.parse(state.document.status.since) < young_ms ? 'live' : '1h';
      plots ??= makePlots();
      noteVerdict();
      chooseStream();
    } catch (problem) {
      if (!place.signal.aborted && problem.status >= 400 && problem.status < 500) state.missing = problem;
    }
    draw();
  });
  place.every(account_every_ms, async () => {
    await Promise.all([askAccount(), askPast(), askVolumes()]);
    draw();
  });
  place.every(recent_every_ms, () => { if (state.range === 'live' && plots?.some((x) => !inMemory(x))) askPast(); });
  place.every(1_000, () => { if (state.document && !(state.account && isJudged(state.account))) draw(); }); // counts down to the first verdict

  function noteVerdict() {
    if (state.document && state.why) state.violated = withViolated(state.violated, state.why.promise, promisesOf(state.document).latency, interval()).slice(-points);
  }
  const inMemory = (plot) => !plot.point || in_memory.includes(plot.point.statistic);
  const interval = () => seconds(state.document.spec.objective.compliance.interval);

  /** The first of its streams, until somebody chose one; followed while it is shown live. */
  function chooseStream() {
    if (!plots || !state.why) return;
    if (state.stream === '' && state.why.streams.length > 0) {
      state.stream = state.why.streams[0].stream;
      askPast().then(draw);
    }
    const wanted = state.range === 'live' ? state.stream : '';
    if (followed?.id === wanted || (!followed && wanted === '')) return;
    followed?.seconds.end();
    followed = wanted === '' ? null : { id: wanted, seconds: follow(place, wanted, drawPast) };
  }

  function makePlots() {
    const out = promisesOf(state.document).latency.map((point) => {
      const one = chart({ title: `${words(point.statistic)} latency against the promise`, format: milliseconds, group: `agreement ${name}`, nothing: 'No latency was measured in this time.',
        series: [{ name: point.statistic, colour: '--series-1', fill: true }, { name: 'promised', colour: '--promise', dash: [6, 4] }], least: point.target_ms * 1.2, cap: point.target_ms * 4 });
      place.atEnd(one.end);
      return { ...one, point };
    });
    const { reservation } = promisesOf(state.document);
    if (out.length === 0 || reservation !== null) {
      const one = chart({ title: reservation === null ? 'IOPS' : 'IOPS against the reservation', group: `agreement ${name}`, series: [{ name: 'IOPS', colour: '--series-1', fill: true }, { name: 'reserved', colour: '--promise', dash: [6, 4] }] });
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

  /** What the database has of the chosen stream, and the violations in the same time. */
  async function askPast() {
    if (!state.range) return;
    const asked = `${state.range} ${state.stream}`;
    try {
      const from = beginOf(state.range);
      const [violations, past] = await Promise.all([
        get(`${at}/violations${fieldsOf({ from, limit: 200 })}`, { signal: place.signal }),
        state.stream === '' ? null : get(`${path('streams', ...state.stream.split('/'))}/history${fieldsOf({ from, points })}`, { signal: place.signal }).catch(() => null),
      ]);
      if (asked !== `${state.range} ${state.stream}`) return;
      Object.assign(state, { violations: violations.items, past });
      drawPast();
    } catch (problem) {
      if (!place.signal.aborted) state.pastAway = problem;
    }
  }

  /** Which volumes there are, while no stream matches: perhaps there is none that it could apply to. */
  async function askVolumes() {
    if (!may('see-everything') || !state.why || state.why.streams.length > 0) return;
    try {
      state.volumes = (await get('/gateways', { signal: place.signal })).items.flatMap((x) => x.volumes.map((one) => ({ gateway: x.gateway, volume: one.name })));
    } catch { /* then it is not said */ }
  }

  /** Violated times in the range: judged for good, and the newest, which only the core has judged. */
  function shades() {
    const known = (state.violations ?? []).map((x) => ({ from: Date.parse(x.from) / 1000, to: Date.parse(x.from) / 1000 + x.length_s, cause: x.cause, point: x.point }));
    return apart([...known, ...notFinal(state.violated, state.account?.judged_until, interval())]).map((x) => ({ ...x, colour: cause_colours[x.cause] ?? '--bad-fill' }));
  }

  /** Rows of the database; live also the seconds since, of which memory knows enough for most promises. */
  function shown(plot) {
    const stored = state.past?.items ?? [];
    if (state.range !== 'live' || !inMemory(plot)) return stored;
    const until = stored.at(-1)?.at ?? '';
    return [...stored, ...(followed?.seconds.points() ?? []).filter((x) => x.at > until)];
  }

  function drawPast() {
    if (!plots) return;
    const to = Date.now() / 1000;
    const reserved = promisesOf(state.document).reservation;
    const violated = shades();
    plots.forEach((plot, i) => {
      const { x, pick } = columns(shown(plot), state.past?.resolution_s ?? 1);
      plot.between(to - secondsOf(state.range), to);
      plot.set(x, plot.point ? [pick((p) => (p.iops > 0 ? p[fields[plot.point.statistic]] : null)), x.map(() => plot.point.target_ms)] : [pick('iops'), x.map(() => reserved)]);
      plot.shade(violated.filter((one) => one.point === i));
    });
  }

  function choose(chosen) {
    Object.assign(state, chosen, { past: null });
    replaceQuery({ range: state.range, stream: state.stream });
    chooseStream();
    drawPast();
    draw();
    askPast().then(draw);
  }

  const isSuspended = () => state.document.spec.suspended === true;

  /** Suspends, or resumes what is suspended, on the version that is shown. */
  async function holdUp() {
    try {
      const answer = await send('POST', `${at}/${isSuspended() ? 'resume' : 'suspend'}`, undefined, { headers: { 'If-Match': `"v${state.document.status.version}"` } });
      state.document = answer.body;
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
    const now = state.why?.promise ?? null;
    const first = firstVerdicts({ since: status.since, interval_s: interval(), judged: Boolean(now?.judged_until), final: Boolean(state.account && isJudged(state.account)), at: Date.now() });
    const stands = standing(now, first, interval(), promisesOf(state.document));
    return place.show(
      pageHead(metadata.name, { before: h('a', { href: link('agreements') }, 'Agreements'), badge: [stateBadge(now?.state ?? 'unknown'), ' ', badge(words(spec.objective.tier), 'accent')],
        sub: `with ${metadata.tenant} · version ${status.version}, ${isSuspended() ? 'suspended' : 'in force'} since ${time(status.since)}`,
        actions: [h('a', { class: 'button', href: url(`${at}/report?format=html`), target: '_blank', rel: 'noopener' }, icon('report'), 'Report'),
          may('hold-up') && !isSuspended() && !state.holdingUp && h('button', { type: 'button', class: 'button', on: { click: () => { state.holdingUp = true; draw(); } } }, icon('held'), 'Suspend'),
          may('ask-admission') && h('a', { class: 'button', href: link('establish', { replace: name }) }, may('establish') ? 'Change' : 'Ask for a change')].filter(Boolean) }),
      suspension(),
      state.missing && notice('warn', 'This agreement has ended meanwhile. What you see is from then.'),
      state.pastAway && notice('warn', `${state.pastAway.message} What became of it in the past cannot be shown now.`),
      state.why && !state.missing && !isSuspended() && verdict(stands.state, stands.sentence, stands.below),
      state.account && accounted(state.account, first.final),
      h('div', { class: 'grid main-side' },
        h('div', { class: 'stack' }, past(), violations(state), streams(state)),
        h('div', { class: 'stack' }, state.account && windowCard(state.account, first.final), state.account && burnCard(state.account), card('Terms', {}, h('div', { class: 'body' }, h('dl', { class: 'terms' }, termRows(state.document)))), terminal(name))));
  }

  function past() {
    const streams_ = state.why?.streams.map((x) => x.stream) ?? [];
    const causes = [...new Set(shades().map((x) => x.cause))];
    return h('div', { class: 'stack' },
      h('div', { class: 'filters' }, segments('Time shown', ranges, state.range, (x) => choose({ range: x })), state.range === 'live' && h('span', { class: 'soft small' }, 'the last ten minutes, second by second'),
        streams_.length > 1 && h('select', { 'aria-label': 'Stream shown', value: state.stream, on: { change: (event) => choose({ stream: event.target.value }) } }, streams_.map((x) => h('option', { value: x, selected: x === state.stream }, x))),
        streams_.length === 1 && h('span', { class: 'small' }, streamName(streams_[0]))),
      plots ? plots.map((x) => x.node) : card('', {}, loading('the past')),
      causes.length > 0 && key(causes.map((x) => ({ colour: cause_colours[x] ?? '--bad-fill', text: `violated: ${words(x).toLowerCase()}` }))));
  }

  draw();
}

function violations({ violations: list, range, account }) {
  if (list === null) return null;
  const title = `Violations of the last ${range === 'live' ? 'ten minutes' : range.replace('h', ' h').replace('d', ' days')}`;
  if (list.length === 0) return card(title, {}, h('div', { class: 'body soft' }, account && isJudged(account) ? `None until ${time(account.judged_until)}, which is how far it is judged for good.` : 'None: nothing is judged for good yet.'));
  return card(title, {}, table(title, [
    { name: 'From', cell: (x) => h('span', { class: 'nowrap' }, time(x.from)) },
    { name: 'Length', number: true, cell: (x) => span(x.length_s) },
    { name: 'Cause', cell: (x) => badge(words(x.cause), 'bad') },
    { name: 'Culprit', cell: (x) => (x.culprit ? streamName(x.culprit) : '') },
    { name: 'Worst', number: true, cell: (x) => (x.target_ms > 0 ? `${milliseconds(x.worst_ms)} / ${milliseconds(x.target_ms)}` : `${count(x.least_iops)} IOPS`) },
    { name: 'Requests', number: true, cell: (x) => count(x.requests) },
  ], [...list].reverse().slice(0, 50), { key: (x) => `${x.from} ${x.point}` }));
}

function streams({ why, volumes, document }) {
  if (!why) return null;
  return [card('Streams that it is about', { live: true, more: why.streams.length === 0 ? '' : h('a', { href: link('streams', { agreement: why.agreement }) }, 'with figures') }, why.streams.length === 0
    ? empty('stream', 'No stream now', noStream(document.spec.streams, volumes))
    : lines('Streams that it is about', why.streams, h('a', { href: link('streams', { agreement: why.agreement }) }, 'All of them'))),
  why.held_back_for_it.length > 0 && card('Held back for it', { live: true }, lines('Held back for it', why.held_back_for_it, h('a', { href: link('streams', { throttled: 'true' }) }, 'All that are held back')))];
}

const most_lines = 20; // more is read where streams are listed

function lines(title, list, others) {
  return table(title, [
    { name: 'Stream', cell: (x) => streamName(x.stream) },
    { name: 'Held back', cell: (x) => (x.rule === 'none' ? badge('No') : ruleBadge(x)) },
    { name: 'Why', cell: (x) => h('span', { class: 'soft' }, x.sentence), wide: true },
  ], list.slice(0, most_lines), { key: (x) => x.stream, foot: list.length > most_lines ? others : null });
}

const most_volumes = 5; // named

function noStream(selector, volumes) {
  const everything = { gateway: '*', volume: '*', client: '*', ...selector };
  if (volumes && !volumes.some((x) => matches({ ...everything, client: '*' }, { ...x, client: '' })))
    return `It applies to no volume that is served now. ${volumes.length === 0 ? 'There is none.' : `Served: ${volumes.slice(0, most_volumes).map((x) => `${x.gateway}/${x.volume}`).join(', ')}${volumes.length > most_volumes ? ' and others' : ''}.`}`;
  return 'None of the last ten minutes matches its selector. It counts once one of its clients reads or writes.';
}

function terminal(name) {
  return card('From a terminal', {}, h('div', { class: 'body stack' }, command(`sluicectl describe agreement ${name}`), command(`sluicectl report ${name}`)));
}
