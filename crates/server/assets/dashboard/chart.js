// One chart: lines over time, the limit they should keep to, the figures under the pointer, and the same as a table.

import { element, say } from './dom.js';
import { NONE, minuteOfDay, timeOfDay, written } from './units.js';

const HEIGHT_PX = 150;
// A limit far above everything that was measured would press the lines flat: it is named, not drawn.
const LIMIT_IN_SIGHT = 4;
const HEADROOM = 1.12;
const TABLE_ROWS = 60;
const AXIS_FONT = '11px system-ui, sans-serif';
// Memory is read in powers of two.
const BYTE_STEPS = Array.from({ length: 48 }, (_, power) => 2 ** power);
const SYNC = 'waggle';

export class Chart {
  #definition;
  #limit = null;
  #plot = null;
  #data;
  #range = { min: 0, max: 1 };
  #parts;

  // `pointed(time | null)` is told where the pointer is; `drawn()` when the chart was painted.
  constructor(definition, { pointed, drawn }) {
    this.#definition = definition;
    this.#data = [[], ...definition.lines.map(() => [])];
    this.#parts = skeleton(definition);
    this.#parts.details.addEventListener('toggle', () => this.#drawTable());
    this.pointed = pointed;
    this.drawn = drawn;
  }

  get figure() {
    return this.#parts.figure;
  }

  // Shows `rows` of time and sample between `min` and `max`, seconds since the epoch.
  draw(rows, range, limit) {
    this.#range = range;
    this.#limit = limit ?? null;
    this.#data = [rows.map((row) => row.x), ...this.#definition.lines.map((line) => rows.map((row) => valueOf(line, row)))];
    this.#plot ??= this.#made();
    this.#plot.setData(this.#data, false);
    this.#plot.setScale('x', range);
    this.#tell();
    this.#drawTable();
  }

  // Colours come from the style sheet, which knows light and dark.
  repaint() {
    this.#plot?.redraw(false);
  }

  #made() {
    const { canvas } = this.#parts;
    const plot = new uPlot(this.#options(canvas.clientWidth), this.#data, canvas);
    new ResizeObserver(() => plot.setSize({ width: canvas.clientWidth, height: HEIGHT_PX })).observe(canvas);
    return plot;
  }

