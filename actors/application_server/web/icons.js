// Line icons on a grid of 16. Each stands beside a word; alone only where a label says the same.
import { h } from './dom.js';

const paths = {
  overview: 'M2 9a6 6 0 0 1 12 0M8 9l3-3M4.5 13h7',
  agreement: 'M4 2h6l3 3v9H4zM10 2v3h3M6.5 8h4M6.5 11h4',
  stream: 'M1.5 5.5q1.6-2 3.25 0t3.25 0 3.25 0 3.25 0M1.5 10.5q1.6-2 3.25 0t3.25 0 3.25 0 3.25 0',
  backend: 'M3 4c0-2 10-2 10 0v8c0 2-10 2-10 0zM3 4c0 2 10 2 10 0M3 8c0 2 10 2 10 0',
  gateway: 'M2 3v11M14 3v11M5 3h6v5H5zM8 8v6',
  events: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3l2 2',
  add: 'M8 3v10M3 8h10',
  good: 'M3 8.5l3.2 3.2L13 4.8',
  bad: 'M4 4l8 8M12 4l-8 8',
  warn: 'M8 2.5L14.5 13.5h-13zM8 6.5v3.5M8 11.8v.2',
  unknown: 'M3.5 8h9',
  held: 'M5.5 3v10M10.5 3v10',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z',
  leave: 'M6 2H3v12h3M10 5l3 3-3 3M13 8H6',
  copy: 'M5.5 5.5h8v8h-8zM2.5 10.5v-8h8',
  next: 'M6 3l5 5-5 5',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.5 10.5L14 14',
  report: 'M3 14V8M8 14V3M13 14v-4',
};

export function icon(name, extra = '') {
  return h('svg', { class: `icon ${extra}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: paths[name] }));
}
