// What an agreement that is being written would mean: can it be promised, who would yield, what its streams do today.
import { badge, card, command, copy, streamName, table } from './components.js';
import { yamlOf } from './agreement_form.js';
import { h } from './dom.js';
import { count, milliseconds, plural, words } from './format.js';
import { icon } from './icons.js';
import { may } from './session.js';

const most_streams = 6;

/** `state`: verdict of admission, asking, mistakes. `about`: the streams that match now. */
export function outlook(state, about, document) {
  return h('div', { class: 'stack sticky' }, admission(state), today(about), source(document));
}

const outcomes = { accepted: ['good', 'It can be promised.', 'good'], warning: ['warn', 'It can be promised, with a reservation.', 'warn'], refused: ['bad', 'It cannot be promised.', 'bad'] };

/** Nothing speaks against what nobody serves. */
const nowhere = ['warn', 'It would apply to nothing yet.', 'warn'];

function admission({ verdict, asking, mistakes }) {
  const wrong = Object.keys(mistakes).length;
  const [kind, sentence, sign] = verdict?.outcome === 'accepted' && verdict.findings.some((x) => x.kind === 'unknown-place') ? nowhere : verdict ? outcomes[verdict.outcome] : wrong > 0 ? ['warn', 'Some fields are wrong.', 'warn'] : ['idle', 'Not asked yet.', 'unknown'];
  return h('section', { class: 'card', 'aria-labelledby': 'admission-title' },
    h('header', {}, h('h2', { id: 'admission-title' }, 'Can it be promised?'), asking && h('span', { class: 'more' }, 'asking …')),
    h('div', { class: 'body stack' },
      h('p', { class: 'outcome', data: { kind } }, icon(sign), h('strong', {}, sentence)),
      !verdict && h('p', { class: 'soft' }, wrong > 0 ? 'See the marked fields; admission is asked again as soon as they can be read.' : 'Fill in a rate or a latency: the answer comes from what was measured and what is promised already.'),
      verdict?.fits && h('p', { class: 'why', data: { kind: 'warn' } }, verdict.fits.sentence),
      verdict?.findings.map((x) => h('div', { key: `${x.kind} ${x.path} ${x.backend ?? ''}` }, h('p', {}, badge(words(x.kind), x.refuses ? 'bad' : ''), ' ', x.sentence), x.yields && yielding(x))),
      verdict && verdict.findings.length === 0 && h('p', { class: 'soft' }, 'There is room for it beside everything that is promised now.'),
      verdict && h('p', { class: 'soft small' }, `Assumes: ${verdict.assumes}`)));
}

function yielding(x) {
  return table('Who would yield', [
    { name: 'Would yield', cell: (one) => one.agreement },
    { name: 'Tier', cell: (one) => words(one.tier) },
    { name: 'Promised', number: true, cell: (one) => count(one.promised_iops) },
    { name: 'Would get', number: true, cell: (one) => count(one.gets_iops) },
  ], x.yields, { key: (one) => one.agreement, folds: false, foot: x.yields_not_named ? `and ${plural(x.yields_not_named, 'more')}` : null });
}

function today(about) {
  return card('Its streams today', { more: plural(about.length, 'match', 'matches') }, about.length === 0 ? h('div', { class: 'body soft' }, 'No stream of the last ten minutes matches. It would count from the first I/O on.')
    : table('Streams that match now', [
      { name: 'Stream', cell: (x) => streamName(x.stream) },
      { name: 'IOPS', number: true, cell: (x) => count(x.iops) },
      { name: 'Mean', number: true, cell: (x) => (x.iops > 0 ? milliseconds(x.latency_ms.mean) : '–') },
      { name: 'p99', number: true, cell: (x) => (x.iops > 0 ? milliseconds(x.latency_ms.p99) : '–') },
    ], about.slice(0, most_streams), { key: (x) => x.stream, folds: false, foot: about.length > most_streams ? `and ${plural(about.length - most_streams, 'more')}` : null }));
}

function source(document) {
  const text = yamlOf(document);
  return h('section', { class: 'card' }, h('header', {}, h('h2', {}, 'As a document'), h('span', { class: 'more' },
    h('button', { type: 'button', class: 'button plain', on: { click: () => copy(`${text}\n`) } }, icon('copy'), 'Copy'))),
  may('establish') && h('div', { class: 'body' }, command('sluicectl apply -f agreement.yaml')), h('pre', { class: 'yaml', tabindex: '0', role: 'region', 'aria-label': 'The agreement as YAML' }, text));
}
