// The storage that streams contend for.
import { backendLink, badge, card, empty, key, loading, notice, pageHead, table } from '../components.js';
import { h } from '../dom.js';
import { count, milliseconds, plural } from '../format.js';
import { link } from '../router.js';
import { capacityBar } from './overview.js';

export function open(place) {
  place.title('Backends');
  let all = null;
  let refused = null;
  place.watch('backends', (x) => {
    all = x.items;
    refused = null;
    draw();
  }, (problem) => {
    refused = problem;
    draw();
  });

  function draw() {
    place.show(pageHead('Backends', { sub: 'The storage that streams contend for: a disk, an array, another server. What it gives is measured, never configured.' }),
      refused ? notice('bad', refused.message) : all === null ? loading('the backends') : card('', { live: true }, all.length === 0
        ? empty('backend', 'Nothing has been measured yet', 'A backend shows up with the first I/O on one of its volumes.', h('a', { class: 'button', href: link('gateways') }, 'See the gateways'))
        : [table('Backends', [
          { name: 'Backend', cell: (x) => backendLink(x.backend) },
          { name: 'State', cell: (x) => [x.deficit ? badge('Deficit', 'bad', 'warn') : badge('Enough', 'good', 'good'), x.mode === 'observe' && badge('Only observed', 'accent')] },
          { name: 'Used', number: true, cell: (x) => `${count(x.delivered_iops)} IOPS` },
          { name: 'Given', number: true, cell: (x) => `${x.capacity_measured ? '' : '≥ '}${count(x.capacity_iops)}` },
          { name: 'Reserved', number: true, cell: (x) => count(x.promised_iops) },
          { name: 'Used, reserved, given', cell: (x) => capacityBar(x), wide: true },
          { name: 'Latency', number: true, cell: (x) => (x.delivered_iops > 0 ? milliseconds(x.latency_ms) : '–') },
          { name: 'In flight', number: true, cell: (x) => count(x.in_flight) },
          { name: 'Streams', number: true, cell: (x) => h('a', { href: link('streams', { backend: x.backend }) }, count(x.streams)) },
          { name: 'Held back', number: true, cell: (x) => count(x.throttled) },
        ], all, { key: (x) => x.backend, foot: [plural(all.length, 'backend'), key([{ colour: '--accent', text: 'used' }, { colour: '--idle-fill', text: 'given' }, { colour: '--text', text: 'reserved (mark)' }])] })]));
  }
  draw();
}
