// What is judged from the figures: confidence with its parts, targets, recommendations, trends, and what is missing.

import { byId, element, reconcile, say } from './dom.js';
import { Table } from './table.js';
import { NONE, counted, words, written } from './units.js';

const VERDICTS = { pass: 'holds', fail: 'fails', insufficient: 'too little evidence' };
const CHANGES = { stable: 'stable', improving: 'improving', degrading: 'degrading' };
// How a target's or a metric's name ends says in what it is measured.
const UNITS = [[/_ms$/, 'ms'], [/(_ratio|_rate|utilization)$/, 'ratio'], [/_percent$/, 'percent'], [/_bytes$/, 'bytes'], [/_per_s$/, 'rate']];

export class Judgement {
  #targets = new Table(byId('targets'), {
    caption: 'Targets', none: 'There are no targets.', key: (target) => target.name,
    columns: [
      { title: 'Target', text: (target) => words(bare(target.name)) },
      { title: 'Goal', number: true, text: (target) => written(target.target, unitOf(target.name)) },
      { title: 'Observed', number: true, text: (target) => written(target.observed, unitOf(target.name)) },
      { title: '95 % interval', number: true, text: interval },
      { title: 'n', number: true, text: (target) => written(target.n, 'count') },
      { title: 'Verdict', fill: (cell, target) => verdict(cell, target.verdict) },
    ],
  });

  #trends = new Table(byId('trends'), {
    caption: 'Trends', none: 'Not enough history yet.', key: (trend) => trend.metric,
    columns: [
      { title: 'Metric', text: (trend) => words(bare(trend.metric)) },
      { title: 'Change', number: true, text: (trend) => (trend.change === null ? NONE : `${trend.change > 0 ? '+' : ''}${written(trend.change, 'ratio')}`) },
      { title: 'Over', number: true, text: (trend) => written(trend.over_ms, 'duration') },
      { title: 'Direction', fill: direction },
    ],
  });

  draw(report) {
    drawConfidence(report.confidence);
    this.#targets.draw(report.targets);
    this.#trends.draw(report.trends);
    drawAdvice(report.recommendations);
    reconcile(byId('missing'), report.missing, (missing) => missing.part, missingItem);
  }
}

function drawConfidence(confidence) {
  say(byId('confidence-note'), `goal ${confidence.target}; ${VERDICTS[confidence.verdict]}`);
  reconcile(byId('parts'), Object.entries(confidence.parts), ([name]) => name, ([name]) => part(name, confidence.target));
}

function part(name, goal) {
  const meter = element('meter', { min: 0, max: 100, low: goal / 2, high: goal, optimum: 100 });
  meter.setAttribute('aria-label', `Confidence in ${name}`);
  const figure = element('data');
  return [element('li', {}, element('span', {}, name), meter, figure), ([, score]) => {
    meter.value = score;
    figure.value = score;
    say(figure, written(score, 'score'));
  }];
}

function drawAdvice(recommendations) {
  byId('advice-none').hidden = recommendations.length > 0;
  say(byId('advice-none'), 'Nothing to change.');
  reconcile(byId('advice-list'), recommendations, (each) => `${each.category} ${each.message}`, advice);
}

function advice() {
  const [badge, message] = [element('span', { className: 'badge' }), element('span')];
  const made = element('li', {}, badge, message);
  return [made, (each) => {
    made.dataset.priority = each.priority;
    say(badge, `${each.priority} · ${each.category}`);
    say(message, each.message);
  }];
}

function missingItem() {
  const made = element('li');
  return [made, (missing) => say(made, `${words(missing.part)} is missing: ${missing.reason}`)];
}

function verdict(cell, name) {
  mark(cell, VERDICTS[name], name);
}

function direction(cell, trend) {
  mark(cell, CHANGES[trend.direction], trend.direction);
}

function mark(cell, text, kind) {
  const badge = cell.firstChild ?? cell.appendChild(element('span', { className: 'verdict' }));
  badge.dataset.kind = kind;
  say(badge, text);
}

function interval(target) {
  if (target.low === null && target.high === null) return NONE;
  const unit = unitOf(target.name);
  return `${written(target.low, unit)} – ${written(target.high, unit)}`;
}

function unitOf(name) {
  return UNITS.find(([ending]) => ending.test(name))?.[1] ?? 'number';
}

// The unit stands with the figure; it need not be in the name too.
function bare(name) {
  return name.replace(/(_ms|_bytes|_per_s|_percent)$/, '');
}

// How much a report covers, for the heading.
export function windowText(report) {
  const nodes = report.nodes > 1 ? `${counted(report.nodes, 'server')}, ` : '';
  return `${nodes}last ${written(report.window_ms, 'duration')}`;
}
