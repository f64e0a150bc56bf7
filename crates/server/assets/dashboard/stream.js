// The live stream: says at once when it is lost, and comes back by itself.

import { Source } from './source.js';
import { authorization } from './token.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
// A stream that says nothing for so many samples is not one, whatever the connection claims.
const SILENT_SAMPLES = 4;
const SHORTEST_SILENCE_MS = 15_000;

export class Stream {
  #url;
  #on;
  #source = null;
  #tries = 0;
  #retry = null;
  #silence = null;
  #spanMs = 0;

  // `on` has `live()`, `lost(retryInMs)`, `sample(sample)` and `alert(alert)`.
  constructor(url, on) {
    this.#url = url;
    this.#on = on;
    addEventListener('online', () => this.#again());
    addEventListener('offline', () => this.#lose());
    addEventListener('token', () => this.#again());
  }

  open() {
    const headers = authorization();
    const source = headers.authorization ? new Source(this.#url, headers) : new EventSource(this.#url);
    this.#source = source;
    source.addEventListener('open', () => this.#live());
    source.addEventListener('error', () => this.#lose());
    source.addEventListener('sample', (event) => this.#sample(JSON.parse(event.data)));
    source.addEventListener('alert', (event) => this.#on.alert(JSON.parse(event.data)));
  }

  #live() {
    this.#tries = 0;
    this.#listen();
    this.#on.live();
  }

  #sample(sample) {
    this.#spanMs = sample.span_ms;
    this.#listen();
    this.#on.sample(sample);
  }

  // A browser's own reconnection gives up on an answer that is an error; this one does not.
  #lose() {
    this.#source?.close();
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#tries) * (0.75 + Math.random() / 2);
    this.#tries += 1;
    this.#retry = setTimeout(() => this.open(), wait);
    this.#on.lost(wait);
  }

  #again() {
    if (this.#source?.readyState === EventSource.OPEN) return;
    clearTimeout(this.#retry);
    this.#source?.close();
    this.open();
  }

  #listen() {
    clearTimeout(this.#silence);
    const patience = Math.max(SHORTEST_SILENCE_MS, SILENT_SAMPLES * this.#spanMs);
    this.#silence = setTimeout(() => this.#lose(), patience);
  }
}
