// Single figures: each `<data data-figure="path" data-unit="unit">` shows what stands at that path of the report.

import { say } from './dom.js';
import { parts } from './units.js';

// Brings every figure of the page up to date.
export function drawFigures(report) {
  for (const place of document.querySelectorAll('[data-figure]')) {
    drawFigure(place, at(report, place.dataset.figure), place.dataset.unit);
  }
}

// Writes a figure with its unit; `value` is the exact one, for programs.
export function drawFigure(place, value, unit) {
  const exact = value === null || value === undefined ? '' : String(value);
  if (place.value === exact && place.childElementCount) return;
  place.value = exact;
  const [text, name] = parts(value, unit);
  const label = document.createElement('span');
  label.className = 'unit';
  label.textContent = name;
  place.replaceChildren(name ? `${text}\u00a0` : text, label);
}

function at(report, path) {
  return path.split('.').reduce((value, name) => value?.[name], report) ?? null;
}

// Marks the tiles whose target does not hold; the word says it, not the colour alone.
export function judgeTiles(report) {
  const verdicts = new Map(report.targets.map((target) => [target.name, target.verdict]));
  verdicts.set('confidence', report.confidence.verdict);
  for (const tile of document.querySelectorAll('[data-target]')) {
    const verdict = verdicts.get(tile.dataset.target) ?? '';
    tile.dataset.verdict = verdict;
    const heading = tile.querySelector('h3');
    const mark = heading.querySelector('.mark') ?? heading.appendChild(document.createElement('span'));
    mark.className = 'mark';
    say(mark, verdict === 'fail' ? 'misses its goal' : '');
  }
}
