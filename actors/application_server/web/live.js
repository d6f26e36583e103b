// What is watched now, kept up to date: one stream of server-sent events for all topics of the page; a server without it
// is asked once a second. Says honestly since when nothing was heard. Shows nothing.
import { Problem, get, query, url } from './api.js';

const poll_every_ms = 1_000;
const retry_first_ms = 500;
const retry_most_ms = 5_000;
/** The server writes a comment every 15 s at least. */
const silence_ms = 40_000;

/** A topic is a path below the API, without the first slash: the data of its events is what GET answers there. */
const pathOf = (topic) => `/${topic}`;

const watched = new Map(); // topic → Set of {told, failed}
const listeners = new Set();
const state = { live: false, since: Date.now(), heard: null, way: 'starting' };
let running = null; // AbortController of what runs now
let lastId = '';
let streams = true; // false once the server said that it has no /watch

export const standing = () => ({ ...state });

/** Tells whenever the connection is lost or back. Returns what ends it. */
export function whenChanged(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Calls `told(data)` at once and whenever the topic changes, `failed(problem)` when the server refuses it (404: it is
 * gone). Events come one by one or as a list. Returns what ends it.
 */
export function watch(topic, told, failed = () => {}) {
  const entry = { told, failed };
  if (!watched.has(topic)) watched.set(topic, new Set());
  watched.get(topic).add(entry);
  restartSoon();
  return () => {
    const all = watched.get(topic);
    all?.delete(entry);
    if (all?.size === 0) watched.delete(topic);
    restartSoon();
  };
}

let pending = 0;
function restartSoon() { // all topics of a page are named in one go
  clearTimeout(pending);
  pending = setTimeout(restart, 0);
}

/** Ends what runs and begins anew with the topics that are watched. */
export function restart() {
  running?.abort();
  running = null;
  if (watched.size === 0) return;
  running = new AbortController();
  keepUp(running.signal);
}

async function keepUp(signal) {
  let wait = retry_first_ms;
  while (!signal.aborted) {
    try {
      await refetch(signal);
      wait = retry_first_ms;
      if (streams) await follow(signal);
      else await pause(poll_every_ms, signal);
    } catch (problem) {
      if (signal.aborted) return;
      if (problem instanceof Problem && problem.status === 401) return;
      lost();
      await pause(wait, signal);
      wait = Math.min(wait * 2, retry_most_ms);
    }
  }
}

/** Every topic once, by GET. */
async function refetch(signal) {
  await Promise.all([...watched].map(async ([topic, entries]) => {
    try {
      const data = await get(pathOf(topic), { signal });
      heard();
      for (const x of entries) x.told(data);
    } catch (problem) {
      const refused = problem instanceof Problem && problem.status >= 400 && problem.status < 500 && problem.status !== 401
                      && problem.status !== 429;
      if (!refused) throw problem;
      heard();
      for (const x of entries) x.failed(problem);
    }
  }));
}

/** Reads events until the stream ends. */
async function follow(signal) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), silence_ms);
  try {
    const topics = [...watched.keys()].join(',');
    const answer = await fetch(url(`/watch${query({ topics })}`), { cache: 'no-store', credentials: 'same-origin',
      headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
      signal: AbortSignal.any([signal, silent.signal]) });
    if (answer.status === 404 || answer.status === 405) {
      streams = false;
      return undefined;
    }
    if (answer.status === 401) await get('/session', { signal }); // is refused alike, which says that the session is over
    // Too many watch, or one of the topics is refused: ask meanwhile, so that the others are known.
    if (answer.status === 503 || (answer.status >= 400 && answer.status < 500)) return await pause(poll_every_ms, signal);
    if (!answer.ok) throw new Problem(answer.status, 'The server refuses to be watched.');
    const resumed = lastId !== '';
    heard('stream');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const take = eventReader((name, data, id) => {
      if (id) lastId = id;
      heard('stream');
      if (name === 'reset') {
        if (resumed) refetch(signal).catch(lost);
      } else if (data === null) {
        for (const x of watched.get(name) ?? []) x.failed(new Problem(404, 'It is gone, or was not seen in the last ten minutes'));
      } else {
        for (const x of watched.get(name) ?? []) x.told(data);
      }
    });
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), silence_ms);
      take(part.value);
    }
    throw new Problem(0, 'The stream of events ended.');
  } finally {
    clearTimeout(timer);
  }
}

/** Takes text as it comes and calls `event(name, data, id)` for each that is whole (the event stream format of HTML). */
export function eventReader(event) {
  let rest = '';
  let now = { name: '', data: [], id: '' };
  return (text) => {
    const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop();
    for (const line of lines) {
      if (line === '') {
        if (now.name || now.data.length > 0) {
          const body = now.data.join('\n');
          event(now.name, body === '' ? null : JSON.parse(body), now.id);
        }
        now = { name: '', data: [], id: '' };
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') now.name = value;
      else if (field === 'data') now.data.push(value);
      else if (field === 'id') now.id = value;
    }
  };
}

function heard(way = state.way === 'stream' && streams ? 'stream' : 'poll') {
  state.heard = Date.now();
  if (state.live && state.way === way) return;
  if (!state.live) state.since = Date.now();
  state.live = true;
  state.way = way;
  tell();
}

/** Where nothing is watched, whether the server answered something else tells how it stands. */
export function answered(whether) {
  if (watched.size > 0) return;
  if (whether) heard('poll');
  else lost();
}

function lost() {
  if (!state.live && state.way === 'lost') return;
  state.live = false;
  state.way = 'lost';
  state.since = state.heard ?? Date.now();
  tell();
}

function tell() {
  for (const listener of listeners) listener(standing());
}

/** So long; not while nobody looks, and at once when somebody does again. */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
  });
}
