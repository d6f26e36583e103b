// The parts that every page is made of, from values to elements, as far as they are for who is signed in. Fetches nothing,
// keeps nothing.
import { announce, h } from './dom.js';
import { count, plural, words } from './format.js';
import { icon } from './icons.js';
import { link } from './router.js';
import { may } from './session.js';

export function pageHead(title, { before = null, badge = null, sub = null, actions = [] } = {}) {
  return h('div', { class: 'page-head' },
    h('h1', { tabindex: '-1' }, before && [h('span', { class: 'crumb' }, before, ' / ')], title), badge,
    actions.length > 0 && h('div', { class: 'actions' }, actions), sub && h('p', { class: 'sub' }, sub));
}

export function card(title, { more = null, level = 'h2', live = false } = {}, ...inside) {
  return h('section', { class: live ? 'card live' : 'card' },
    title && h('header', {}, h(level, {}, title), more && h('span', { class: 'more' }, more)), inside);
}

/** Figures in a row: {name, value, unit, note, state}. */
export function figures(list) {
  return h('dl', { class: 'figures live' }, list.map((x) => h('div', { class: 'figure', key: x.name, data: { state: x.state ?? '' } },
    h('dt', {}, x.name), h('dd', {}, x.value, x.unit && [' ', h('span', { class: 'unit' }, x.unit)]),
    x.note && h('dd', { class: 'note' }, x.note))));
}

/** One sentence that answers the page's question. */
export function verdict(state, sentence, below, action = null) {
  const signs = { good: 'good', bad: 'bad', warn: 'warn', idle: 'unknown' };
  return h('section', { class: 'card verdict live', data: { state } },
    h('span', { class: 'sign' }, icon(signs[state])), h('div', {}, h('strong', {}, sentence), below && h('p', {}, below)), action);
}

export function badge(text, kind = '', sign = null) {
  return h('span', { class: 'badge', data: { kind } }, sign && icon(sign), text);
}

/** What became of an agreement. Told by a word and a sign, never by colour alone. */
const states = {
  kept: ['Kept', 'good', 'good'], violated: ['Broken', 'bad', 'bad'], exempt: ['Exempt', '', 'unknown'],
  'no-data': ['No traffic', '', 'unknown'], unknown: ['Not judged', '', 'unknown'], suspended: ['Suspended', 'warn', 'held'],
};
export const stateBadge = (state) => badge(...(states[state] ?? [words(state), '', null]));

/** By which rule a stream is held back. */
const rules = {
  limit: 'Its own limit', protection: 'Protects another', capacity: 'Capacity deficit', share: 'Its share',
  override: "Operator's order", 'override-': "Operator's order", none: 'Nothing',
};
export const ruleWord = (rule) => rules[rule] ?? words(rule);
export const ruleBadge = (x) => badge(x.mode === 'observe' ? `Would: ${ruleWord(x.rule).toLowerCase()}` : ruleWord(x.rule),
  x.rule === 'none' ? '' : x.mode === 'observe' ? 'accent' : 'warn', x.rule === 'none' ? null : 'held');

/**
 * A table. Columns: {name, cell: row → content, number, wide}; the first is the row's name. `folds`: on a phone each row
 * becomes a block.
 */
export function table(caption, columns, rows, { key, foot = null, folds = true } = {}) {
  return [
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
      h('table', { class: folds ? 'rows folds' : 'rows' }, h('caption', { class: 'only-heard' }, caption),
        h('thead', {}, h('tr', {}, columns.map((x) => h('th', { scope: 'col', class: x.number ? 'number' : '' }, x.name)))),
        h('tbody', {}, rows.map((row, at) => h('tr', { key: key ? key(row) : at }, columns.map((x, column) => {
          const kind = `${x.number ? 'number ' : ''}${x.wide ? 'wide' : ''}`;
          return column === 0 ? h('th', { scope: 'row', class: kind }, x.cell(row))
            : h('td', { class: kind, data: x.name ? { name: x.name } : {} }, x.cell(row));
        })))))),
    foot && h('div', { class: 'table-foot' }, foot),
  ];
}

