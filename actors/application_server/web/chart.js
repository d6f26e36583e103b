// Time series as charts: uPlot with this page's colours, clock, legend and words. Knows no data source.
import { h, show } from './dom.js';
import { count, time } from './format.js';

let library = null;
/** uPlot is fetched once, with the first chart: most of the weight of the dashboard. */
function uplot() {
  library ??= new Promise((resolve, reject) => {
    document.head.append(h('link', { rel: 'stylesheet', href: 'vendor/uPlot.min.css' }));
    document.head.append(h('script', { src: 'vendor/uPlot.iife.min.js', on: { load: () => resolve(window.uPlot), error: reject } }));
  });
  return library;
}

const height = 190;
let made = 0; // two charts of one title are two
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const pad = (x) => String(x).padStart(2, '0');

/** Ticks on the browser's 24 h clock; the day where one begins or where ticks are days apart. */
function clockTicks(u, ticks, axis, space, step) {
  return ticks.map((tick) => {
    const x = new Date(tick * 1000);
    const day = `${pad(x.getMonth() + 1)}-${pad(x.getDate())}`;
    if (step >= 86_400 || (x.getHours() === 0 && x.getMinutes() === 0 && x.getSeconds() === 0)) return day;
    return `${pad(x.getHours())}:${pad(x.getMinutes())}${step < 60 ? `:${pad(x.getSeconds())}` : ''}`;
  });
}

/**
 * A chart. Series: {name, colour, dash, fill, steps}; `format` makes text of a value. `set(x, ys)` takes seconds since 1970
 * and one list per series (null = nothing there); `shade(list)` takes {from, to, colour} in the same seconds, drawn behind
 * the lines. The scale begins at 0, reaches at least `least` and at most `cap`: what is above is cut off, and said to be.
 * `node` keeps itself: put it into a page as it is.
 */
