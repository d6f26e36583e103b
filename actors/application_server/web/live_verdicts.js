// What the core's newest verdicts on an agreement say, seconds after an interval and before it is judged for good. Pure:
// what time it is, is an argument.
import { count, milliseconds, span, time } from './format.js';

/** Why a promise is not kept, in words that go on a sentence. */
const reasons = {
  stream: 'another stream takes more than it was promised', capacity: 'the backend gives less than was promised on it', backend: 'the backend itself takes that long',
  gateway: 'a gateway is slow or was lost', control: 'Sluice holds its own requests back: by its limit, an order or the plan',
};

/** An interval is judged for good once its rows cannot change any more: 25 s, and what it takes to store them. */
const final_after_s = 30;
/** What the core takes to judge. */
const judged_after_s = 2;

/**
 * Seconds until the first verdict and until the first that is final; null = it is there. Intervals begin at multiples of their
 * length; the one in which the agreement was established is judged by the core, and does not count.
 */
export function firstVerdicts({ since, interval_s, judged, final, at }) {
  const first = (Math.floor(Date.parse(since) / 1000 / interval_s) + 1) * interval_s;
  const until = (x) => Math.max(0, Math.ceil(first + x - at / 1000));
  return { judged: judged ? null : until(judged_after_s), final: final ? null : until(interval_s + final_after_s) };
}

/** "in 12 s"; "any moment now" once it should be there. */
export const soon = (seconds) => (seconds > 0 ? `in ${span(seconds)}` : 'any moment now');

/** Which promise a verdict is about: its place among the latencies; what comes after them is the reservation. */
function pointOf(verdict, latencies) {
  const found = latencies.findIndex((x) => x.statistic === verdict.promise && Math.abs(x.target_ms - verdict.target_ms) < 1e-3);
  return found < 0 ? latencies.length : found;
}

/**
 * The violated times known so far and those that `now` tells of, as {from, to, cause, point} in seconds. When the page was
 * opened, the first picture says since when the agreement is violated; that is one promise's own time only if no other is.
 */
export function withViolated(spans, now, latencies, interval_s) {
  const to = Date.parse(now?.judged_until) / 1000;
  const broken = (now?.promises ?? []).filter((x) => x.outcome === 'violated');
  const out = [...spans];
  for (const x of broken) {
    const point = pointOf(x, latencies);
    const last = out.findLast((one) => one.point === point);
    if (last && last.to >= to) continue;
    const from = broken.length === 1 && now.since && spans.length === 0 ? Date.parse(now.since) / 1000 : to - interval_s;
    if (last && last.to >= from && last.cause === x.cause) out[out.indexOf(last)] = { ...last, to };
    else out.push({ from: Math.max(from, last?.to ?? from), to, cause: x.cause, point });
  }
  return out;
}

/** Of live spans what is younger than the final verdicts, which say it better. */
export function notFinal(spans, judgedUntil, interval_s) {
  const begin = Math.floor((Date.parse(judgedUntil) || 0) / 1000 / interval_s) * interval_s; // of the interval that is not judged for good
  return spans.map((x) => ({ ...x, from: Math.max(x.from, begin) })).filter((x) => x.from < x.to);
}

/** The same times, none of a promise twice: each begins where the one before ends at the earliest. */
export function apart(spans) {
  const ends = new Map(); // point → end of its last one
  return [...spans].sort((a, b) => a.from - b.from).map((x) => {
    const from = Math.max(x.from, ends.get(x.point) ?? x.from);
    ends.set(x.point, Math.max(x.to, from));
    return { ...x, from };
  }).filter((x) => x.from < x.to);
}

/** The promises of which that is so, measured against what was promised. */
function against(list, promised) {
  return list.map((x) => (x.measured_ms === null ? `${count(x.iops)} IOPS where ${count(promised.reservation)} are reserved`
    : `${x.promise} ${milliseconds(x.measured_ms)} where at most ${milliseconds(x.target_ms)} are promised`)).join('; ');
}

/** How the agreement stands now: {state, sentence, below}. `first`: see firstVerdicts; `promised`: promisesOf its document. */
export function standing(now, first, interval_s, promised) {
  const so = now?.promises.filter((x) => x.outcome === now.state) ?? [];
  const [one] = so;
  const until = now?.judged_until ? `Judged until ${time(now.judged_until)}, every ${span(interval_s)}.` : '';
  switch (now?.state) {
    case 'violated':
      return { state: 'bad', sentence: `Broken now: ${against(so, promised)}.`, below: `${one?.cause ? `Because ${reasons[one.cause] ?? one.cause}. ` : ''}${until}` };
    case 'kept':
      return { state: 'good', sentence: `Kept: ${against(so, promised)}.`, below: until };
    case 'exempt':
      return { state: 'idle', sentence: `Not judged: its clients ask for more than the promise covers (${count(one?.iops)} IOPS).`, below: until };
    case 'no-data':
      return { state: 'idle', sentence: 'Nothing to judge: its clients have read and written nothing.', below: until };
    default:
      return first.judged === null ? { state: 'idle', sentence: 'Not judged lately.', below: until }
        : { state: 'idle', sentence: `Not judged yet: the first verdict comes ${soon(first.judged)}.`, below: `Every ${span(interval_s)} it is judged whether the promise was kept.` };
  }
}
