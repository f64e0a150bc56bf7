// The page: what is asked for when, and who shows it.

import { drawAlerts } from './alerts.js';
import { get } from './api.js';
import { Charts } from './charts.js';
import { Connection } from './connection.js';
import { byId, say } from './dom.js';
import { drawFigures, judgeTiles } from './figures.js';
import { Judgement, windowText } from './judgement.js';
import { showProblem } from './problem.js';
import { Queues } from './queues.js';
import { Samples } from './samples.js';
import { Stream } from './stream.js';
import { Swarm } from './swarm.js';

// A service that samples ten times a second is not asked for ten reports a second.
const LEAST_BETWEEN_REPORTS_MS = 1_000;

const samples = new Samples();
const charts = new Charts();
const connection = new Connection();
const [judgement, queues, swarm] = [new Judgement(), new Queues(), new Swarm()];
let report = null;
let asking = false;
let wanted = false;

const stream = new Stream('stream', {
  live: () => { connection.live(); loadHistory(); loadReport(); },
  lost: () => connection.lost(),
  sample: (sample) => { samples.add([sample]); charts.draw(samples, report); loadReport(); },
  alert: () => loadReport(),
});

loadHistory();
loadReport();
stream.open();
document.addEventListener('visibilitychange', () => { if (!document.hidden) loadReport(); });

async function loadHistory() {
  try {
    const history = await get('history');
    samples.add(history.samples);
    charts.draw(samples, report);
  } catch (error) {
    showProblem(byId('problem'), error);
  }
}

// One report at a time and one a second; what asks for one meanwhile gets the next.
async function loadReport() {
  wanted = asking;
  if (asking) return;
  asking = true;
  try {
    draw(await get('report'));
    showProblem(byId('problem'), null);
  } catch (error) {
    refused(error);
  }
  setTimeout(() => {
    asking = false;
    if (wanted) loadReport();
  }, LEAST_BETWEEN_REPORTS_MS);
}

function draw(latest) {
  report = latest;
  document.body.dataset.state = isEmpty(latest) ? 'empty' : 'ready';
  byId('empty').hidden = !isEmpty(latest);
  byId('main').dataset.generatedAt = latest.generated_at;
  say(byId('window'), windowText(latest));
  say(byId('memory-note'), memory(latest.redis));
  drawAlerts(latest.alerts);
  drawFigures(latest);
  judgeTiles(latest);
  judgement.draw(latest);
  queues.draw(latest);
  charts.draw(samples, latest);
  connection.seen();
  swarm.refresh(latest.queues[0]?.swarm);
}

// A service that is away is told of by the connection; the page keeps what it had.
function refused(error) {
  if (document.body.dataset.state === 'loading') document.body.dataset.state = 'error';
  if (document.body.dataset.connection !== 'lost') showProblem(byId('problem'), error);
}

// Requests do not tell: this page makes some of its own.
function isEmpty({ tasks, agents, phases }) {
  const counts = [...Object.values(tasks), ...Object.values(agents), ...Object.values(phases).map((phase) => phase.count)];
  return counts.every((count) => count === 0);
}

function memory(redis) {
  if (!redis) return 'Redis could not be asked';
  return redis.maxmemory_bytes ? `${((redis.used_memory_bytes / redis.maxmemory_bytes) * 100).toFixed(1)} % of maxmemory` : 'no maxmemory set';
}