export function chart({ title, series, format = count, group = null, level = 'h2', nothing = 'Nothing was measured in this time.', least = null, cap = null }) {
  let plot = null;
  let data = [[], ...series.map(() => [])];
  let shades = [];
  let span = null; // [from, to] shown; null = what there is
  const values = series.map(() => h('b', {}, '–'));
  const target = h('div', { class: 'plot' });
  const words = h('p', { class: 'only-heard' });
  const cut = h('p', { class: 'cut soft small' });
  const rows = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': `${title}, as a table` });
  const details = h('details', { on: { toggle: fillTable } }, h('summary', {}, 'As a table'), rows);
  const node = h('figure', { class: 'card chart live', keep: true, key: `chart ${++made}` },
    h('figcaption', {}, h(level, {}, title), h('div', { class: 'legend key' }, series.map((x, i) =>
      h('span', {}, h('i', { class: 'line', style: { '--colour': `var(${x.colour})` } }), x.name, ' ', values[i])))),
    words, cut, target, details);

  function options(library) {
    const grid = { stroke: colour('--line'), width: 1 };
    const axis = { stroke: colour('--soft'), grid, ticks: { show: false }, font: '11px system-ui, sans-serif' };
    return {
      width: Math.max(target.clientWidth - 16, 120), height,
      legend: { show: false },
      cursor: { sync: group ? { key: group } : undefined, y: false, drag: { x: true, y: false, dist: 12 }, points: { size: 6 } },
      scales: { x: { time: true, range: span ? () => span : undefined },
        y: { range: (u, low, high) => [0, Math.min(cap ?? Infinity, Math.max((high ?? 0) * 1.08, least ?? 0, high > 0 ? 0 : 1))] } },
      axes: [{ ...axis, values: clockTicks, space: 72, size: 26, gap: 4 },
        { ...axis, size: 62, gap: 4, values: (u, ticks) => ticks.map((x) => format(x)) }],
      series: [{}, ...series.map((x) => ({
        label: x.name, stroke: colour(x.colour), width: x.dash ? 1.5 : 1.75, dash: x.dash, spanGaps: false,
        fill: x.fill ? `${colour(x.colour)}1f` : undefined, points: { show: false },
        paths: x.steps ? library.paths.stepped({ align: 1 }) : undefined,
      }))],
      hooks: { drawClear: [drawShades], setCursor: [(u) => showValues(u.cursor.idx)] },
    };
  }

  function drawShades(u) {
    const { ctx, bbox } = u;
    ctx.save();
    for (const x of shades) {
      const from = Math.max(u.valToPos(x.from, 'x', true), bbox.left);
      const to = Math.min(u.valToPos(x.to, 'x', true), bbox.left + bbox.width);
      if (to < bbox.left || from > bbox.left + bbox.width) continue;
      const width = Math.max(to - from, 2 * devicePixelRatio); // always to be seen
      ctx.fillStyle = colour(x.colour);
      ctx.globalAlpha = 0.16;
      ctx.fillRect(from, bbox.top, width, bbox.height);
      ctx.globalAlpha = 1;
      ctx.fillRect(from, bbox.top, width, 3 * devicePixelRatio); // a cap: told apart without colour
    }
    ctx.restore();
  }

  function showValues(at) {
    const last = data[0].length - 1;
    values.forEach((value, i) => {
      const x = data[i + 1][at ?? last];
      value.textContent = format(x ?? null);
    });
  }

  function fillTable() {
    if (!details.open) return;
    const step = Math.max(1, Math.ceil(data[0].length / 60));
    const picked = data[0].map((_, i) => i).filter((i) => (data[0].length - 1 - i) % step === 0).reverse();
    show(rows, h('table', { class: 'rows' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'),
      series.map((x) => h('th', { scope: 'col', class: 'number' }, x.name)))),
    h('tbody', {}, picked.map((i) => h('tr', {}, h('th', { scope: 'row' }, time(data[0][i] * 1000)),
      series.map((x, k) => h('td', { class: 'number' }, format(data[k + 1][i] ?? null))))))));
  }

  function say() {
    const highest = data.slice(1).flat().reduce((most, x) => Math.max(most, x ?? 0), 0);
    cut.textContent = cap !== null && highest > cap ? `Cut off at ${format(cap)}; the highest is ${format(highest)}.` : '';
    const spoken = series.map((x, i) => {
      const known = data[i + 1].filter((y) => y !== null && y !== undefined);
      return known.length === 0 ? '' : `${x.name}: last ${format(known.at(-1))}, least ${format(Math.min(...known))}, most ${format(Math.max(...known))}.`;
    }).filter((x) => x !== '');
    words.textContent = spoken.length === 0 ? nothing
      : `From ${time(data[0][0] * 1000)} to ${time(data[0].at(-1) * 1000)}. ${spoken.join(' ')}`;
  }

  let drawing = false;
  async function draw() {
    const isEmpty = data[0].length === 0;
    if (isEmpty || plot === null) {
      plot?.destroy();
      plot = null;
    }
    if (isEmpty) return show(target, h('div', { class: 'nothing' }, nothing));
    if (plot) return plot.setData(data);
    if (drawing) return undefined;
    drawing = true;
    try {
      const library = await uplot();
      if (!node.isConnected) return undefined;
      show(target);
      plot = new library(options(library), data, target);
    } finally {
      drawing = false;
    }
    return undefined;
  }

  const redo = () => {
    if (!plot) return;
    plot.destroy();
    plot = null;
    draw();
  };
  const watchSize = new ResizeObserver(() => {
    if (plot && target.clientWidth > 0) plot.setSize({ width: Math.max(target.clientWidth - 16, 120), height });
    else if (target.clientWidth > 0) draw();
  });
  watchSize.observe(target);
  window.addEventListener('sluice-theme', redo);

  return {
    node,
    set(x, ys) {
      data = [x, ...ys];
      showValues(plot?.cursor.idx);
      say();
      fillTable();
      draw();
    },
    shade(list) {
      shades = list;
      plot?.redraw(false);
    },
    /** Shows exactly this time, whatever there is in it. */
    between(from, to) {
      const before = span;
      span = from === null ? null : [from, to];
      if ((before === null) !== (span === null)) redo();
      else if (span) plot?.setScale('x', { min: from, max: to });
    },
    end() {
      watchSize.disconnect();
      window.removeEventListener('sluice-theme', redo);
      plot?.destroy();
    },
  };
}
