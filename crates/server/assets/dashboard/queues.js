// The queues with the most unfinished tasks.

import { byId, element, say } from './dom.js';
import { Table, figure } from './table.js';
import { counted, written } from './units.js';

export class Queues {
  #table = new Table(byId('queues-table'), {
    caption: 'Queues', none: 'No queue has a task.', key: (queue) => `${queue.swarm}/${queue.queue}`,
    columns: [
      { title: 'Queue', style: 'name', text: (queue) => queue.queue },
      { title: 'Swarm', style: 'name', fill: link },
      figure('Ready', 'count', (queue) => queue.tasks.ready, written),
      figure('Oldest ready', 'duration', (queue) => queue.oldest_ready_ms, written),
      figure('Waiting claims', 'count', (queue) => queue.waiting, written),
      figure('Running', 'count', (queue) => queue.tasks.running, written),
      figure('Scheduled', 'count', (queue) => queue.tasks.scheduled, written),
      figure('Failed', 'count', (queue) => queue.tasks.failed, written),
      figure('Completed', 'count', (queue) => queue.tasks.completed, written),
    ],
  });

  draw(report) {
    const [shown, all] = [report.queues.length, report.queues_total];
    say(byId('queues-note'), all > shown ? `the ${shown} with the most unfinished tasks of ${counted(all, 'queue')}` : '');
    this.#table.draw(report.queues);
  }
}

// Chooses the swarm below.
function link(cell, queue) {
  const anchor = cell.firstChild ?? cell.appendChild(element('a'));
  anchor.href = `#swarm=${encodeURIComponent(queue.swarm)}`;
  say(anchor, queue.swarm);
}
