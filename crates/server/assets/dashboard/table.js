// A table that is kept up to date row by row, so that whoever is in it stays where he is.

import { element, reconcile, say } from './dom.js';

export class Table {
  #columns;
  #key;
  #body;
  #none;
  #scroll;

  // A column has a `title`, and `text(item)` or `fill(cell, item)`; `number` aligns it. The first one heads its row.
  constructor(place, { caption, columns, key, none }) {
    this.#columns = columns;
    this.#key = key;
    this.#body = element('tbody');
    this.#none = element('p', { className: 'quiet none-yet' }, 'Loading…');
    this.noneText = none;
    const heads = columns.map((column) => element('th', { scope: 'col', className: styleOf(column) }, headOf(column)));
    const table = element('table', {}, element('caption', { className: 'hidden' }, caption), element('thead', {}, element('tr', {}, ...heads)), this.#body);
    this.#scroll = element('div', { className: 'scroll', tabIndex: 0, role: 'region', hidden: true }, table);
    this.#scroll.setAttribute('aria-label', caption);
    place.append(this.#scroll, this.#none);
  }

  // Shows `items` in their order.
  draw(items) {
    reconcile(this.#body, items, this.#key, () => this.#row());
    this.#scroll.hidden = items.length === 0;
    this.#none.hidden = items.length > 0;
    say(this.#none, this.noneText);
  }

  // Forgets what it shows: something else will come.
  clear() {
    this.#body.replaceChildren();
    this.#scroll.hidden = true;
    this.#none.hidden = false;
    say(this.#none, 'Loading…');
  }

  #row() {
    const cells = this.#columns.map((column, at) => element(at ? 'td' : 'th', at ? { className: styleOf(column) } : { scope: 'row', className: styleOf(column) }));
    const update = (item) => this.#columns.forEach((column, at) => (column.fill ? column.fill(cells[at], item) : say(cells[at], column.text(item))));
    return [element('tr', {}, ...cells), update];
  }
}

// A column of figures, `<data>` with the exact value.
export function figure(title, unit, of, write) {
  const fill = (cell, item) => {
    const data = cell.firstChild ?? cell.appendChild(element('data'));
    data.value = of(item) ?? '';
    say(data, write(of(item), unit));
  };
  return { title, number: true, fill };
}

function styleOf(column) {
  return [column.number && 'number', column.actions && 'actions', column.style].filter(Boolean).join(' ');
}

function headOf(column) {
  return column.actions ? element('span', { className: 'hidden' }, column.title) : column.title;
}
