// The newest tasks of a swarm in one state, and retrying or cancelling one.

import { get, post, swarmPath } from './api.js';
import { ask } from './confirm.js';
import { byId, element, say } from './dom.js';
import { Table } from './table.js';
import { ago, NONE } from './units.js';

const SHOWN = 50;
const ERROR_SHOWN = 240;

export class Tasks {
  #swarm;
  #changed;
  #table = new Table(byId('tasks-table'), {
    caption: 'Tasks', none: 'No task.', key: (task) => task.id,
    columns: [
      { title: 'Task', style: 'task', fill: name },
      { title: 'Queue', style: 'name', text: (task) => task.queue },
      { title: 'Error or progress', style: 'error', fill: reason },
      { title: 'Attempt', number: true, text: (task) => `${task.attempt} / ${task.max_attempts}` },
      { title: 'Agent', style: 'name', text: (task) => task.agent ?? NONE },
      { title: 'Since', number: true, text: (task) => ago(task.finished_at ?? (task.status === 'running' ? task.started_at : task.created_at)) },
      { title: 'Action', actions: true, fill: (cell, task) => this.#button(cell, task) },
    ],
  });

  // `changed()` is called when an action may have changed something.
  constructor(changed) {
    this.#changed = changed;
    for (const choice of document.querySelectorAll('input[name=tasks]')) choice.addEventListener('change', changed);
  }

  clear() {
    this.#table.clear();
  }

  async load(swarm, isCurrent) {
    const chosen = document.querySelector('input[name=tasks]:checked').value;
    const page = await get(`${swarmPath(swarm, 'tasks')}?status=${chosen}&limit=${SHOWN}`);
    if (!isCurrent()) return;
    this.#swarm = swarm;
    this.#table.noneText = `No task of this swarm is ${chosen}.`;
    this.#table.draw(page.items);
    byId('tasks-more').hidden = page.next_cursor === null;
    say(byId('tasks-more'), `The newest ${SHOWN}; there are more.`);
  }

  #button(cell, task) {
    const button = cell.firstChild ?? cell.appendChild(element('button', { type: 'button' }));
    const verb = task.status === 'failed' ? 'Retry' : 'Cancel';
    say(button, task.cancel_requested ? 'Asked to stop' : verb);
    button.disabled = task.cancel_requested;
    button.setAttribute('aria-label', `${verb} task ${task.id}`);
    button.onclick = () => ask({ ...(verb === 'Retry' ? this.#retry(task) : this.#cancel(task)), done: this.#changed, home: byId('tasks-title') });
  }

  #retry(task) {
    return {
      title: 'Retry this task?',
      text: `${called(task)} becomes ready again in queue ${task.queue}, and its attempts start from 0.`,
      verb: 'Retry',
      act: async () => {
        const { id, status } = await post(swarmPath(this.#swarm, 'tasks', task.id, 'retry'));
        return `Task ${id} is ${status}.`;
      },
    };
  }

  #cancel(task) {
    return {
      title: 'Cancel this task?',
      text: task.status === 'running' ? `${called(task)} is held by ${task.agent}, who is asked to stop and learns it at its next heartbeat.` : `${called(task)} is called off at once.`,
      verb: 'Cancel the task',
      act: async () => {
        const { id, status, cancel_requested: asked } = await post(swarmPath(this.#swarm, 'tasks', task.id, 'cancel'));
        return asked ? `The holder of task ${id} is asked to stop; until then it is ${status}.` : `Task ${id} is ${status}.`;
      },
    };
  }
}

function called(task) {
  return task.type === null ? `Task ${task.id}` : `Task ${task.id} (${task.type})`;
}

function name(cell, task) {
  const kind = cell.children[0] ?? cell.appendChild(element('span', { className: 'kind' }));
  const id = cell.children[1] ?? cell.appendChild(element('code'));
  say(kind, task.type ?? 'untyped');
  say(id, task.id);
}

// The error in a line, with everything else behind it; what its holder last reported where there is no error.
function reason(cell, task) {
  const whole = task.error ?? task.progress;
  const text = JSON.stringify(whole, null, 2);
  if (cell.dataset.shown === text) return;
  cell.dataset.shown = text;
  cell.replaceChildren(whole === null ? NONE : folded(whole, text));
}

function folded(whole, text) {
  const kind = typeof whole.kind === 'string' ? element('span', { className: 'badge' }, whole.kind) : '';
  const message = typeof whole.message === 'string' ? whole.message : text;
  const line = message.length > ERROR_SHOWN ? `${message.slice(0, ERROR_SHOWN)}…` : message;
  return element('details', {}, element('summary', {}, kind, line), element('pre', { tabIndex: 0 }, text));
}
