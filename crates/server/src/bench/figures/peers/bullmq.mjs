// BullMQ under the load of `waggle bench --only peers`, for which it is written anew at each run:
//   node bullmq.mjs DIRECTORY SOCKET CONCURRENCY PAYLOAD
// DIRECTORY is where bullmq and ioredis are installed, SOCKET is the Redis's. Each line of standard input is an
// order, `lifecycles N` or `queue N`, and is said again on standard output when it is done.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const [directory, socket, concurrency, payload] = process.argv.slice(2);
const { Queue, Worker } = createRequire(`${directory}/`)('bullmq');
const connection = { path: socket, maxRetriesPerRequest: null };
const width = Number(concurrency);

const worked = new Queue('worked', { connection });
const stored = new Queue('stored', { connection });
let left = 0;
let finished = () => {};
const worker = new Worker('worked', async () => ({ ok: true }), { connection, concurrency: width });
worker.on('completed', () => {
  left -= 1;
  if (left === 0) finished();
});

// As many callers at the same time as there are connections in the other benchmarks, each waiting for its answer.
async function submit(queue, jobs) {
  let next = 0;
  const callers = Array.from({ length: width }, async () => {
    while (next++ < jobs) await queue.add('job', payload);
  });
  await Promise.all(callers);
}

const orders = {
  async lifecycles(jobs) {
    left = jobs;
    const all = new Promise((resolve) => { finished = resolve; });
    await submit(worked, jobs);
    await all;
  },
  queue: (jobs) => submit(stored, jobs),
};

await Promise.all([worked.waitUntilReady(), stored.waitUntilReady(), worker.waitUntilReady()]);
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [order, jobs] = line.split(' ');
  await orders[order](Number(jobs));
  console.log(line);
}
process.exit(0);
