// The agents of a swarm, and taking one out of service or back.

import { get, post, swarmPath } from './api.js';
import { ask } from './confirm.js';
import { byId, element, say } from './dom.js';
import { Table, figure } from './table.js';
import { ago, counted, written } from './units.js';

const SHOWN = 100;

export class Agents {
  #swarm;
  #changed;
  #table = new Table(byId('agents-table'), {
    caption: 'Agents', none: 'No agent.', key: (agent) => agent.name,
    columns: [
      { title: 'Agent', style: 'name', text: (agent) => agent.name },
      { title: 'Status', fill: status },
      { title: 'Holds', number: true, text: (agent) => `${written(agent.running, 'count')} / ${written(agent.capacity, 'count')}` },
      figure('Completed', 'count', (agent) => agent.completed, written),
      figure('Failed', 'count', (agent) => agent.failed, written),
      figure('Expired', 'count', (agent) => agent.expired, written),
      figure('Unread', 'count', (agent) => agent.unread, written),
      { title: 'Seen', number: true, text: (agent) => ago(agent.last_seen_at) },
      { title: 'Action', actions: true, fill: (cell, agent) => this.#button(cell, agent) },
    ],
  });

  // `changed()` is called when an action may have changed something.
  constructor(changed) {
    this.#changed = changed;
    for (const choice of document.querySelectorAll('input[name=agents]')) choice.addEventListener('change', changed);
  }

  clear() {
    this.#table.clear();
  }

  async load(swarm, isCurrent) {
    const chosen = document.querySelector('input[name=agents]:checked').value;
    const page = await get(`${swarmPath(swarm, 'agents')}?limit=${SHOWN}${chosen && `&status=${chosen}`}`);
    if (!isCurrent()) return;
    this.#swarm = swarm;
    this.#table.noneText = chosen ? `No agent is ${chosen}.` : 'No agent has registered in this swarm.';
    this.#table.draw(page.items);
    byId('agents-more').hidden = page.next_cursor === null;
    say(byId('agents-more'), `The first ${SHOWN} by name; there are more.`);
  }

  #button(cell, agent) {
    const button = cell.firstChild ?? cell.appendChild(element('button', { type: 'button' }));
    const verb = agent.status === 'draining' ? 'Resume' : 'Drain';
    say(button, verb);
    button.setAttribute('aria-label', `${verb} agent ${agent.name}`);
    button.onclick = () => ask({ ...(verb === 'Drain' ? this.#drain(agent) : this.#resume(agent)), done: this.#changed, home: byId('agents-title') });
  }

  #drain({ name, running }) {
    return {
      title: `Drain agent ${name}?`,
      text: `It finishes what it holds (${counted(running, 'task')} now) and gets no new task until it is resumed.`,
      verb: 'Drain',
      act: async () => {
        const agent = await post(swarmPath(this.#swarm, 'agents', name, 'drain'));
        return `Agent ${agent.name} is ${agent.status}; it holds ${counted(agent.running, 'task')}.`;
      },
    };
  }

  #resume({ name }) {
    return {
      title: `Resume agent ${name}?`,
      text: 'It gets new tasks again.',
      verb: 'Resume',
      act: async () => {
        const agent = await post(swarmPath(this.#swarm, 'agents', name, 'resume'));
        return `Agent ${agent.name} is ${agent.status}.`;
      },
    };
  }
}

function status(cell, agent) {
  const badge = cell.firstChild ?? cell.appendChild(element('span', { className: 'verdict' }));
  badge.dataset.kind = agent.status;
  say(badge, agent.status);
}
