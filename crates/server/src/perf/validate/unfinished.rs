use uuid::Uuid;

use super::outcome::RunStatus;
use super::runs::finish;
use super::{Broken, Runs};

/// A validation that is under way. Whatever ends its task, even a panic, the next one may begin.
pub(super) struct Unfinished<'a> {
    runs: &'a Runs,
    id: Uuid,
}

impl<'a> Unfinished<'a> {
    pub(super) const fn new(runs: &'a Runs, id: Uuid) -> Self {
        Self { runs, id }
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.runs.change(self.id, |validation| {
            if validation.status == RunStatus::Running {
                tracing::error!(validation.id = %self.id, "a validation ended without a result");
                let fault = "it ended without a result, by a fault of the program: see the log of the server";
                finish(validation, Err(Broken::new(fault)));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Service;

    #[tokio::test]
    async fn a_validation_that_panics_has_ended_with_an_error_and_another_may_begin() {
        let service = Service::start().await;
        let runs = Runs::new(([127, 0, 0, 1], 1).into(), None, service.app.queue().clone());
        let id = runs.begin_for_test();
        let panics = runs.clone();
        let task = tokio::spawn(async move {
            let _unfinished = Unfinished::new(&panics, id);
            panic!("a fault of a test");
        });
        assert!(task.await.unwrap_err().is_panic());
        let ended = runs.get(id).unwrap();
        assert_eq!(ended.status, RunStatus::Finished);
        assert!(ended.error.unwrap().contains("fault of the program"));
        assert_ne!(runs.begin_for_test(), id);
        drop(runs);
        service.stop().await;
    }
}
