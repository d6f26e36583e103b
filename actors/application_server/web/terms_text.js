// What an agreement says, in words and rows. Pure but for the elements.
import { h } from './dom.js';
import { count, seconds, words } from './format.js';

/** The promises of a document: {latency: [{statistic, target, target_ms, upTo}], reservation}. */
export function promisesOf(document) {
  const { latency = [], reservation } = document.spec.objective;
  return {
    latency: latency.map((x) => ({ statistic: x.statistic, target: x.target, target_ms: seconds(x.target) * 1000, upTo: x.up_to?.iops ?? null })),
    reservation: reservation?.iops ?? null,
  };
}

export const selectorText = (x) => `${x.gateway ?? '*'}/${x.volume ?? '*'}/${x.client ?? '*'}`;

export function latencyText(x) {
  return `${x.statistic} at most ${x.target}${x.up_to ? ` up to ${count(x.up_to.iops)} IOPS` : ' at any load'}`;
}

export function limitText(x) {
  const most = [x.iops && `${count(x.iops)} IOPS`, x.bandwidth].filter(Boolean).join(' and ');
  return x.burst ? `${most}; ${count(x.burst.iops)} IOPS for ${x.burst.for} after idling` : most;
}

export function termRows(document) {
  const { objective, streams } = document.spec;
  const { compliance = {} } = objective;
  const rows = [
    ['Streams', h('code', {}, selectorText(streams))],
    ['Reserved', objective.reservation && `${count(objective.reservation.iops)} IOPS at any time`],
    ['Latency', objective.latency?.length > 0 && objective.latency.map((x) => h('div', {}, latencyText(x)))],
    ['Limit', objective.limit && limitText(objective.limit)],
    ['Tier', words(objective.tier ?? 'bronze')],
    ['Weight', count(objective.weight ?? 1)],
    ['Judged', compliance.interval && `each ${compliance.interval}, ${compliance.target} to be met`],
    ['Window', compliance.window && `${words(compliance.window).toLowerCase()}, ${compliance.time_zone}`],
    ['Credit', compliance.remedies?.length > 0 && compliance.remedies.map((x) => h('div', {}, `${x.credit} below ${x.below}`))],
  ];
  return rows.filter(([, x]) => x).map(([name, x]) => [h('dt', {}, name), h('dd', {}, x)]);
}
