// What the newest verdicts say before they are final: times, spans and sentences from made-up verdicts, in the module that the
// dashboard is served with.
import { check, launch, opened, sum, base } from './harness.mjs';

const browser = await launch();
const page = await opened(browser);
await page.goto(`${base}/`);
await page.waitForSelector('#token');

const same = (is, wanted, sentence) => check(JSON.stringify(is) === JSON.stringify(wanted), sentence, `${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
/** Runs a function in the page with the module. */
const there = (what) => page.evaluate(`(async () => (${what})(await import('/live_verdicts.js')))()`);

same(await there((m) => m.firstVerdicts({ since: '2026-01-01T00:00:03Z', interval_s: 10, judged: false, final: false, at: Date.parse('2026-01-01T00:00:04Z') })),
  { judged: 8, final: 46 }, 'established at 3 s: the core judges at 10 s, what counts is the interval from 10 s to 20 s');
same(await there((m) => m.firstVerdicts({ since: '2026-01-01T00:00:03Z', interval_s: 10, judged: true, final: false, at: Date.parse('2026-01-01T00:05:00Z') })),
  { judged: null, final: 0 }, 'what is there is not waited for, what is late comes any moment');

const spans = await there((m) => {
  const told = (until, state, since) => ({ state, since: `2026-01-01T00:00:${since}Z`, judged_until: `2026-01-01T00:00:${until}Z`, promises: [{ promise: 'p99', target_ms: 2, measured_ms: 3, outcome: state, cause: 'backend', iops: 5 }] });
  const latencies = [{ statistic: 'mean', target_ms: 2 }, { statistic: 'p99', target_ms: 2 }];
  const pictures = [told(10, 'violated', '00'), told(10, 'violated', '00'), told(20, 'violated', '00'), told(30, 'kept', 20), told(40, 'violated', 30)];
  const all = pictures.reduce((known, x) => m.withViolated(known, x, latencies, 10), []);
  const short = (list) => list.map((x) => [x.from % 60, x.to % 60, x.cause, x.point]);
  return { all: short(all), open: short(m.notFinal(all, '2026-01-01T00:00:15Z', 10)) };
});
same(spans.all, [[0, 20, 'backend', 1], [30, 40, 'backend', 1]], 'neighbouring intervals are one span, told twice is once');
same(spans.open, [[10, 20, 'backend', 1], [30, 40, 'backend', 1]], 'an interval of which only a part is closed is still the core’s');
same(await there((m) => m.apart([{ from: 5, to: 12, point: 0 }, { from: 0, to: 10, point: 0 }, { from: 6, to: 8, point: 1 }, { from: 7, to: 9, point: 0 }]).map((x) => [x.from, x.to, x.point])),
  [[0, 10, 0], [10, 12, 0], [6, 8, 1]], 'no time of a promise is shaded twice');

const says = (state, promises) => there(`(m) => m.standing(${JSON.stringify({ state, judged_until: null, promises })}, { judged: 5 }, 10, { reservation: 50 }).sentence`);
const latency = { promise: 'p99', target_ms: 2, measured_ms: 3, iops: 40, cause: 'stream' };
const rate = { promise: 'reservation', target_ms: null, measured_ms: null, iops: 40, cause: 'capacity' };
same(await says('violated', [{ ...latency, outcome: 'violated' }, { ...rate, outcome: 'kept' }]), 'Broken now: p99 3.00 ms where at most 2.00 ms are promised.', 'it names the promise that is broken');
same(await says('violated', [{ ...latency, outcome: 'kept' }, { ...rate, outcome: 'violated' }]), 'Broken now: 40 IOPS where 50 are reserved.', 'a reservation, too');
same(await says('unknown', []), 'Not judged yet: the first verdict comes in 5 s.', 'before the first verdict it says when that comes');

await browser.close();
process.exit(sum());
