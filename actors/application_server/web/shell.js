// The frame around every page: navigation, whether the picture is live, the theme, who is signed in. Knows no page's
// inside.
import { readiness } from './api.js';
import { announce, h, show } from './dom.js';
import { time } from './format.js';
import { icon } from './icons.js';
import { answered, standing, whenChanged } from './live.js';
import { current, may } from './session.js';

/** A customer sees its agreements and streams; the last three are for those who run the storage. */
const places = [
  ['#/', 'Overview', 'overview'], ['#/agreements', 'Agreements', 'agreement'], ['#/streams', 'Streams', 'stream'],
  ['#/backends', 'Backends', 'backend'], ['#/gateways', 'Gateways', 'gateway'], ['#/events', 'Events', 'events'],
];

/** How often the components of the server are asked for. */
const readiness_every_ms = 5_000;

export const brand = () => [h('img', { src: 'icon.svg', alt: '', width: '24', height: '24' }), 'Sluice'];

/** Puts the frame into `root`. Returns {main, here(), end()}. */
export function frame(root, { signOut }) {
  const nav = h('nav', { class: 'nav', 'aria-label': 'Pages', keep: true });
  const pulse = h('span', { class: 'pulse' });
  const notices = h('div', { class: 'notices' });
  const page = h('div', { class: 'page' });
  const main = h('main', { id: 'main', tabindex: '-1' }, notices, page);
  const theme = h('button', { type: 'button', class: 'button plain', on: { click: () => window.sluiceTheme.toggle() } });
  const who = current();
  const node = h('div', { class: 'frame' },
    h('header', { class: 'head' }, h('a', { class: 'brand', href: '#/' }, brand()), h('div', { class: 'top' }, pulse, h('span', { class: 'stretch' }), theme,
      h('span', { class: 'who soft small' }, who.label, who.label === who.role ? '' : ` · ${who.role}`, who.tenant ? ` · ${who.tenant}` : ''),
      h('button', { type: 'button', class: 'button plain', 'aria-label': 'Sign out', title: 'Sign out', on: { click: signOut } }, icon('leave')))),
    nav, main);
  show(root);
  root.append(node);
  let troubles = [];

  function showTheme() {
    const dark = window.sluiceTheme.now() === 'dark';
    show(theme, icon(dark ? 'sun' : 'moon'));
    theme.setAttribute('aria-label', dark ? 'Light colours' : 'Dark colours');
    theme.title = dark ? 'Light colours' : 'Dark colours';
  }

  function showStanding(x = standing()) {
    const lost = x.way === 'lost';
    pulse.dataset.state = lost ? 'lost' : x.live ? 'live' : 'starting';
    show(pulse, lost ? `Not connected since ${time(x.since)}` : x.live ? 'Live' : 'Connecting');
    page.classList.toggle('is-stale', lost);
    show(notices, lost && h('div', { class: 'notice', data: { kind: 'bad' } }, icon('warn'),
      h('span', {}, `The server has not answered since ${time(x.since)}. What you see is from then; this page tries again by itself.`)),
    troubles.map((text) => h('div', { class: 'notice', key: text, data: { kind: 'warn' } }, icon('warn'), h('span', {}, text))));
  }

  async function askReadiness() {
    try {
      troubles = troublesOf((await readiness(AbortSignal.timeout(readiness_every_ms))).components ?? {});
      answered(true);
    } catch {
      answered(false);
      troubles = []; // the connection says so itself
    }
    showStanding();
  }

  function showPlaces() {
    const path = location.hash.split('?')[0] || '#/';
    const mine = may('see-everything') ? places : places.slice(0, 3);
    const all = may('ask-admission') ? [...mine, ['#/establish', may('establish') ? 'Establish' : 'Admission', 'add']] : mine;
    show(nav, h('ul', {}, all.map(([to, name, sign]) => h('li', { class: to === '#/establish' ? 'divided' : '' },
      h('a', { href: to, 'aria-current': (to === '#/' ? path === '#/' : path === to || path.startsWith(`${to}/`)) ? 'page' : null }, icon(sign), name)))));
    nav.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  const ends = [whenChanged((x) => {
    showStanding(x);
    announce(x.way === 'lost' ? `Not connected since ${time(x.since)}` : x.live ? 'Connected' : '');
  })];
  const timer = setInterval(() => { if (!document.hidden) askReadiness(); }, readiness_every_ms);
  window.addEventListener('sluice-theme', showTheme);
  showTheme();
  showStanding();
  showPlaces();
  askReadiness();
  return {
    page,
    here: showPlaces,
    end() {
      ends.forEach((x) => x());
      clearInterval(timer);
      window.removeEventListener('sluice-theme', showTheme);
    },
  };
}

/** What is away, and what that means for what is shown. */
function troublesOf(x) {
  const out = [];
  if (x['sla-core'] === 'down') out.push('The SLA core is away: nothing is decided or judged until it is back. Gateways go on with what their agreements allow.');
  if (x['performance-monitor'] === 'down') out.push('The performance monitor is away: no new figures come in.');
  if (x['database-manager'] === 'down') out.push('The database manager is away: the past cannot be shown and agreements cannot be changed. Nothing is lost.');
  else if (x.postgresql && x.postgresql !== 'up') out.push(`PostgreSQL is ${x.postgresql}: the past cannot be shown and agreements cannot be changed. What is measured is kept until it is back.`);
  return out;
}
