// How figures are written. What was not measured is a dash, never 0.

export const NONE = '–';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

// Three significant digits below 100, whole numbers above: columns stay readable and nothing pretends to be exact.
function short(value) {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  return value.toFixed(size >= 10 ? 1 : 2);
}

function duration(ms) {
  if (ms < SECOND_MS) return [short(ms), 'ms'];
  if (ms < MINUTE_MS) return [short(ms / SECOND_MS), 's'];
  if (ms < HOUR_MS) return [whole.format(Math.floor(ms / MINUTE_MS)), 'min'];
  if (ms < DAY_MS) return [whole.format(Math.floor(ms / HOUR_MS)), 'h'];
  return [whole.format(Math.floor(ms / DAY_MS)), 'd'];
}

function bytes(value) {
  const power = Math.min(BINARY.length - 1, value < 1 ? 0 : Math.floor(Math.log2(value) / 10));
  return [short(value / 1_024 ** power), BINARY[power]];
}

// Each takes a number and gives its text and its unit.
const WRITERS = {
  ms: duration,
  duration,
  bytes,
  rate: (value) => [short(value), '/s'],
  ratio: (value) => [short(value * 100), '%'],
  percent: (value) => [short(value), '%'],
  count: (value) => [whole.format(value), ''],
  number: (value) => [short(value), ''],
  score: (value) => [value.toFixed(1), ''],
  text: (value) => [String(value), ''],
};

// Text and unit of a figure; unit is empty where there is none.
export function parts(value, unit) {
  if (value === null || value === undefined) return [NONE, ''];
  return WRITERS[unit](value);
}

// A figure with its unit.
export function written(value, unit) {
  const [text, name] = parts(value, unit);
  return [text, name].filter(Boolean).join('\u00a0');
}

// The time of day of a Date, or of milliseconds since the epoch.
export function timeOfDay(at) {
  return clock.format(at);
}

// The same without seconds.
export function minuteOfDay(at) {
  return shortClock.format(at);
}

// How long ago a stamp was.
export function ago(stamp) {
  if (!stamp) return NONE;
  const ms = Math.max(0, Date.now() - Date.parse(stamp));
  return `${written(Math.floor(ms / SECOND_MS) * SECOND_MS || SECOND_MS, 'duration')} ago`;
}

// A word of the service for people: `task_assignment_p95_ms` is `task assignment p95 ms`.
export function words(name) {
  return name.replaceAll('_', ' ').replaceAll('.', ' · ');
}

// `1 task`, `2 tasks`.
export function counted(count, noun) {
  return `${whole.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}
