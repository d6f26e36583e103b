// The times that a page can show: live is the last ten minutes from the server's memory, everything else comes from the
// database.
import { live_seconds } from './stream_seconds.js';

export const ranges = [['live', 'Live'], ['1h', '1 h'], ['6h', '6 h'], ['24h', '24 h'], ['7d', '7 d'], ['30d', '30 d']];

/** The range of that name; null if there is none. */
export const rangeNamed = (name) => (ranges.some(([x]) => x === name) ? name : null);

/** How long it is [s]. */
export const secondsOf = (range) => (range === 'live' ? live_seconds : parseInt(range, 10) * (range.endsWith('d') ? 86_400 : 3_600));

/** The same as the API takes it for `from`. */
export const beginOf = (range) => (range === 'live' ? `-${live_seconds}s` : `-${range}`);
