// All agreements in force, with what became of them in their window.
import { get } from '../api.js';
import { agreementLink, card, empty, establishLink, firstAgreement, loading, pageHead, someOf, stateBadge, table } from '../components.js';
import { h } from '../dom.js';
import { percent, time, words } from '../format.js';
import { replaceQuery } from '../router.js';
import { budgetBar, complianceText } from './overview.js';

const accounts_every_ms = 30_000;
const terms_every_ms = 10_000;
/** Rows shown at once; the filter finds the others. */
const most_shown = 200;

export function open(place, names, query) {
  place.title('Agreements');
  let all = null;
  let problem = null;
  let wanted = query.text ?? '';
  let accounts = new Map();
  let states = new Map();

  place.watch('overview', (x) => {
    states = new Map(x.agreements.items.map((one) => [one.agreement, one.state]));
    draw();
  });
  place.every(terms_every_ms, async () => {
    try {
      all = (await get('/agreements', { signal: place.signal })).items;
      problem = null;
    } catch (failed) {
      problem = failed;
    }
    draw();
  });
  place.every(accounts_every_ms, async () => {
    try {
      accounts = new Map((await get('/compliance?period=current', { signal: place.signal })).items.map((x) => [x.agreement, x]));
      draw();
    } catch { /* the frame says that the past is away */ }
  });

  function draw() {
    place.show(
      pageHead('Agreements', { actions: [establishLink()].filter(Boolean) }),
      all === null ? (problem ? h('p', {}, problem.message) : loading('the agreements')) : all.length === 0 ? nothing() : list());
  }

  function list() {
    const text = wanted.toLowerCase();
    const found = all.filter((x) => `${x.metadata.name} ${x.metadata.tenant} ${x.spec.objective.tier}`.toLowerCase().includes(text));
    const account = (x) => accounts.get(x.metadata.name);
    return [
      h('div', { class: 'filters' }, h('input', { type: 'search', 'aria-label': 'Filter by name, tenant or tier', placeholder: 'Name, tenant or tier', value: wanted,
        on: { input: (event) => { wanted = event.target.value; replaceQuery({ text: wanted }); draw(); } } })),
      card('', {}, found.length === 0 ? empty('search', 'No agreement fits', `None has "${wanted}" in its name, tenant or tier.`) : table('Agreements', [
        { name: 'Agreement', cell: (x) => agreementLink(x.metadata.name) },
        { name: 'Tenant', cell: (x) => x.metadata.tenant },
        { name: 'Tier', cell: (x) => words(x.spec.objective.tier) },
        { name: 'Now', cell: (x) => (states.has(x.metadata.name) ? stateBadge(states.get(x.metadata.name)) : '–') },
        { name: 'Compliance', number: true, cell: (x) => (account(x) ? complianceText(account(x)) : '–') },
        { name: 'Target', number: true, cell: (x) => (account(x) ? percent(account(x).target_ppm) : x.spec.objective.compliance.target) },
        { name: 'Error budget left', cell: (x) => budgetBar(account(x)), wide: true },
        { name: 'In force since', cell: (x) => h('span', { class: 'soft nowrap' }, time(x.status.since)) },
      ], found.slice(0, most_shown), { key: (x) => x.metadata.name, foot: someOf(Math.min(found.length, most_shown), all.length, 'agreement') })),
    ];
  }

  draw();
}

function nothing() {
  return card('', {}, empty('agreement', 'No agreement yet', 'An agreement says what a tenant is promised on which streams, and how it is judged.', firstAgreement()));
}
