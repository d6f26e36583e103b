// From the address to a page and back. Addresses are fragments (#/streams/gw1/vol/10.0.0.7?range=1h): the server needs no
// list of pages, and a page can be sent to a colleague. Knows no page.

/** Patterns: a part in capitals stands for any name. */
export function match(patterns, hash) {
  const [path, search = ''] = hash.replace(/^#/, '').split('?');
  const parts = path.split('/').filter((x) => x !== '').map(decoded);
  for (const [pattern, page, right] of patterns) {
    const wanted = pattern.split('/').filter((x) => x !== '');
    if (wanted.length !== parts.length) continue;
    const names = {};
    const fits = wanted.every((x, i) => {
      if (x !== x.toUpperCase()) return x === parts[i];
      names[x.toLowerCase()] = parts[i];
      return true;
    });
    if (fits) return { page, right, names, query: Object.fromEntries(new URLSearchParams(search)) };
  }
  return null;
}

function decoded(x) {
  try {
    return decodeURIComponent(x);
  } catch {
    return x;
  }
}

/** The address of a page: link('streams', 'gw1', 'vol', 'c'), with a query as last argument if that is an object. */
export function link(...parts) {
  const fields = typeof parts.at(-1) === 'object' ? parts.pop() : {};
  const given = Object.entries(fields).filter(([, x]) => x !== undefined && x !== null && x !== '');
  const search = given.length > 0 ? `?${new URLSearchParams(given)}` : '';
  return `#/${parts.map((x) => encodeURIComponent(x).replaceAll('%3A', ':').replaceAll('%40', '@')).join('/')}${search}`;
}

/** The address of a stream written gateway/volume/client. */
export const streamLink = (stream, fields = {}) => link('streams', ...stream.split('/'), fields);

/** Changes the query of the present page without a new entry in the history. */
export function replaceQuery(fields) {
  const [path, search = ''] = location.hash.split('?');
  const now = Object.fromEntries(new URLSearchParams(search));
  const given = Object.entries({ ...now, ...fields }).filter(([, x]) => x !== undefined && x !== null && x !== '');
  history.replaceState(null, '', `${path || '#/'}${given.length > 0 ? `?${new URLSearchParams(given)}` : ''}`);
}
