// What the page says about its connection.

import { byId, say } from './dom.js';
import { timeOfDay } from './units.js';

const WELCOME_MS = 8_000;

export class Connection {
  #lostAt = null;
  #seenAt = null;
  #welcome = null;

  // Something came; the figures are of now.
  seen() {
    this.#seenAt = Date.now();
    if (document.body.dataset.connection === 'live' && !this.#welcome) this.#say();
  }

  live() {
    document.body.dataset.connection = 'live';
    byId('lost').hidden = true;
    if (this.#lostAt === null) return this.#say();
    const away = Math.max(1, Math.round((Date.now() - this.#lostAt) / 1_000));
    this.#lostAt = null;
    say(byId('connection-text'), `Connected again after ${away} s`);
    this.#welcome = setTimeout(() => this.#end(), WELCOME_MS);
  }

  lost() {
    clearTimeout(this.#welcome);
    this.#welcome = null;
    this.#lostAt ??= Date.now();
    document.body.dataset.connection = 'lost';
    say(byId('connection-text'), 'Disconnected');
    const stale = this.#seenAt ? `The figures below are stale: they are of ${timeOfDay(this.#seenAt)}.` : 'There are no figures yet.';
    say(byId('lost'), `Disconnected from the service since ${timeOfDay(this.#lostAt)}. ${stale} This page reconnects by itself.`);
    byId('lost').hidden = false;
  }

  #end() {
    this.#welcome = null;
    this.#say();
  }

  // The time is shown and not announced: a screen reader would read it out every few seconds.
  #say() {
    const text = byId('connection-text');
    say(text, 'Live');
    text.title = this.#seenAt ? `Last figures at ${timeOfDay(this.#seenAt)}` : '';
  }
}
