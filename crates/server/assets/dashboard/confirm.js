// Nothing is done without a question, and nothing without saying how it ended.

import { byId, say } from './dom.js';
import { problemText } from './problem.js';
import { timeOfDay } from './units.js';

const dialog = byId('confirm');
const [yes, no, result] = [byId('confirm-yes'), byId('confirm-no'), byId('confirm-result')];
let question = null;

// Asks; on yes calls `act()`, whose answer is a sentence, and shows it. `home` gets the focus where the button that
// asked is gone at the end. Calls `done()` whenever something may have changed.
export function ask({ title, text, verb, act, done, home }) {
  question = { act, done, home, asker: document.activeElement };
  say(byId('confirm-title'), title);
  say(byId('confirm-text'), text);
  say(yes, verb);
  show('asking', '');
  dialog.showModal();
  no.focus();
}

yes.addEventListener('click', async () => {
  show('working', 'Working…');
  const { act, done } = question;
  try {
    finish('done', await act());
  } catch (error) {
    finish('failed', problemText(error));
  }
  done();
});
no.addEventListener('click', () => dialog.close());
// While the service works on it, the answer is still to come.
dialog.addEventListener('cancel', (event) => dialog.dataset.state === 'working' && event.preventDefault());
dialog.addEventListener('close', () => {
  const { asker, home } = question;
  (asker?.isConnected ? asker : home).focus();
});

function finish(state, text) {
  show(state, text);
  no.focus();
  say(byId('last-action'), `${timeOfDay(Date.now())}: ${text}`);
}

function show(state, text) {
  dialog.dataset.state = state;
  yes.hidden = state === 'done' || state === 'failed';
  yes.disabled = no.disabled = state === 'working';
  say(no, state === 'asking' || state === 'working' ? 'Keep as it is' : 'Close');
  say(result, text);
}
