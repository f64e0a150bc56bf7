use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use waggle_core::backoff::Backoff;

use super::attempt::attempt;
use super::message::Message;
use super::outcome::Outcome;
use super::queue::Queue;
use super::{Target, tls};
use crate::config::WebhookConfig;
use crate::metrics::WEBHOOK_DELIVERIES;
use crate::perf::Node;
use crate::perf::report::Alert;

/// The wait behind the first attempt that failed; it doubles with each one more.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// No wait is longer, whatever the receiver asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Sends alerts to the address of the settings, one after the other; ends when it is dropped.
pub struct Webhook {
    queue: Arc<Queue>,
    node: Node,
    worker: JoinHandle<()>,
}

impl Webhook {
    /// Starts it, where an address is set; `node` is told with each alert.
    ///
    /// # Panics
    /// When `config` was not validated.
    pub fn spawn(config: &WebhookConfig, node: Node) -> Option<Self> {
        let target = Target::new(config).expect("settings are validated when they are read")?;
        let tls = target.tls.then(tls::connector);
        Some(Self::with(config, target, tls, node, FIRST_WAIT))
    }

    /// Hands over an alert. Never waits: where too many are waiting to be sent, the oldest of them is given up.
    pub fn send(&self, alert: &Alert) {
        if let Some(dropped) = self.queue.push(Message::new(alert, &self.node)) {
            failed("dropped", &dropped.message, dropped.reason);
        }
    }

    /// Takes nothing more, and gives what waits `grace` to be sent.
    pub async fn close(mut self, grace: Duration) {
        self.queue.close();
        if timeout(grace, &mut self.worker).await.is_err() {
            self.worker.abort();
            tracing::warn!(unsent = self.queue.clear().len() + 1, "alerts are not sent: the service stops");
        }
    }

    /// What waits to be sent.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> Vec<Message> {
        self.queue.clear().into()
    }

    pub(super) fn with(
        config: &WebhookConfig,
        target: Target,
        tls: Option<TlsConnector>,
        node: Node,
        first_wait: Duration,
    ) -> Self {
        let queue = Arc::new(Queue::default());
        let within = config.timeout();
        let role =
            Role { queue: Arc::clone(&queue), target, tls, within, attempts: config.attempts, first_wait };
        Self { queue, node, worker: tokio::spawn(role.run()) }
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("node", &self.node).finish_non_exhaustive()
    }
}

struct Role {
    queue: Arc<Queue>,
    target: Target,
    tls: Option<TlsConnector>,
    within: Duration,
    attempts: u32,
    first_wait: Duration,
}

impl Role {
    async fn run(self) {
        while let Some(message) = self.queue.next().await {
            match self.deliver(&message).await {
                Outcome::Delivered => count("delivered"),
                Outcome::Again(problem, _) | Outcome::Failed(problem) => failed("failed", &message, &problem),
                Outcome::Refused(problem) => failed("refused", &message, &problem),
                Outcome::Gone => return self.give_up(&message),
            }
        }
    }

    /// The last attempt's outcome.
    async fn deliver(&self, message: &Message) -> Outcome {
        let mut backoff = Backoff::new(self.first_wait, LONGEST_WAIT);
        let mut left = self.attempts;
        loop {
            let outcome = attempt(&self.target, self.tls.as_ref(), message, self.within).await;
            left = left.saturating_sub(1);
            let Outcome::Again(problem, after) = &outcome else { return outcome };
            if left == 0 {
                return outcome;
            }
            tracing::debug!(webhook.id = message.id, alert.name = message.alert, %problem, "an alert is sent again");
            tokio::time::sleep(backoff.next_delay().max(after.unwrap_or_default()).min(LONGEST_WAIT)).await;
        }
    }

    /// The receiver wants no more of these: it is asked again when the service starts again.
    fn give_up(&self, message: &Message) {
        const PROBLEM: &str = "it answered 410: nothing more is sent until the service is started again";
        failed("failed", message, PROBLEM);
        self.queue.clear().iter().for_each(|message| failed("dropped", message, PROBLEM));
    }
}

fn failed(result: &'static str, message: &Message, problem: &str) {
    count(result);
    tracing::warn!(webhook.id = message.id, alert.name = message.alert, problem, "an alert is not sent");
}

fn count(result: &'static str) {
    counter!(WEBHOOK_DELIVERIES, "result" => result).increment(1);
}
