use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use waggle_task_queue::model::Stamp;

use super::{AlertBook, Readings, tell};
use crate::config::PerfConfig;
use crate::perf::report::Alert;
use crate::perf::webhook::Webhook;
use crate::perf::{Node, Update, Updates};

/// Alerts and whoever is told of them: the log, the metrics, who listens to the stream, the webhook.
#[derive(Debug)]
pub struct Alerts {
    book: Mutex<AlertBook>,
    updates: Arc<Updates>,
    webhook: Mutex<Option<Webhook>>,
}

impl Alerts {
    /// No alert stands. Starts what sends them to the webhook, where one is set.
    ///
    /// # Panics
    /// When `config` was not validated.
    pub fn new(config: &PerfConfig, node: &Node, updates: &Arc<Updates>) -> Self {
        tell::show_all();
        Self {
            book: Mutex::new(AlertBook::new(config.alerts.clone())),
            updates: Arc::clone(updates),
            webhook: Mutex::new(Webhook::spawn(&config.webhook, node.clone())),
        }
    }

    /// Judges what a refresh has found, and tells what changes by it. Waits for nobody.
    pub fn judge(&self, at: Stamp, readings: &Readings) {
        // Whoever finds an alert in the book finds it told as well.
        let mut book = self.book();
        book.judge(at, readings).into_iter().for_each(|alert| self.deliver(alert));
    }

    /// Alerts that are pending or firing, the worst first.
    pub fn active(&self) -> Vec<Alert> {
        self.book().active()
    }

    /// Alerts that fired or were resolved, the newest first.
    pub fn history(&self) -> Vec<Alert> {
        self.book().history()
    }

    /// Tells nothing more to the webhook, and gives what waits for it `grace` to be sent.
    pub async fn close(&self, grace: Duration) {
        let webhook = self.webhook.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(webhook) = webhook {
            webhook.close(grace).await;
        }
    }

    fn deliver(&self, alert: Alert) {
        tell::tell(&alert);
        if let Some(webhook) = &*self.webhook.lock().unwrap_or_else(PoisonError::into_inner) {
            webhook.send(&alert);
        }
        self.updates.tell(Update::Alert(Arc::new(alert)));
    }

    fn book(&self) -> MutexGuard<'_, AlertBook> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
