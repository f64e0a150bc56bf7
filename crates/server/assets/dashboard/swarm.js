// One swarm: which it is, whether it stands still, its queues, its agents and its tasks.

import { Agents } from './agents.js';
import { get, post, swarmPath } from './api.js';
import { ask } from './confirm.js';
import { byId, element, reconcile, say } from './dom.js';
import { showProblem } from './problem.js';
import { SwarmQueues } from './swarm-queues.js';
import { Tasks } from './tasks.js';

const PAGE = 500;
const SWARMS_SHOWN = 2_000;
// Its lists are asked for over the same interface as everybody's calls, so not with every sample.
const LEAST_BETWEEN_MS = 5_000;

export class Swarm {
  #name = null;
  #loadedAt = 0;
  #asked = 0;
  #select = byId('swarm-select');
  #queues = new SwarmQueues(() => this.load());
  #agents = new Agents(() => this.load());
  #tasks = new Tasks(() => this.load());

  constructor() {
    this.#select.addEventListener('change', () => { location.hash = `swarm=${encodeURIComponent(this.#select.value)}`; });
    addEventListener('hashchange', () => this.#follow());
  }

  // Brings the swarm up to date, unless that was done a moment ago; `busiest` is shown where none was chosen.
  async refresh(busiest) {
    this.#name ??= named() ?? busiest ?? 'default';
    const fresh = Date.now() - this.#loadedAt < LEAST_BETWEEN_MS;
    if (this.#loadedAt && (document.hidden || fresh)) return;
    await this.load();
  }

  // Asks for everything anew. What comes late, after another swarm was chosen, is dropped.
  async load() {
    this.#loadedAt = Date.now();
    this.#asked += 1;
    const asked = this.#asked;
    const isCurrent = () => asked === this.#asked;
    const lists = [this.#queues, this.#agents, this.#tasks].map((list) => list.load(this.#name, isCurrent));
    const parts = [this.#loadSwarms(isCurrent), ...lists];
    const ended = await Promise.allSettled(parts);
    if (isCurrent()) showProblem(byId('swarm-problem'), ended.find((part) => part.reason)?.reason);
  }

  #follow() {
    const name = named();
    if (name === null || name === this.#name) return;
    this.#name = name;
    this.#queues.clear();
    this.#agents.clear();
    this.#tasks.clear();
    this.load();
    byId('swarm').scrollIntoView();
    byId('swarm-title').focus({ preventScroll: true });
  }

  async #loadSwarms(isCurrent) {
    const swarm = get(swarmPath(this.#name));
    // Both fail where the service is away; one of them is told.
    swarm.catch(() => {});
    const swarms = await list();
    if (isCurrent()) this.#drawSelect(swarms);
    const described = await swarm;
    if (isCurrent()) this.#drawSwarm(described);
  }

  #drawSelect({ items, more }) {
    const names = new Set([...items.map((swarm) => swarm.name), this.#name]);
    reconcile(this.#select, [...names], (name) => name, (name) => [element('option', { value: name }, name), () => {}]);
    this.#select.value = this.#name;
    say(byId('swarm-note'), more ? `the first ${SWARMS_SHOWN.toLocaleString('en')} swarms can be chosen` : '');
  }

  #drawSwarm(swarm) {
    const [state, toggle] = [byId('swarm-state'), byId('swarm-toggle')];
    state.hidden = toggle.hidden = false;
    say(state, swarm.paused ? 'paused' : 'running');
    state.dataset.kind = swarm.paused ? 'paused' : 'running';
    say(toggle, swarm.paused ? 'Resume swarm' : 'Pause swarm');
    toggle.onclick = () => ask({ ...(swarm.paused ? resume(swarm.name) : pause(swarm.name)), done: () => this.load(), home: byId('swarm-title') });
    say(byId('swarm-objective'), [swarm.objective, swarm.topology].filter(Boolean).join(' · '));
  }
}

// The swarm that the address names: `#swarm=NAME`.
function named() {
  const name = new URLSearchParams(location.hash.slice(1)).get('swarm');
  return name || null;
}

async function list() {
  const items = [];
  let cursor = '';
  do {
    const page = await get(`../v1/swarms?limit=${PAGE}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    items.push(...page.items);
    cursor = page.next_cursor ?? '';
  } while (cursor && items.length < SWARMS_SHOWN);
  return { items, more: cursor !== '' };
}

function pause(name) {
  return {
    title: `Pause swarm ${name}?`,
    text: 'No agent gets a new task from it until it is resumed. What agents hold goes on.',
    verb: 'Pause',
    act: async () => told(await post(swarmPath(name, 'pause'))),
  };
}

function resume(name) {
  return {
    title: `Resume swarm ${name}?`,
    text: 'Its agents get tasks again.',
    verb: 'Resume',
    act: async () => told(await post(swarmPath(name, 'resume'))),
  };
}

function told(swarm) {
  return `Swarm ${swarm.name} is ${swarm.paused ? 'paused' : 'running'}.`;
}
