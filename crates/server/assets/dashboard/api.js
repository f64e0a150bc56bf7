// Calls of the service. Addresses are relative to the page, so that it works behind a prefix too.

import { another, authorization } from './token.js';

const DEADLINE_MS = 10_000;
// Of a call that treats tasks by the thousand.
const LONG_DEADLINE_MS = 60_000;

// Why a call did not succeed: the title and the detail of the service's problem, or of ours where it did not answer.
export class Refused extends Error {
  constructor(title, detail, requestId = null) {
    super(`${title}. ${detail}`);
    this.title = title;
    this.detail = detail;
    this.requestId = requestId;
  }
}

export const get = (path) => call('GET', path);
export const post = (path) => call('POST', path);
export const postPatiently = (path) => call('POST', path, LONG_DEADLINE_MS);

// A path below the swarms, each part as one segment whatever is in it.
export function swarmPath(...parts) {
  return ['../v1/swarms', ...parts.map(encodeURIComponent)].join('/');
}

async function call(method, path, deadline = DEADLINE_MS) {
  const shown = authorization();
  const response = await answered(method, path, shown, deadline);
  if (response.status === 401) {
    await another(shown);
    return await call(method, path, deadline);
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw refused(response, body);
}

async function answered(method, path, shown, deadline) {
  try {
    const headers = { accept: 'application/json', ...shown };
    return await fetch(path, { method, headers, cache: 'no-store', signal: AbortSignal.timeout(deadline) });
  } catch (error) {
    const late = error.name === 'TimeoutError';
    throw new Refused(
      late ? 'No answer in time' : 'The service cannot be reached',
      late ? `It did not answer within ${deadline / 1_000} s; whether it did anything is not known.`
        : 'Nothing came back; it may be stopping, restarting or unreachable.',
    );
  }
}

function refused(response, body) {
  const title = body?.title ?? `The service answered ${response.status}`;
  const detail = body?.detail ?? 'It said nothing more.';
  return new Refused(title, detail, body?.request_id ?? null);
}
