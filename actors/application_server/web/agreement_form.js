// Between what is typed and what is sent: the form's fields, the document made of them, and where in the form a mistake
// of the document stands. Pure.

/** Field → where its value stands in the document. */
const places = {
  name: 'metadata.name', tenant: 'metadata.tenant',
  gateway: 'spec.streams.gateway', volume: 'spec.streams.volume', client: 'spec.streams.client',
  reservation: 'spec.objective.reservation.iops',
  limit: 'spec.objective.limit.iops', bandwidth: 'spec.objective.limit.bandwidth',
  burst: 'spec.objective.limit.burst.iops', burstFor: 'spec.objective.limit.burst.for',
  weight: 'spec.objective.weight', tier: 'spec.objective.tier',
  interval: 'spec.objective.compliance.interval', target: 'spec.objective.compliance.target',
  window: 'spec.objective.compliance.window', zone: 'spec.objective.compliance.time_zone',
};
const whole = new Set(['reservation', 'limit', 'burst', 'weight']);

export const blank = () => ({
  name: '', tenant: '', gateway: '*', volume: '', client: '*', reservation: '', limit: '', bandwidth: '', burst: '', burstFor: '',
  weight: '1', tier: 'silver', interval: '10s', target: '99%', window: 'calendar-month', zone: 'UTC',
  latency: [{ statistic: 'mean', target: '', upTo: '' }], remedies: [], suspended: false,
});

/** A whole number as such; anything else as text, for the server to say what is wrong with it. */
const number = (text) => (/^\d{1,15}$/.test(text) ? Number(text) : text);

/** "2 ms" is meant as "2ms": no value with a unit has a blank. */
const unspaced = (text) => text.replace(/\s+/g, '');
const with_unit = new Set(['bandwidth', 'burstFor', 'interval', 'target']);

function put(document, place, value) {
  const parts = place.split('.');
  let at = document;
  for (const part of parts.slice(0, -1)) at = at[part] ??= {};
  at[parts.at(-1)] = value;
}

/** What was left empty is left out. `fallback`: for a trial before somebody chose a name. */
export function documentOf(form, fallback = '') {
  const document = { apiVersion: 'sluice/v1', kind: 'Agreement', metadata: {}, spec: { streams: {}, objective: {} } };
  for (const [field, place] of Object.entries(places)) {
    const text = form[field].trim() || (place.startsWith('metadata.') ? fallback : '');
    if (text !== '') put(document, place, whole.has(field) ? number(text) : with_unit.has(field) ? unspaced(text) : text);
  }
  const latency = form.latency.filter((x) => x.target.trim() !== '' || x.upTo.trim() !== '');
  if (form.suspended) document.spec.suspended = true;
  const { compliance, ...promised } = document.spec.objective;
  document.spec.objective = promised;
  if (latency.length > 0)
    promised.latency = latency.map((x) => ({ statistic: x.statistic, target: unspaced(x.target), ...(x.upTo.trim() ? { up_to: { iops: number(x.upTo.trim()) } } : {}) }));
  if (compliance) promised.compliance = compliance;
  const remedies = form.remedies.filter((x) => x.below.trim() !== '' || x.credit.trim() !== '');
  if (remedies.length > 0) put(document, 'spec.objective.compliance.remedies', remedies.map((x) => ({ below: unspaced(x.below), credit: unspaced(x.credit) })));
  return document;
}

/** The form that makes this document. */
export function formOf(document) {
  const form = blank();
  for (const [field, place] of Object.entries(places)) {
    const value = place.split('.').reduce((at, part) => at?.[part], document);
    form[field] = value === undefined ? '' : String(value);
  }
  form.latency = (document.spec.objective.latency ?? []).map((x) => ({ statistic: x.statistic, target: x.target, upTo: x.up_to ? String(x.up_to.iops) : '' }));
  form.suspended = document.spec.suspended === true;
  form.remedies = (document.spec.objective.compliance?.remedies ?? []).map((x) => ({ ...x }));
  return form;
}

/** Mistakes by field; '' = of none. Rows that were left empty are not in the document, hence the counting. */
export function mistakesByField(errors, form) {
  const found = {};
  const filled = (list, ...fields) => list.map((x, i) => i).filter((i) => fields.some((field) => list[i][field].trim() !== ''));
  for (const { path = '', what } of errors) {
    const row = path.match(/\.(latency|remedies)\[(\d+)\](?:\.(\w+))?/);
    let field = '';
    if (row) {
      const at = (row[1] === 'latency' ? filled(form.latency, 'target', 'upTo') : filled(form.remedies, 'below', 'credit'))[Number(row[2])] ?? 0;
      const names = { up_to: 'upTo', statistic: 'statistic', below: 'below', credit: 'credit' };
      field = `${row[1]}-${at}-${names[row[3]] ?? (row[1] === 'latency' ? 'target' : 'below')}`;
    } else {
      field = Object.keys(places).find((x) => places[x] === path) ?? Object.keys(places).find((x) => path !== '' && places[x].startsWith(`${path}.`)) ?? '';
    }
    found[field] = found[field] ? `${found[field]}; ${what}` : what;
  }
  return found;
}

/** The document as YAML, as `sluicectl apply -f` reads it: of plain values, lists and objects. */
export function yamlOf(value, indent = '') {
  if (Array.isArray(value)) return value.map((x) => `${indent}- { ${Object.entries(x).map(([k, y]) => `${k}: ${inline(y)}`).join(', ')} }`).join('\n');
  return Object.entries(value).filter(([, x]) => typeof x !== 'object' || Object.keys(x).length > 0).map(([name, x]) =>
    (typeof x === 'object' ? `${indent}${name}:\n${yamlOf(x, `${indent}  `)}` : `${indent}${name}: ${inline(x)}`)).join('\n');
}

function inline(x) {
  if (typeof x === 'object') return `{ ${Object.entries(x).map(([k, y]) => `${k}: ${inline(y)}`).join(', ')} }`;
  if (typeof x === 'number') return String(x);
  return /^[A-Za-z][A-Za-z0-9./_-]*$/.test(x) && !/^(true|false|null|yes|no|on|off)$/i.test(x) || /^\d+(\.\d+)?(%|[A-Za-z]+(\/s)?)$/.test(x) ? x : JSON.stringify(x);
}

/** Whether a selector of the form matches a stream: * stands for any characters, ? for one. */
export function matches(form, stream) {
  const fits = (pattern, text) => new RegExp(`^${(pattern.trim() || '*').replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);
  return fits(form.gateway, stream.gateway) && fits(form.volume, stream.volume) && fits(form.client, stream.client);
}
