// The fields of an agreement. Keeps nothing: what is typed is told to whoever draws them.
import { h } from './dom.js';
import { icon } from './icons.js';

const tiers = [['best-effort', 'Best effort'], ['bronze', 'Bronze'], ['silver', 'Silver'], ['gold', 'Gold']];
const statistics = ['mean', 'p50', 'p90', 'p95', 'p99', 'p99.9'].map((x) => [x, x]);
const windows = [['calendar-month', 'Calendar month'], ['rolling-30-days', 'Rolling 30 days'], ['rolling-7-days', 'Rolling 7 days']];

/** `state`: form, mistakes, streams, gateways. `change(field, value)`; `rows(list, index)` removes, with null adds one. */
export function agreementFields(state, { change, rows, fixedName, fixedTenant }) {
  const { form, mistakes } = state;

  function wrapped(id, label, unit, control) {
    const wrong = mistakes[id];
    if (wrong) {
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', `${id}-wrong`);
    }
    return h('div', { class: 'field', key: id }, h('label', { for: id }, label, unit && [' ', h('span', { class: 'unit' }, unit)]), control,
      wrong && h('p', { class: 'wrong', id: `${id}-wrong` }, `${wrong.charAt(0).toUpperCase()}${wrong.slice(1)}`));
  }
  const typed = (id, value, label, { unit = '', hint = '', list = null, numeric = false, fixed = false } = {}) =>
    wrapped(id, label, unit, h('input', { id, name: id, type: 'text', value, placeholder: hint, list, readonly: fixed, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
      inputmode: numeric ? 'numeric' : null, on: { input: (event) => change(id, event.target.value) } }));
  const chosen = (id, value, label, choices) =>
    wrapped(id, label, '', h('select', { id, name: id, value, on: { change: (event) => change(id, event.target.value) } }, choices.map(([x, text]) => h('option', { value: x, selected: x === value }, text))));
  const field = (id, label, options) => typed(id, form[id], label, options);
  const remove = (list, at, what) => h('button', { type: 'button', class: 'button plain', 'aria-label': `Remove ${what} ${at + 1}`, title: 'Remove', on: { click: () => rows(list, at) } }, icon('bad'));
  const add = (list, text) => h('div', {}, h('button', { type: 'button', class: 'button', on: { click: () => rows(list, null) } }, icon('add'), text));

  return [
    suggestions(state),
    h('fieldset', {}, h('legend', {}, 'Who'), h('div', { class: 'fields' },
      field('name', 'Name', { hint: 'oltp-gold', fixed: fixedName }), field('tenant', 'Tenant', { hint: 'acme', list: 'known-tenants', fixed: fixedTenant }))),
    h('fieldset', {}, h('legend', {}, 'Which streams'), h('p', { class: 'hint' }, 'All that match share what is promised. * stands for any characters, ? for one.'),
      h('div', { class: 'fields' }, field('gateway', 'Gateway', { list: 'known-gateways' }), field('volume', 'Volume', { hint: '*', list: 'known-volumes' }), field('client', 'Client', { list: 'known-clients' }))),
    h('fieldset', {}, h('legend', {}, 'What is promised'), h('p', { class: 'hint' }, 'A request of more than 16 KiB counts as several I/Os.'),
      h('div', { class: 'fields' }, field('reservation', 'Reserved', { unit: 'IOPS', hint: 'none', numeric: true }), chosen('tier', form.tier, 'Tier', tiers), field('weight', 'Weight', { unit: '1 to 1000', numeric: true })),
      h('fieldset', { class: 'inner' }, h('legend', {}, 'Latency'),
      form.latency.map((x, i) => h('div', { class: 'row-of-fields', key: `latency ${i}` }, chosen(`latency-${i}-statistic`, x.statistic, 'Figure', statistics),
        typed(`latency-${i}-target`, x.target, 'At most', { hint: '5ms' }), typed(`latency-${i}-upTo`, x.upTo, 'Up to', { unit: 'IOPS', hint: 'any load', numeric: true }), remove('latency', i, 'latency point'))),
      form.latency.length < 8 && add('latency', 'Add a latency'))),
    h('fieldset', {}, h('legend', {}, 'What it is limited to'), h('div', { class: 'fields' },
      field('limit', 'Rate', { unit: 'IOPS', hint: 'none', numeric: true }), field('bandwidth', 'Bandwidth', { hint: '200MB/s' }), field('burst', 'Burst', { unit: 'IOPS', hint: 'none', numeric: true }), field('burstFor', 'Burst lasts', { hint: '10s' }))),
    h('fieldset', {}, h('legend', {}, 'How it is judged'), h('div', { class: 'fields' },
      field('interval', 'Interval'), field('target', 'Intervals to be met'), chosen('window', form.window, 'Window', windows), field('zone', 'Time zone', { hint: 'Europe/Berlin' })),
    form.remedies.map((x, i) => h('div', { class: 'row-of-fields', key: `remedy ${i}` }, typed(`remedies-${i}-below`, x.below, 'Compliance below', { hint: '99%' }), typed(`remedies-${i}-credit`, x.credit, 'Credit', { hint: '10%' }), h('span', {}), remove('remedies', i, 'credit'))),
    form.remedies.length < 8 && add('remedies', 'Add a credit')),
  ];
}

/** Names that are there, to choose from. */
function suggestions({ streams, gateways }) {
  const list = (id, names) => h('datalist', { id }, [...new Set(names)].slice(0, 100).map((x) => h('option', { value: x })));
  return [list('known-gateways', gateways.map((x) => x.gateway)), list('known-volumes', gateways.flatMap((x) => x.volumes.map((y) => y.name))),
    list('known-clients', streams.map((x) => x.client)), list('known-tenants', streams.map((x) => x.tenant).filter(Boolean))];
}
