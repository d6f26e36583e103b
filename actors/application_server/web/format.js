// Figures, times and names as people read them. Pure: same value, same text.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const none = '–';
const missing = (x) => x === null || x === undefined || Number.isNaN(x);

/** 7246 → "7,246"; from 100,000 on "123 k", "1.2 M". */
export function count(x) {
  if (missing(x)) return none;
  const size = Math.abs(x);
  if (size >= 1e6) return trimmed(x / 1e6, 3) + ' M';
  if (size >= 1e5) return trimmed(x / 1e3, 3) + ' k';
  return size > 0 && size < 10 && !Number.isInteger(x) ? trimmed(x, 2) : whole.format(x);
}

/** A number with about so many significant digits and no trailing zeros. */
function trimmed(x, digits) {
  return String(Number(x.toPrecision(Math.max(digits, Math.ceil(Math.log10(Math.abs(x) + 1))))));
}

/** Bytes per second → "29.7 MB/s", decimal as agreements are. */
export function bandwidth(x) {
  return missing(x) ? none : bytes(x, ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'], 1000);
}

/** Bytes → "1 GiB", binary as volumes are. */
export function size(x) {
  return missing(x) ? none : bytes(x, ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'], 1024);
}

function bytes(x, units, step) {
  let at = 0;
  while (x >= step && at + 1 < units.length) {
    x /= step;
    ++at;
  }
  return `${x === 0 ? 0 : trimmed(x, 3)} ${units[at]}`;
}

/** Milliseconds → "6.3 µs", "0.42 ms", "3.31 ms", "48 ms", "1.2 s". */
export function milliseconds(x) {
  if (missing(x)) return none;
  if (x === 0) return '0 ms';
  if (x > 0 && x < 0.1) return trimmed(x * 1000, 2) + ' µs';
  if (x >= 10_000) return trimmed(x / 1000, 3) + ' s';
  if (x >= 100) return whole.format(x) + ' ms';
  return (x >= 10 ? x.toFixed(1) : x.toFixed(2)) + ' ms';
}

/** Parts per million → "99.95 %"; rounded down, so that what is not whole never looks so. */
export function percent(ppm, digits = 2) {
  if (missing(ppm)) return none;
  const factor = 10 ** digits;
  return `${Number((Math.floor((ppm / 10_000) * factor) / factor).toFixed(digits))} %`;
}

/** Seconds → "4 min 10 s", "7 h 12 min", "3 d 4 h"; below ten with one decimal. */
export function span(seconds) {
  if (missing(seconds)) return none;
  const sign = seconds < 0 ? '−' : '';
  const x = Math.abs(seconds);
  if (x < 10) return `${sign}${Number(x.toFixed(1))} s`;
  const units = [[86_400, 'd'], [3_600, 'h'], [60, 'min'], [1, 's']];
  const first = units.findIndex(([length]) => x >= length);
  const [length, name] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((x % length) / next[0]) : 0;
  return `${sign}${Math.floor(x / length)} ${name}${rest > 0 ? ` ${rest} ${next[1]}` : ''}`;
}

const pad = (x) => String(x).padStart(2, '0');
const clock = (x) => `${pad(x.getHours())}:${pad(x.getMinutes())}:${pad(x.getSeconds())}`;
const day = (x) => `${x.getFullYear()}-${pad(x.getMonth() + 1)}-${pad(x.getDate())}`;

/** A time (RFC 3339, or milliseconds since 1970) on this browser's clock: "10:14:03", with the day if it is another one. */
export function time(x, now = new Date()) {
  if (missing(x)) return none;
  const at = new Date(x);
  return day(at) === day(now) ? clock(at) : `${day(at)} ${clock(at)}`;
}

export function date(x) {
  return missing(x) ? none : day(new Date(x));
}

/** "2 streams", "1 stream". */
export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "gateway-lost" → "Gateway lost". */
export function words(x) {
  const text = String(x).replaceAll('-', ' ').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "10s", "1h30m" as the API writes it → seconds; null if it is none. */
export function seconds(text) {
  const units = { d: 86_400, h: 3_600, m: 60, s: 1, ms: 1e-3, us: 1e-6, ns: 1e-9 };
  let sum = 0;
  const rest = String(text).replace(/(\d+(?:\.\d+)?)(ms|us|ns|d|h|m|s)/g, (all, number, unit) => {
    sum += Number(number) * units[unit];
    return '';
  });
  return rest === '' && text !== '' ? sum : null;
}
