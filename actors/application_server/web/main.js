// Begins: who is signed in, then the frame, then the page that the address names. The only module that knows all pages.
import { Problem, whenUnauthorized } from './api.js';
import { announce, h, show } from './dom.js';
import { card, empty, pageHead, refusal } from './components.js';
import { restart, watch } from './live.js';
import { link, match } from './router.js';
import * as session from './session.js';
import { frame } from './shell.js';

/** Pattern, module, and the right without which the page is not shown. */
const pages = [
  ['/', () => import('./pages/overview.js')],
  ['/agreements', () => import('./pages/agreements.js')],
  ['/agreements/NAME', () => import('./pages/agreement.js')],
  ['/streams', () => import('./pages/streams.js')],
  ['/streams/GATEWAY/VOLUME/CLIENT', () => import('./pages/stream.js')],
  ['/backends', () => import('./pages/backends.js'), 'see-everything'],
  ['/backends/NAME', () => import('./pages/backend.js'), 'see-everything'],
  ['/gateways', () => import('./pages/gateways.js'), 'see-everything'],
  ['/events', () => import('./pages/events.js'), 'see-everything'],
  ['/establish', () => import('./pages/establish.js'), 'ask-admission'],
];

const root = document.getElementById('app');
let shell = null;
let place = null; // of the page that is shown

/** What a page gets: where to show itself, and everything that ends with it. */
function placeFor(node) {
  const ends = [];
  const aborted = new AbortController();
  return {
    node,
    signal: aborted.signal,
    show: (...inside) => { if (!aborted.signal.aborted) show(node, ...inside); },
    title: (x) => { document.title = `${x} – Sluice`; },
    /** Returns what ends it before the page does. */
    watch: (topic, told, failed) => {
      const end = watch(topic, told, failed);
      ends.push(end);
      return end;
    },
    /** Calls a function now and every so often while somebody looks. */
    every: (ms, what) => {
      const timer = setInterval(() => { if (!document.hidden) what(); }, ms);
      ends.push(() => clearInterval(timer));
      what();
    },
    atEnd: (what) => ends.push(what),
    end: () => {
      aborted.abort();
      ends.forEach((x) => x());
    },
  };
}

async function go() {
  if (!session.current()) return signIn();
  if (!shell) shell = frame(root, { signOut });
  place?.end();
  const mine = placeFor(shell.page);
  place = mine;
  shell.here();
  const found = match(pages, location.hash || '#/');
  try {
    if (!found) {
      mine.title('Not found');
      mine.show(empty('search', 'There is no such page', 'The address leads nowhere.', h('a', { class: 'button', href: '#/' }, 'Overview')));
      return undefined;
    }
    if (found.right && !session.may(found.right)) {
      mine.title('Not for your role');
      mine.show(pageHead('Not for your role'), card('', {}, empty('search', `The role ${session.current().role} has no use of this page`, 'Sign in with a token of another role to see it.', h('a', { class: 'button', href: '#/' }, 'Overview'))));
      return undefined;
    }
    const page = await found.page();
    if (mine.signal.aborted) return undefined;
    show(mine.node);
    page.open(mine, found.names, found.query);
  } catch (failed) {
    if (!mine.signal.aborted) mine.show(refusal(new Problem(0, `This page could not be loaded: ${failed.message}`)));
  }
  window.scrollTo(0, 0);
  return undefined;
}

/** After a change of page whoever listens hears its title, and the keyboard goes on there. */
function arrive() {
  go().then(() => requestAnimationFrame(() => {
    document.querySelector('main h1')?.focus({ preventScroll: true });
    announce(document.title);
  }));
}

async function signIn(why = '') {
  place?.end();
  place = null;
  shell?.end();
  shell = null;
  const page = await import('./pages/sign_in.js');
  page.open(root, { why, done: () => { restart(); arrive(); } });
}

async function signOut() {
  await session.signOut().catch(() => {});
  location.hash = link();
  signIn();
}

whenUnauthorized(() => {
  if (!session.current()) return;
  session.forget();
  signIn('Your session is over. Sign in again to go on where you were.');
});
window.addEventListener('hashchange', () => { if (session.current()) arrive(); });

try {
  await session.resume();
} catch {
  show(root, h('div', { class: 'sign-in' }, h('p', {}, 'The server does not answer. Trying again …')));
  setTimeout(() => location.reload(), 3_000);
}
go();
