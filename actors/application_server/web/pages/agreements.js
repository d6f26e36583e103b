// All agreements in force, filtered and page by page, with what became of them in their window.
import { get, itemsOf, query as fieldsOf } from '../api.js';
import { agreementLink, card, empty, establishLink, firstAgreement, loading, pageHead, pager, stateBadge, table } from '../components.js';
import { h } from '../dom.js';
import { percent, time, words } from '../format.js';
import { replaceQuery } from '../router.js';
import { budgetBar, complianceText } from './overview.js';

const accounts_every_ms = 30_000;
const terms_every_ms = 10_000;
const typing_pause_ms = 250;
const page_size = 50;
/** Accounts asked for at once where nothing is filtered: those that ended in the window have one, too. Chosen. */
const accounts_at_once = 2 * page_size;

export function open(place, names, query) {
  place.title('Agreements');
  let wanted = query.text ?? '';
  let pages = ['']; // the `after` of each page up to this one
  let list = null;
  let asked = null; // the promise of a list
  let problem = null;
  let timer = 0;
  let accounts = new Map();
  let states = new Map();

  place.watch('overview', (x) => {
    states = new Map(x.agreements.items.map((one) => [one.agreement, one.state]));
    draw();
  });

  async function askTerms() {
    const fields = { limit: page_size, after: pages.at(-1), text: wanted };
    try {
      const found = await get(`/agreements${fieldsOf(fields)}`, { signal: place.signal });
      if (fields.after !== pages.at(-1) || fields.text !== wanted) return; // something else was asked for meanwhile
      list = found;
      problem = null;
    } catch (failed) {
      if (place.signal.aborted) return;
      problem = failed;
    }
    if (list?.items.length === 0 && pages.length > 1) {
      pages.pop(); // what was on it has ended
      return askTerms();
    }
    draw();
  }
  async function askAccounts() {
    const until = list?.items.at(-1)?.metadata.name;
    if (until === undefined) return;
    try {
      const found = await itemsOf('/compliance', { period: 'current', after: pages.at(-1), limit: wanted === '' ? accounts_at_once : '' }, { signal: place.signal, until });
      accounts = new Map(found.map((x) => [x.agreement, x]));
      draw();
    } catch { /* the frame says that the past is away */ }
  }
  function ask() {
    asked = askTerms();
    return asked.then(askAccounts);
  }

  function filter(text) {
    wanted = text;
    pages = [''];
    replaceQuery({ text });
    clearTimeout(timer);
    timer = setTimeout(ask, typing_pause_ms);
  }

  function draw() {
    place.show(
      pageHead('Agreements', { actions: [establishLink()].filter(Boolean) }),
      list === null ? (problem ? h('p', {}, problem.message) : loading('the agreements')) : list.items.length === 0 && wanted === '' ? nothing() : rows());
  }

  function rows() {
    const account = (x) => accounts.get(x.metadata.name);
    return [
      h('div', { class: 'filters' }, h('input', { type: 'search', 'aria-label': 'Filter by name, tenant or tier', placeholder: 'Name, tenant or tier', value: wanted,
        on: { input: (event) => filter(event.target.value) } })),
      card('', {}, list.items.length === 0 ? empty('search', 'No agreement fits', `None has "${wanted}" in its name, tenant or tier.`) : table('Agreements', [
        { name: 'Agreement', cell: (x) => agreementLink(x.metadata.name) },
        { name: 'Tenant', cell: (x) => x.metadata.tenant },
        { name: 'Tier', cell: (x) => words(x.spec.objective.tier) },
        { name: 'Now', cell: (x) => (states.has(x.metadata.name) ? stateBadge(states.get(x.metadata.name)) : '–') },
        { name: 'Compliance', number: true, cell: (x) => (account(x) ? complianceText(account(x)) : '–') },
        { name: 'Target', number: true, cell: (x) => (account(x) ? percent(account(x).target_ppm) : x.spec.objective.compliance.target) },
        { name: 'Error budget left', cell: (x) => budgetBar(account(x)), wide: true },
        { name: 'In force since', cell: (x) => h('span', { class: 'soft nowrap' }, time(x.status.since)) },
      ], list.items, { key: (x) => x.metadata.name, foot: pager(pages, page_size, list, 'agreement', ask) })),
    ];
  }

  place.atEnd(() => clearTimeout(timer));
  place.every(terms_every_ms, () => { asked = askTerms(); });
  place.every(accounts_every_ms, () => asked.then(askAccounts));
  draw();
}

function nothing() {
  return card('', {}, empty('agreement', 'No agreement yet', 'An agreement says what a tenant is promised on which streams, and how it is judged.', firstAgreement()));
}
