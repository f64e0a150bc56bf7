// Says what was refused, where it concerns.

import { say } from './dom.js';

// Shows `error` in `place`; hides the place where there is none.
export function showProblem(place, error) {
  place.hidden = !error;
  if (error) say(place, problemText(error));
}

// What a person should read of an error.
export function problemText(error) {
  const title = error.title ?? 'This page met a fault of its own';
  const detail = error.detail ?? error.message;
  const request = error.requestId ? ` (request ${error.requestId})` : '';
  return `${sentence(title)} ${sentence(detail)}${request}`;
}

function sentence(text) {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
