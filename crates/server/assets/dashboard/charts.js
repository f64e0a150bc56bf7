// Which charts there are, what each shows of a sample, and what limit of the report it is held against.

import { Chart } from './chart.js';
import { byId, say } from './dom.js';
import { timeOfDay } from './units.js';

const MIB = 1_024 * 1_024;
const LEAST_RANGE_S = 30;

const CHARTS = [
  {
    title: 'Task assignment', note: 'ready to held by a waiting agent', unit: 'ms', wide: true, least: 1,
    limit: (report) => target(report, 'task_assignment_p95_ms', 'p95 at most'),
    lines: [
      { label: 'p50', colour: '--line-soft', of: (sample) => sample.assignment?.p50_ms },
      { label: 'p95', colour: '--line', width: 2, of: (sample) => sample.assignment?.p95_ms },
      { label: 'p99', colour: '--line-strong', dash: [3, 3], of: (sample) => sample.assignment?.p99_ms },
    ],
  },
  { title: 'Throughput', unit: 'rate', least: 1, lines: [{ label: 'requests', colour: '--line', width: 2, of: (sample) => sample.throughput_per_s }] },
  {
    title: 'Error rate', unit: 'ratio', least: 0.01, most: 1,
    limit: (report) => target(report, 'error_rate', 'at most'),
    lines: [{ label: 'faults', colour: '--bad', width: 2, of: (sample) => sample.error_rate }],
  },
  {
    title: 'Tasks', unit: 'count', least: 5,
    lines: [
      { label: 'ready', colour: '--line', width: 2, of: (sample) => sample.tasks.ready },
      { label: 'running', colour: '--good', of: (sample) => sample.tasks.running },
      { label: 'scheduled', colour: '--line-soft', dash: [3, 3], of: (sample) => sample.tasks.scheduled },
    ],
  },
  { title: 'Oldest ready task', unit: 'duration', least: 1_000, lines: [{ label: 'ready for', colour: '--line', width: 2, of: (sample) => sample.oldest_ready_ms }] },
  {
    title: 'Agents', unit: 'count', least: 5,
    lines: [
      { label: 'live', colour: '--good', width: 2, of: (sample) => sample.agents.live },
      { label: 'draining', colour: '--warn', dash: [3, 3], of: (sample) => sample.agents.draining },
      { label: 'lost', colour: '--bad', of: (sample) => sample.agents.lost },
      { label: 'waiting claims', colour: '--line-soft', of: (sample) => sample.waiting_claims },
    ],
  },
  { title: 'Pool in use', unit: 'ratio', least: 0.1, most: 1, lines: [{ label: 'of all connections', colour: '--line', width: 2, of: (sample) => sample.pool_utilization }] },
  { title: 'Pipeline batch', note: 'operations a flush', unit: 'number', least: 2, lines: [{ label: 'mean', colour: '--line', width: 2, of: (sample) => sample.batch_mean }] },
  {
    title: 'Compression saved', unit: 'ratio', least: 1, most: 1,
    limit: (report) => target(report, 'compression_saved_ratio', 'at least'),
    lines: [{ label: 'of the bytes', colour: '--line', width: 2, of: (sample) => sample.saved_ratio }],
  },
  {
    title: 'Redis memory', unit: 'bytes', least: MIB,
    limit: (report) => (report.redis?.maxmemory_bytes ? { kind: 'maxmemory', value: report.redis.maxmemory_bytes } : null),
    lines: [{ label: 'used', colour: '--line', width: 2, of: (sample) => sample.redis_memory_bytes }],
  },
  {
    title: 'Confidence', unit: 'score', least: 100, most: 100,
    limit: (report) => ({ kind: 'at least', value: report.confidence.target }),
    lines: [{ label: 'score', colour: '--line', width: 2, of: (sample) => sample.confidence }],
  },
];

export class Charts {
  #charts;
  #pending = false;
  #latest = null;

  constructor() {
    this.#charts = CHARTS.map((definition) => [definition, new Chart(definition, { pointed, drawn })]);
    byId('chart-grid').append(...this.#charts.map(([, chart]) => chart.figure));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#charts.forEach(([, chart]) => chart.repaint()));
    for (const choice of document.querySelectorAll('input[name=range]')) choice.addEventListener('change', () => this.#paint());
  }

  // Draws the samples; at most once a frame, whatever comes.
  draw(samples, report) {
    this.#latest = { samples, report };
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => this.#paint());
  }

  #paint() {
    this.#pending = false;
    if (!this.#latest) return;
    const { samples, report } = this.#latest;
    const rows = samples.rows();
    const { min, max } = range(rows);
    const shown = rows.filter((row) => row.x >= min);
    for (const [definition, chart] of this.#charts) chart.draw(shown, { min, max }, report && definition.limit?.(report));
  }
}

// The time chosen, but no more than there is: a service that has just begun is not drawn as a mark at the edge.
function range(rows) {
  const max = rows.at(-1)?.x ?? Date.now() / 1_000;
  const chosen = Number(document.querySelector('input[name=range]:checked').value);
  const known = Math.max(LEAST_RANGE_S, max - (rows[0]?.x ?? max));
  return { min: max - Math.min(chosen, known), max };
}

// The limit that a target of the report names.
function target(report, name, kind) {
  const found = report.targets.find((each) => each.name === name);
  return found ? { kind, value: found.target } : null;
}

function pointed(time) {
  say(byId('pointed'), time === null ? '' : `at ${timeOfDay(time * 1_000)}`);
}

function drawn() {
  if (!performance.getEntriesByName('first-chart').length) performance.mark('first-chart');
}
