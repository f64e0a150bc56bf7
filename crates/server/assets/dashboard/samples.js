// The samples that the charts show: those of the history, then those of the stream.

// As many as the service keeps by default; more than a screen has pixels would only cost time.
const MOST = 1_500;
// Two samples further apart than so many spans have a gap between them.
const GAP_SPANS = 2.5;

export class Samples {
  #rows = [];

  get empty() {
    return this.#rows.length === 0;
  }

  get last() {
    return this.#rows.at(-1)?.sample ?? null;
  }

  // Takes samples in, whatever their order; one that is here already is not doubled.
  add(samples) {
    const byTime = new Map(this.#rows.map((row) => [row.x, row]));
    for (const sample of samples) byTime.set(Date.parse(sample.at) / 1_000, { x: Date.parse(sample.at) / 1_000, sample });
    this.#rows = [...byTime.values()].sort((a, b) => a.x - b.x).slice(-MOST);
  }

  // Rows of time and sample; a row without a sample where none was taken.
  rows() {
    return this.#rows.flatMap((row, at) => (this.#gapBefore(at) ? [{ x: row.x - row.sample.span_ms / 1_000, sample: null }, row] : [row]));
  }

  #gapBefore(at) {
    if (at === 0) return false;
    const [before, row] = [this.#rows[at - 1], this.#rows[at]];
    return row.x - before.x > (GAP_SPANS * row.sample.span_ms) / 1_000;
  }
}
