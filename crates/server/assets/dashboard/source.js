// Server-sent events for which a token has to be shown: an EventSource cannot send headers.

export class Source extends EventTarget {
  readyState = EventSource.CONNECTING;
  #stop = new AbortController();

  constructor(url, headers) {
    super();
    this.#read(url, headers);
  }

  close() {
    this.readyState = EventSource.CLOSED;
    this.#stop.abort();
  }

  async #read(url, headers) {
    try {
      const response = await fetch(url, { headers, cache: 'no-store', signal: this.#stop.signal });
      if (response.ok) await this.#follow(response.body.pipeThrough(new TextDecoderStream()).getReader());
    } catch {
      // However it ends, it is told below.
    }
    if (this.readyState === EventSource.CLOSED) return;
    this.readyState = EventSource.CLOSED;
    this.dispatchEvent(new Event('error'));
  }

  async #follow(reader) {
    this.readyState = EventSource.OPEN;
    this.dispatchEvent(new Event('open'));
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const events = (text + value).split('\n\n');
      text = events.pop();
      events.forEach((event) => this.#tell(event.split('\n')));
    }
  }

  #tell(lines) {
    const of = (field) => lines.filter((line) => line.startsWith(field)).map((line) => line.slice(field.length).trimStart());
    const data = of('data:').join('\n');
    if (data) this.dispatchEvent(new MessageEvent(of('event:').at(-1) ?? 'message', { data }));
  }
}