/** A bar. Parts: {part, from, kind} and marks {mark} in percent of the whole; `says` is the same in words. */
export function meter(says, parts, { tall = false } = {}) {
  const bounded = (x) => `${Math.min(100, Math.max(0, x)).toFixed(2)}%`;
  return h('div', { class: tall ? 'meter tall' : 'meter', role: 'img', 'aria-label': says }, parts.map((x) => 'mark' in x
    ? h('b', { style: { '--from': bounded(Math.min(x.mark, 99.4)) } })
    : h('i', { data: { kind: x.kind ?? '' }, style: { '--from': bounded(x.from ?? 0), '--part': bounded(x.part) } })));
}

export function key(list) {
  return h('div', { class: 'key' }, list.map((x) => h('span', {}, h('i', { style: { '--colour': `var(${x.colour})` } }), x.text)));
}

export function terms(list) {
  return h('dl', { class: 'terms' }, list.filter(([, x]) => x !== null && x !== undefined && x !== '')
    .map(([name, x]) => [h('dt', {}, name), h('dd', {}, x)]));
}

/** A command to copy. */
export function command(text) {
  return h('div', { class: 'command', key: text }, h('code', { tabindex: '0' }, text),
    h('button', { type: 'button', 'aria-label': `Copy the command: ${text.split('\n')[0]}`, title: 'Copy', on: { click: () => copy(text) } }, icon('copy')));
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce('Copied.');
  } catch {
    announce('The browser does not let this page copy; select the text instead.');
  }
}

/** Nothing is there, and what to do about it. */
export function empty(sign, title, sentence, ...next) {
  return h('div', { class: 'empty' }, icon(sign), h('strong', {}, title), sentence && h('p', {}, sentence), next);
}

export function notice(kind, ...inside) {
  return h('div', { class: 'notice', data: { kind }, role: kind === 'bad' ? 'alert' : null }, inside);
}

/** What a request was refused with. */
export function refusal(problem) {
  return notice('bad', h('span', {}, problem.message));
}

export function loading(what) {
  return h('div', { class: 'empty', 'aria-busy': 'true' }, `Reading ${what} …`);
}

/** The foot of a list that comes in pages. @param pages the `after` of each page up to this one; `go` asks for the last of them */
export function pager(pages, size, list, what, go) {
  const first = (pages.length - 1) * size + 1;
  return [
    h('span', {}, pages.length === 1 && !list.next ? plural(list.items.length, what) : `${first} to ${first + list.items.length - 1}`),
    pages.length > 1 && h('button', { type: 'button', class: 'button', on: { click: () => { pages.pop(); go(); } } }, 'Back'),
    list.next && h('button', { type: 'button', class: 'button', on: { click: () => { pages.push(list.next); go(); } } }, 'Further'),
  ];
}

/** Some of many: "50 of 4,312 shown". */
export function someOf(shown, total, what) {
  return shown < total ? `${count(shown)} of ${plural(total, what)} shown` : plural(total, what);
}

/** Choices of which one holds. */
export function segments(label, choices, chosen, choose) {
  return h('div', { class: 'segments', role: 'group', 'aria-label': label }, choices.map(([value, text]) =>
    h('button', { type: 'button', key: value, 'aria-pressed': value === chosen ? 'true' : 'false', on: { click: () => choose(value) } }, text)));
}

export const agreementLink = (name) => h('a', { href: link('agreements', name) }, name);
/** For who may see backends; to others its name says enough. */
export const backendLink = (name) => (may('see-everything') ? h('a', { href: link('backends', name) }, name) : name);

/** To the form, for who may establish with it or at least ask; null for others. */
export const establishLink = ({ first = true } = {}) => may('ask-admission') && h('a', { class: first ? 'button first' : 'button', href: link('establish') }, may('establish') ? 'Establish an agreement' : 'Ask what can be promised');

/** How there comes to be a first agreement, for who may establish it. */
export const firstAgreement = () => [may('establish') && [h('p', {}, 'Write one with the form, or apply a document, such as this one on the volume that deploy/up serves:'), command('sluicectl apply -f deploy/first-agreement.yaml')], establishLink({ first: false })];

/** gateway/volume/client, which may break at its slashes. */
export function streamName(x) {
  const parts = x.split('/');
  return h('a', { class: 'mono', href: link('streams', ...parts) },
    parts.map((part, i) => [part, i < parts.length - 1 && ['/', h('wbr', {})]]));
}