  #options(width) {
    const { unit, lines } = this.#definition;
    return {
      width,
      height: HEIGHT_PX,
      padding: [10, 18, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: SYNC }, drag: { x: false, y: false }, y: false, points: { size: 6 } },
      scales: { x: { time: true }, y: { range: (_, __, most) => [0, this.#top(most)] } },
      axes: [timeAxis(), figureAxis(unit)],
      series: [{}, ...lines.map((line) => ({
        stroke: () => colour(line.colour),
        width: line.width ?? 1.5,
        dash: line.dash,
        points: { show: false, filter: alone },
      }))],
      hooks: { draw: [(plot) => this.#paintLimit(plot)], setCursor: [(plot) => this.#point(plot)] },
    };
  }

  #top(most) {
    const { least, most: ceiling } = this.#definition;
    const limit = this.#limit?.value ?? 0;
    const seen = most ?? 0;
    const inSight = limit <= Math.max(seen, least) * LIMIT_IN_SIGHT ? limit : 0;
    return Math.min(ceiling ?? Infinity, Math.max(least, seen * HEADROOM, inSight * HEADROOM));
  }

  #paintLimit(plot) {
    this.drawn();
    if (!this.#limit || this.#limit.value > plot.scales.y.max) return;
    const { ctx, bbox } = plot;
    const y = plot.valToPos(this.#limit.value, 'y', true);
    ctx.save();
    ctx.strokeStyle = colour('--limit');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }

  #point(plot) {
    const place = plot.cursor.idx;
    const inside = plot.cursor.left >= 0 && place !== null && place !== undefined;
    this.#writeLegend(inside ? place : this.#newest());
    this.pointed(inside ? this.#data[0][place] : null);
  }

  #newest() {
    return this.#data[0].length - 1;
  }

  #writeLegend(place) {
    this.#definition.lines.forEach((line, at) => {
      const value = this.#data[at + 1][place];
      const figure = this.#parts.values[at];
      figure.value = value ?? '';
      say(figure, written(value, this.#definition.unit));
    });
  }

  // What the picture says, for those who do not see it.
  #tell() {
    const { title, unit, lines } = this.#definition;
    const { legendLimit, canvas, none } = this.#parts;
    if (!(this.#plot.cursor.left >= 0)) this.#writeLegend(this.#newest());
    const shown = this.#data[0].map((x, at) => at).filter((at) => this.#data[0][at] >= this.#range.min);
    const told = lines.map((line, at) => summary(line.label, shown.map((place) => this.#data[at + 1][place]), unit));
    const inSight = this.#limit?.value <= this.#top(Math.max(0, ...this.#data.slice(1).flat()));
    const limit = this.#limit ? `${this.#limit.kind} ${written(this.#limit.value, unit)}${inSight ? '' : ' (above this scale)'}` : '';
    say(legendLimit, limit);
    legendLimit.hidden = !limit;
    none.hidden = told.some(Boolean);
    canvas.setAttribute('aria-label', `${title}. ${told.filter(Boolean).join(' ') || 'Nothing measured.'} ${limit}`.trim());
  }

  #drawTable() {
    const { details, body } = this.#parts;
    if (!details.open) return;
    const first = Math.max(0, this.#data[0].length - TABLE_ROWS);
    const rows = this.#data[0].map((x, at) => at).slice(first).reverse();
    body.replaceChildren(...rows.map((place) => this.#row(place)));
  }

  #row(place) {
    const time = element('th', { scope: 'row' }, timeOfDay(this.#data[0][place] * 1_000));
    const cells = this.#definition.lines.map((_, at) => element('td', { className: 'number' }, written(this.#data[at + 1][place], this.#definition.unit)));
    return element('tr', {}, time, ...cells);
  }
}

function valueOf(line, row) {
  return row.sample === null ? null : (line.of(row.sample) ?? null);
}

// A value between two gaps has no line: it gets a point.
function alone(plot, series) {
  const values = plot.data[series];
  const isAlone = (at) => (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
  return values.flatMap((value, at) => (value !== null && isAlone(at) ? [at] : []));
}

function skeleton({ title, note, lines, wide }) {
  const values = lines.map(() => element('data', {}, NONE));
  const items = lines.map((line, at) => element('li', {}, swatch(line), `${line.label} `, values[at]));
  const legendLimit = element('li', { className: 'limit', hidden: true });
  const canvas = element('div', { className: 'canvas' });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', title);
  const none = element('p', { className: 'none quiet' }, 'Nothing measured in this time');
  const body = element('tbody');
  const heads = ['Time', ...lines.map((line) => line.label)].map((text, at) => element('th', { scope: 'col', className: at ? 'number' : '' }, text));
  const table = element('table', {}, element('caption', { className: 'hidden' }, `${title}, newest first`), element('thead', {}, element('tr', {}, ...heads)), body);
  const scroll = element('div', { className: 'scroll', tabIndex: 0, role: 'region' }, table);
  scroll.setAttribute('aria-label', `${title} as a table`);
  const summaryLine = element('summary', {}, 'Table', element('span', { className: 'hidden' }, ` of ${title}`));
  const details = element('details', {}, summaryLine, scroll);
  const heading = element('h3', {}, title, note ? element('span', { className: 'quiet' }, ` ${note}`) : '');
  const legend = element('ul', { className: 'legend' }, ...items, legendLimit);
  const figure = element('figure', { className: wide ? 'chart wide' : 'chart' }, element('figcaption', {}, heading, legend), element('div', { className: 'plot' }, canvas, none), details);
  return { figure, values, legendLimit, canvas, none, body, details };
}

function swatch({ colour: name, dash }) {
  const made = element('span', { className: dash ? 'swatch dashed' : 'swatch' });
  made.setAttribute('aria-hidden', 'true');
  made.style.setProperty('--colour', `var(${name})`);
  return made;
}

function summary(label, values, unit) {
  const measured = values.filter((value) => value !== null);
  if (!measured.length) return '';
  const [least, most] = [Math.min(...measured), Math.max(...measured)];
  return `${label} now ${written(values.at(-1), unit)}, between ${written(least, unit)} and ${written(most, unit)}.`;
}

function timeAxis() {
  return {
    ...axis(),
    size: 24,
    space: 64,
    values: (_, splits, __, ___, step) => splits.map((x) => (step < 60 ? timeOfDay : minuteOfDay)(x * 1_000)),
  };
}

function figureAxis(unit) {
  const steps = unit === 'bytes' ? { incrs: BYTE_STEPS } : {};
  return { ...axis(), ...steps, size: 58, space: 30, values: (_, splits) => splits.map((value) => tick(value, unit)) };
}

// A tick is a round number: zeros behind the point say nothing.
function tick(value, unit) {
  return written(value, unit).replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');
}

function axis() {
  return {
    font: AXIS_FONT,
    stroke: () => colour('--quiet'),
    grid: { stroke: () => colour('--grid'), width: 1 },
    ticks: { show: false },
    gap: 4,
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
