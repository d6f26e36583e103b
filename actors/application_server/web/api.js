// Asks the API: one function per kind of request, one kind of error. Shows nothing.

const base = '/api/v1';

/** Longer than the server's own patience (10 s, then 503). */
const patience_ms = 12_000;

/** Goes with every change, beside the session's cookie: a page of another origin cannot know it. */
let csrf = '';

export function prove(token) {
  csrf = token;
}

/** What the server refused, in its words; status 0 = it was not reached. */
export class Problem extends Error {
  constructor(status, detail, body = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.body = body;
    this.errors = body.errors ?? [];
    /** Seconds after which to ask again; 0 = not said. */
    this.retryAfter = 0;
  }
}

let onUnauthorized = () => {};

/** Called once a request that should be allowed is answered 401. */
export function whenUnauthorized(listener) {
  onUnauthorized = listener;
}

/** The whole URL of a path below the API. */
export const url = (path) => base + path;

/** Joins names into a path: each part is encoded, so that none can be two. */
export const path = (...parts) => `/${parts.map((x) => encodeURIComponent(x)).join('/')}`;

/** A query of the fields that are given. */
export function query(fields) {
  const given = Object.entries(fields).filter(([, x]) => x !== undefined && x !== null && x !== '' && x !== false);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

export async function get(path, { signal, quiet = false } = {}) {
  return (await ask('GET', path, { signal, quiet })).body;
}

/** The same with its ETag: {body, etag}. */
export const getWithTag = (path, { signal } = {}) => ask('GET', path, { signal });

/** Pages that are followed. Chosen: with a thousand entries each as many as there may be agreements. */
const most_pages = 10;

/** The entries of a list by name, page by page: all of them, or as many as hold those up to `until`. */
export async function itemsOf(path, fields, { signal, until } = {}) {
  const all = [];
  let after = fields.after;
  for (let read = 0; read < most_pages; ++read) {
    const page = await get(path + query({ ...fields, after }), { signal });
    all.push(...page.items);
    after = page.next;
    if (!after || (until !== undefined && after >= until)) break;
  }
  return all;
}

/** A change. `body` goes out as JSON. */
export function send(method, path, body, { signal, headers = {}, quiet = false } = {}) {
  const proven = csrf ? { 'X-CSRF-Token': csrf } : {};
  const typed = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return ask(method, path, { signal, quiet, headers: { ...typed, ...proven, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body) });
}

async function ask(method, path, { signal, headers = {}, body, quiet }) {
  const limit = AbortSignal.timeout(patience_ms);
  let answer;
  let text;
  try {
    answer = await fetch(url(path), { method, body, headers, cache: 'no-store',
      credentials: 'same-origin', redirect: 'error', signal: signal ? AbortSignal.any([signal, limit]) : limit });
    text = await answer.text();
  } catch (failed) {
    if (signal?.aborted) throw failed;
    throw new Problem(0, 'The server does not answer.');
  }
  const read = parsed(text);
  if (answer.ok) return { status: answer.status, body: read ?? text, etag: answer.headers.get('ETag') ?? '' };
  if (answer.status === 401 && !quiet) onUnauthorized();
  const problem = new Problem(answer.status, read?.detail ?? `The server answered ${answer.status}.`, read ?? {});
  problem.retryAfter = Number(answer.headers.get('Retry-After')) || 0;
  throw problem;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Components of the server, without a token. */
export async function readiness(signal) {
  const answer = await fetch('/readyz', { cache: 'no-store', signal });
  return answer.json();
}
