// The token of whoever looks: asked for when the service wants one, kept for the session of this tab alone.

import { byId, say } from './dom.js';

const KEPT = 'waggle.token';
const dialog = byId('token');
const input = byId('token-text');
let asking = null;

// The header that shows it; none without one.
export function authorization() {
  const token = sessionStorage.getItem(KEPT);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

// The service did not accept `refused`, what was shown to it: resolves when there is another token to be shown.
export function another(refused) {
  if (authorization().authorization !== refused.authorization) return Promise.resolve();
  sessionStorage.removeItem(KEPT);
  asking ??= new Promise((resolve) => ask('authorization' in refused, resolve));
  return asking;
}

function ask(wrong, resolve) {
  say(byId('token-wrong'), wrong ? 'That token is not valid here: it was never made, was revoked, or has ended.' : '');
  input.value = '';
  dialog.showModal();
  input.focus();
  dialog.querySelector('form').onsubmit = (event) => {
    event.preventDefault();
    const token = input.value.trim();
    // Nothing else can stand in a header.
    if (!/^[!-~]+$/.test(token)) return;
    sessionStorage.setItem(KEPT, token);
    input.value = '';
    dialog.close();
    asking = null;
    resolve();
    dispatchEvent(new Event('token'));
  };
}

// Without a token there is nothing to see.
dialog.addEventListener('cancel', (event) => event.preventDefault());
