// What happened, newest first; and, for those who may, who changed what.
import { Problem, get } from '../api.js';
import { badge, card, command, empty, loading, notice, pageHead, segments, table } from '../components.js';
import { h } from '../dom.js';
import { eventItem, kinds } from '../events_text.js';
import { plural, time, words } from '../format.js';
import { replaceQuery } from '../router.js';
import { may } from '../session.js';

const most_kept = 500;
const audit_every_ms = 10_000;

export function open(place, names, query) {
  place.title('Events');
  let tab = query.tab === 'audit' && may('audit') ? 'audit' : 'events';
  let kind = query.kind ?? '';
  let text = query.text ?? '';
  let all = null;
  let audit = null;
  let refused = null;

  const same = (a, b) => a.at === b.at && a.kind === b.kind && a.subject === b.subject && a.text === b.text;
  place.watch('events', (x) => {
    const news = Array.isArray(x.items) ? x.items : [x];
    const fresh = news.filter((one) => !(all ?? []).some((known) => same(one, known)));
    if (fresh.length === 0 && all !== null) return;
    all = [...fresh, ...(all ?? [])].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, most_kept);
    refused = null;
    draw();
  }, (problem) => {
    refused = problem;
    draw();
  });
  if (may('audit'))
    place.every(audit_every_ms, async () => {
      if (tab !== 'audit') return;
      try {
        audit = (await get('/audit?limit=100', { signal: place.signal })).items;
      } catch (failed) {
        if (failed instanceof Problem && audit === null) audit = failed;
      }
      draw();
    });

  function change(fields) {
    ({ tab = tab, kind = kind, text = text } = fields);
    replaceQuery({ tab: tab === 'audit' ? 'audit' : '', kind, text });
    if (tab === 'audit' && audit === null) get('/audit?limit=100', { signal: place.signal }).then((x) => { audit = x.items; }, (failed) => { audit = failed; }).then(draw);
    draw();
  }

  function draw() {
    place.show(pageHead('Events', { sub: tab === 'events' ? 'What happened to gateways, streams, promises and agreements. The database keeps all; here are the newest.' : 'Every change: who made it, when, what, and from where.',
      actions: may('audit') ? [segments('What is listed', [['events', 'Events'], ['audit', 'Audit trail']], tab, (x) => change({ tab: x }))] : [] }),
    tab === 'audit' ? auditList() : refused ? notice('bad', refused.message) : all === null ? loading('the events') : list());
  }

  function list() {
    const wanted = text.toLowerCase();
    const found = all.filter((x) => (kind === '' || x.kind === kind) && `${x.subject} ${x.text}`.toLowerCase().includes(wanted));
    return [h('div', { class: 'filters' },
      h('input', { type: 'search', 'aria-label': 'Filter by words', placeholder: 'Words or a name', value: text, on: { input: (event) => change({ text: event.target.value }) } }),
      h('select', { 'aria-label': 'Kind of event', value: kind, on: { change: (event) => change({ kind: event.target.value }) } },
        h('option', { value: '' }, 'All kinds'), kinds.map((x) => h('option', { value: x, selected: x === kind }, words(x)))),
      h('span', { class: 'soft small' }, plural(found.length, 'event'))),
    card('', { live: true }, all.length === 0 ? empty('events', 'Nothing has happened yet', 'Gateways that come and go, promises that break and recover, agreements and orders: all of it is listed here. From a terminal:', command('sluicectl get events'))
      : found.length === 0 ? empty('search', 'No event fits', 'None of the newest events fits these filters.') : h('ul', { class: 'feed' }, found.map(eventItem)))];
  }

  function auditList() {
    if (audit === null) return loading('the audit trail');
    if (audit instanceof Problem) return card('', {}, empty('events', audit.status === 404 ? 'This server has no list of the audit trail' : 'The audit trail cannot be shown', audit.message));
    if (audit.length === 0) return card('', {}, empty('events', 'Nothing has been changed yet', 'Each agreement, limit, policy and token that is made, replaced or taken back leaves an entry.'));
    return card('', {}, table('Audit trail', [
      { name: 'When', cell: (x) => h('time', { datetime: x.at, title: x.at, class: 'nowrap' }, time(x.at)) },
      { name: 'Who', cell: (x) => x.who || h('span', { class: 'soft' }, 'not said') },
      { name: 'What', cell: (x) => badge(words(x.action)) },
      { name: 'On', cell: (x) => x.subject },
      { name: 'Detail', cell: (x) => x.detail, wide: true },
      { name: 'From', cell: (x) => x.address ?? '' },
    ], audit, { key: (x) => `${x.at} ${x.action} ${x.subject}` }));
  }

  if (tab === 'audit') change({});
  draw();
}
