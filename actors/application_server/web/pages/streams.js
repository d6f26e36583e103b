// All streams, filtered and page by page: the server looks, so that ten thousand are no more than fifty here.
import { get, query as fieldsOf } from '../api.js';
import { agreementLink, backendLink, card, command, empty, loading, pageHead, pager, ruleBadge, streamName, table } from '../components.js';
import { h } from '../dom.js';
import { bandwidth, count, milliseconds } from '../format.js';
import { link, replaceQuery } from '../router.js';

const page_size = 50;
const refresh_every_ms = 2_000;
const typing_pause_ms = 250;

export function open(place, names, query) {
  place.title('Streams');
  const wanted = { text: query.text ?? '', agreement: query.agreement ?? '', backend: query.backend ?? '', throttled: query.throttled === 'true' };
  let pages = ['']; // the `after` of each page up to this one
  let list = null;
  let problem = null;
  let timer = 0;

  async function ask() {
    try {
      const fields = { limit: page_size, after: pages.at(-1), text: wanted.text, agreement: wanted.agreement, backend: wanted.backend, throttled: wanted.throttled ? 'true' : '' };
      list = await get(`/streams${fieldsOf(fields)}`, { signal: place.signal });
      problem = null;
    } catch (failed) {
      if (place.signal.aborted) return;
      problem = failed;
    }
    draw();
  }

  function change(fields) {
    Object.assign(wanted, fields);
    pages = [''];
    replaceQuery({ ...wanted, throttled: wanted.throttled ? 'true' : '' });
    draw();
    clearTimeout(timer);
    timer = setTimeout(ask, typing_pause_ms);
  }

  const filtered = () => wanted.text !== '' || wanted.agreement !== '' || wanted.backend !== '' || wanted.throttled;

  function draw() {
    place.show(pageHead('Streams', { sub: 'One client’s traffic on one volume of one gateway: what is measured, judged and held back.' }),
      h('div', { class: 'filters' },
        h('input', { type: 'search', 'aria-label': 'Filter by gateway, volume or client', placeholder: 'Gateway, volume or client', value: wanted.text, on: { input: (event) => change({ text: event.target.value }) } }),
        h('label', { class: 'check' }, h('input', { type: 'checkbox', checked: wanted.throttled, on: { change: (event) => change({ throttled: event.target.checked }) } }), 'Held back only'),
        wanted.agreement && h('button', { type: 'button', class: 'button', on: { click: () => change({ agreement: '' }) } }, `Agreement ${wanted.agreement} ×`),
        wanted.backend && h('button', { type: 'button', class: 'button', on: { click: () => change({ backend: '' }) } }, `Backend ${wanted.backend} ×`)),
      problem ? h('p', { class: 'notice', data: { kind: 'bad' } }, problem.message) : list === null ? loading('the streams') : card('', { live: true }, list.items.length === 0 ? nothing() : rows()));
  }

  function rows() {
    return table('Streams', [
      { name: 'Stream', cell: (x) => streamName(x.stream) },
      { name: 'Agreement', cell: (x) => (x.agreement ? agreementLink(x.agreement) : h('span', { class: 'soft' }, 'best effort')) },
      { name: 'Backend', cell: (x) => backendLink(x.backend) },
      { name: 'IOPS', number: true, cell: (x) => count(x.iops) },
      { name: 'Bandwidth', number: true, cell: (x) => bandwidth(x.bandwidth) },
      { name: 'Mean', number: true, cell: (x) => (x.iops > 0 ? milliseconds(x.latency_ms.mean) : '–') },
      { name: 'p99', number: true, cell: (x) => (x.iops > 0 ? milliseconds(x.latency_ms.p99) : '–') },
      { name: 'Backlog', number: true, cell: (x) => count(x.backlog) },
      { name: 'Held back', wide: true, cell: (x) => heldBadge(x) },
    ], list.items, { key: (x) => x.stream, foot: pager(pages, page_size, list, 'stream', ask) });
  }

  function nothing() {
    if (filtered()) return empty('search', 'No stream fits', 'None of the last ten minutes fits these filters.', h('button', { type: 'button', class: 'button', on: { click: () => change({ text: '', agreement: '', backend: '', throttled: false }) } }, 'All streams'));
    return empty('stream', 'No stream in the last ten minutes', 'A stream is there once a client reads or writes through a gateway. For example:',
      command('fio --name=try --ioengine=nbd --uri=nbd://127.0.0.1:10809/scratch --rw=randread --bs=4k --size=64M --time_based --runtime=60'), h('a', { class: 'button', href: link('gateways') }, 'Gateways'));
  }

  place.atEnd(() => clearTimeout(timer));
  place.every(refresh_every_ms, ask);
}

/** What holds a stream now, or would; a depth that it does not reach is nothing to speak of. */
export function heldBadge(x) {
  const why = x.would_throttle ?? x.throttle;
  return why && why.rule !== 'none' ? ruleBadge(why) : '';
}
