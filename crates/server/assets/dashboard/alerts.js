// Alerts that are firing or pending, the worst first.

import { byId, element, reconcile, say } from './dom.js';
import { ago, words } from './units.js';

const RANK = { firing: 0, pending: 1, resolved: 2, critical: 0, warning: 1 };

export function drawAlerts(alerts) {
  const active = alerts.filter((alert) => alert.state !== 'resolved').sort((a, b) => rank(a) - rank(b));
  byId('alerts-none').hidden = active.length > 0;
  say(byId('alerts-none'), 'None active.');
  byId('alerts').dataset.worst = active[0]?.state === 'firing' ? active[0].severity : '';
  document.title = `${active.length ? `(${active.length}) ` : ''}Waggle · performance`;
  reconcile(byId('alerts-list'), active, (alert) => alert.name, item);
}

function rank(alert) {
  return RANK[alert.state] * 10 + RANK[alert.severity];
}

function item() {
  const [badge, name, message] = [element('span', { className: 'badge' }), element('strong'), element('span')];
  // Not announced again each time that it changes.
  const since = element('span', { className: 'quiet' });
  since.setAttribute('aria-live', 'off');
  const made = element('li', {}, badge, name, message, since);
  return [made, (alert) => {
    made.dataset.severity = alert.severity;
    made.dataset.state = alert.state;
    say(badge, alert.state === 'firing' ? alert.severity : alert.state);
    say(name, words(alert.name));
    say(message, alert.message);
    say(since, ago(alert.since));
  }];
}
