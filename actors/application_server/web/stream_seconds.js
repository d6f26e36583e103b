// The last ten minutes of one stream, second by second, kept up to date from what the server has in memory. Shows nothing.
import { get, path, query as fieldsOf } from './api.js';

/** How far the server's memory reaches. */
export const live_seconds = 600;
/** What is told anew each second: a few more than one, so that a second that was missed comes along. */
const told_seconds = 5;

/**
 * Calls `told(stream)` now and whenever it changes, `failed(problem)` when it is gone; both end with the page.
 * `points()` are its seconds, oldest first; `end()` ends it before the page does.
 */
export function follow(place, id, told, failed = () => {}) {
  const parts = id.split('/');
  let points = new Map(); // beginning of the second → point
  let over = false;

  function take(stream) {
    if (over) return;
    for (const point of stream.series ?? []) points.set(point.at, point);
    const oldest = Date.now() - (live_seconds + 60) * 1000;
    points = new Map([...points].sort(([a], [b]) => (a < b ? -1 : 1)).slice(-live_seconds).filter(([at]) => Date.parse(at) > oldest));
    told(stream);
  }
  const unwatch = place.watch(`streams/${parts.map(encodeURIComponent).join('/')}${fieldsOf({ seconds: told_seconds })}`, take, failed);
  get(`${path('streams', ...parts)}${fieldsOf({ seconds: live_seconds })}`, { signal: place.signal }).then(take, () => {});
  return {
    points: () => [...points.values()],
    end() {
      over = true;
      unwatch();
    },
  };
}

/** Lists for a chart, with a hole where nothing was measured for more than three points. */
export function columns(list, step) {
  const x = [];
  const rows = [];
  for (const point of list) {
    const at = Date.parse(point.at) / 1000;
    if (x.length > 0 && at - x.at(-1) > 3 * step + 0.5) {
      x.push(x.at(-1) + step);
      rows.push(null);
    }
    x.push(at);
    rows.push(point);
  }
  const pick = (how) => rows.map((p) => (p === null ? null : (typeof how === 'function' ? how(p) : p[how]) ?? null));
  return { x, pick };
}
