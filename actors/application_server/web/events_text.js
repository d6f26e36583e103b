// How an event is shown: its sign, its kind in words, and what it is about as a link. Shared by the pages that list some.
import { h } from './dom.js';
import { time, words } from './format.js';
import { icon } from './icons.js';
import { link, streamLink } from './router.js';

const signs = {
  'gateway-connected': ['good', 'gateway'], 'gateway-lost': ['bad', 'gateway'],
  'stream-throttled': ['warn', 'held'], 'stream-released': ['good', 'stream'],
  'promise-violated': ['bad', 'bad'], 'promise-recovered': ['good', 'good'],
  'capacity-deficit-began': ['bad', 'backend'], 'capacity-deficit-ended': ['good', 'backend'],
  'agreement-established': ['', 'agreement'], 'agreement-ended': ['', 'agreement'],
  'override-ordered': ['warn', 'held'], 'override-ended': ['', 'stream'],
  'samples-lost': ['warn', 'warn'], 'would-throttle': ['', 'held'], 'would-release': ['', 'stream'],
};

export const kinds = Object.keys(signs);

/** Where the subject of an event is shown; null if nowhere. */
function subjectLink(x) {
  if (x.subject.split('/').length === 3) return streamLink(x.subject);
  if (x.kind.startsWith('promise-') || x.kind.startsWith('agreement-')) return link('agreements', x.subject);
  if (x.kind.startsWith('capacity-')) return link('backends', x.subject);
  return x.kind.startsWith('gateway-') || x.kind === 'samples-lost' ? link('gateways') : null;
}

export function eventItem(x) {
  const [kind, sign] = signs[x.kind] ?? ['', 'events'];
  const target = subjectLink(x);
  return h('li', { key: `${x.at} ${x.kind} ${x.subject}` }, h('span', { class: 'sign', data: { kind } }, icon(sign)),
    h('div', {}, h('p', {}, x.text), h('div', { class: 'meta' }, h('time', { datetime: x.at, title: x.at }, time(x.at)),
      h('span', {}, words(x.kind)), target ? h('a', { href: target }, x.subject) : h('span', {}, x.subject))));
}
