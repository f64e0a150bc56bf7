// The queues of a swarm, and letting one stand still, emptying it or trying its failed tasks again.

import { get, postPatiently, swarmPath } from './api.js';
import { ask } from './confirm.js';
import { byId, element, say } from './dom.js';
import { Table, figure } from './table.js';
import { counted, written } from './units.js';

const SHOWN = 100;

export class SwarmQueues {
  #swarm;
  #changed;
  #table = new Table(byId('swarm-queues-table'), {
    caption: 'Queues of the swarm', none: 'No queue has come into being in this swarm.', key: (queue) => queue.name,
    columns: [
      { title: 'Queue', style: 'name', text: (queue) => queue.name },
      { title: 'Status', fill: status },
      figure('Ready', 'count', (queue) => queue.tasks.ready, written),
      figure('Oldest ready', 'duration', (queue) => queue.oldest_ready_ms, written),
      figure('Scheduled', 'count', (queue) => queue.tasks.scheduled, written),
      figure('Blocked', 'count', (queue) => queue.tasks.blocked, written),
      figure('Running', 'count', (queue) => queue.tasks.running, written),
      figure('Failed', 'count', (queue) => queue.tasks.failed, written),
      { title: 'Actions', actions: true, fill: (cell, queue) => this.#buttons(cell, queue) },
    ],
  });

  // `changed()` is called when an action may have changed something.
  constructor(changed) {
    this.#changed = changed;
  }

  clear() {
    this.#table.clear();
  }

  async load(swarm, isCurrent) {
    const page = await get(`${swarmPath(swarm, 'queues')}?limit=${SHOWN}`);
    if (!isCurrent()) return;
    this.#swarm = swarm;
    this.#table.draw(page.items);
    byId('swarm-queues-more').hidden = page.next_cursor === null;
    say(byId('swarm-queues-more'), `The first ${SHOWN} by name; there are more.`);
  }

  #buttons(cell, queue) {
    const questions = [queue.paused || queue.draining ? this.#resume(queue) : this.#pause(queue), this.#replay(queue), this.#purge(queue)];
    questions.forEach((question, place) => this.#button(cell, place, question));
  }

  #button(cell, place, question) {
    const button = cell.children[place] ?? cell.appendChild(element('button', { type: 'button' }));
    say(button, question.verb);
    button.setAttribute('aria-label', question.title.slice(0, -1));
    button.onclick = () => ask({ ...question, done: this.#changed, home: byId('swarm-queues-title') });
  }

  #pause({ name }) {
    return {
      title: `Pause queue ${name}?`,
      text: 'It hands nothing out until it is resumed. Tasks still come in, and what agents hold goes on.',
      verb: 'Pause',
      act: async () => told(await this.#post(name, 'pause')),
    };
  }

  #resume({ name }) {
    return {
      title: `Resume queue ${name}?`,
      text: 'It takes tasks in and hands them out again.',
      verb: 'Resume',
      act: async () => told(await this.#post(name, 'resume')),
    };
  }

  #replay({ name, tasks }) {
    return {
      title: `Replay queue ${name}?`,
      text: `Its failed tasks (${counted(tasks.failed, 'task')} now) become ready again, and their attempts start from 0.`,
      verb: 'Replay',
      act: async () => {
        const { replayed, more } = await this.#post(name, 'replay');
        return `${counted(replayed, 'task')} of queue ${name} ${replayed === 1 ? 'is' : 'are'} ready again.${more ? ' There are more: replay it again.' : ''}`;
      },
    };
  }

  #purge({ name, tasks }) {
    const waiting = tasks.ready + tasks.scheduled + tasks.blocked;
    return {
      title: `Purge queue ${name}?`,
      text: `All that waits in it (${counted(waiting, 'task')} now: ready, scheduled and blocked ones) is deleted for good. Running and finished tasks stay.`,
      verb: 'Purge',
      act: async () => {
        const { purged, more } = await this.#post(name, 'purge');
        return `${counted(purged, 'task')} of queue ${name} ${purged === 1 ? 'was' : 'were'} deleted.${more ? ' There are more: purge it again.' : ''}`;
      },
    };
  }

  #post(name, verb) {
    return postPatiently(swarmPath(this.#swarm, 'queues', name, verb));
  }
}

function told(queue) {
  return `Queue ${queue.name} is ${stateOf(queue)}.`;
}

function stateOf({ paused, draining }) {
  if (paused) return 'paused';
  return draining ? 'draining' : 'running';
}

function status(cell, queue) {
  const badge = cell.firstChild ?? cell.appendChild(element('span', { className: 'verdict' }));
  badge.dataset.kind = stateOf(queue);
  say(badge, badge.dataset.kind);
}
