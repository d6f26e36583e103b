// The gateways on the I/O path, and the volumes that they serve.
import { backendLink, badge, card, command, empty, loading, notice, pageHead, table } from '../components.js';
import { h } from '../dom.js';
import { count, plural, size, time } from '../format.js';
import { link } from '../router.js';

export function open(place) {
  place.title('Gateways');
  let all = null;
  let refused = null;
  place.watch('gateways', (x) => {
    all = x.items;
    refused = null;
    draw();
  }, (problem) => {
    refused = problem;
    draw();
  });

  function draw() {
    place.show(pageHead('Gateways', { sub: 'They sit between clients and storage, measure every stream, and hold back whom they are told to.' }),
      refused ? notice('bad', refused.message) : all === null ? loading('the gateways') : all.length === 0 ? card('', {}, nothing()) : all.map(gateway));
  }
  draw();
}

function nothing() {
  return empty('gateway', 'No gateway has connected yet', 'A gateway finds this server by the key server of its section [control], and shows up here by itself. Start one, then point clients to it:',
    command('sluice-gateway --config-file=/etc/sluice/gateway.ini'));
}

function gateway(x) {
  const state = x.connected ? badge('Connected', 'good', 'good') : badge('Not connected', 'bad', 'bad');
  return h('div', { class: 'stack', key: x.gateway }, card(h('span', {}, x.gateway, ' ', state), { live: true, more: [`version ${x.version}`, ' · ',
    x.connected ? h('span', {}, 'heard ', time(x.last_heard)) : x.last_heard ? `last heard ${time(x.last_heard)}` : 'never heard', x.batches_lost > 0 ? ` · ${plural(x.batches_lost, 'batch', 'batches')} of samples lost` : ''] },
  !x.connected && h('div', { class: 'body' }, notice('warn', 'Without the server it goes on serving I/O with what the agreements allow by themselves. Nothing is measured here until it is back.')),
  x.volumes.length === 0 ? h('div', { class: 'body soft' }, 'It serves no volume.') : table(`Volumes of ${x.gateway}`, [
    { name: 'Volume', cell: (one) => h('a', { href: link('streams', { text: `${x.gateway}/${one.name}/` }) }, one.name) },
    { name: 'Backend', cell: (one) => backendLink(one.backend) },
    { name: 'Size', number: true, cell: (one) => size(one.size_bytes) },
    { name: 'Access', cell: (one) => (one.read_only ? 'Read only' : 'Read and write') },
  ], x.volumes, { key: (one) => one.name, foot: `${count(x.volumes.length)} ${x.volumes.length === 1 ? 'volume' : 'volumes'}` })), h('span', {}));
}
