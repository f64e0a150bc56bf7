//! Schedules: tasks that are submitted again and again.

use serde::{Deserialize, Serialize};

use super::{
    Invalid, NewTask, ScheduleName, Stamp, TaskId,
    cron::{Cron, ZONE_DEFAULT},
    invalid::Check,
    object::object,
};

/// Whether a run takes place while the task of the one before is unfinished.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// No; it is counted as skipped.
    #[default]
    Skip,
    /// Yes.
    Allow,
}

/// What becomes of runs that were noticed more than a minute after their time: no server was up, or the swarm was
/// paused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// They are left out.
    #[default]
    Skip,
    /// One takes place for all of them.
    Once,
}

impl Overlap {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Allow => "allow",
        }
    }
}

impl Missed {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
        }
    }
}

/// What is said of a schedule.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// When it is due: minute, hour, day of the month, month and weekday, with seconds in front where there are six
    /// fields.
    #[schema(example = "*/5 * * * *")]
    pub cron: String,
    /// The time zone of these times, by its IANA name.
    #[serde(default = "utc")]
    #[schema(example = "Europe/Berlin")]
    pub timezone: String,
    /// The task that is submitted each time: without `run_at`, `deadline` and `depends_on`, which are of one time only.
    #[serde(deserialize_with = "object")]
    pub task: NewTask,
    /// Whether a run takes place while the task of the one before is unfinished.
    #[serde(default)]
    pub overlap: Overlap,
    /// What becomes of runs that were noticed more than a minute late.
    #[serde(default)]
    pub missed: Missed,
    /// Whether it stands still.
    #[serde(default)]
    pub paused: bool,
}

fn utc() -> String {
    ZONE_DEFAULT.to_owned()
}

impl NewSchedule {
    /// Checks what the types alone cannot; the times at which it is due.
    ///
    /// # Errors
    /// Every field that cannot be accepted, with its pointer.
    pub fn check(&mut self) -> Result<Cron, Invalid> {
        let mut check = Check::default();
        let cron = Cron::read(&self.cron, &self.timezone, &mut check);
        for (unset, pointer) in [
            (self.task.run_at.is_none(), "/task/run_at"),
            (self.task.deadline.is_none(), "/task/deadline"),
            (self.task.depends_on.is_empty(), "/task/depends_on"),
        ] {
            check.that(unset, pointer, || "of one time only: a schedule comes round again".to_owned());
        }
        let mut errors = check.done().err().map(|invalid| invalid.errors).unwrap_or_default();
        if let Err(invalid) = self.task.check() {
            let task = invalid.under("/task").errors;
            let known: Vec<_> = errors.iter().map(|error| error.pointer.clone()).collect();
            errors.extend(task.into_iter().filter(|error| !known.contains(&error.pointer)));
        }
        match cron {
            Some(cron) if errors.is_empty() => Ok(cron),
            _ => Err(Invalid { errors }),
        }
    }
}

/// A schedule, and what has become of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Schedule {
    /// Its name.
    pub name: ScheduleName,
    /// When it is due.
    pub cron: String,
    /// The time zone of these times.
    pub timezone: String,
    /// The task that is submitted each time.
    pub task: NewTask,
    /// Whether a run takes place while the task of the one before is unfinished.
    pub overlap: Overlap,
    /// What becomes of runs that were noticed more than a minute late.
    pub missed: Missed,
    /// Whether it stands still.
    pub paused: bool,
    /// When it is due next; null while it is paused.
    pub next_run_at: Option<Stamp>,
    /// The next five times, that one first; none while it is paused.
    pub next_runs: Vec<Stamp>,
    /// When it last ran.
    pub last_run_at: Option<Stamp>,
    /// The task of that run; it may have been forgotten since.
    pub last_task: Option<TaskId>,
    /// How often it ran, by its times or by hand.
    pub runs: u64,
    /// How often it was due and did not run: the task before was unfinished, its time was noticed too late, or the task
    /// was refused.
    pub skipped: u64,
    /// When it was made.
    pub created_at: Stamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointers(text: &str) -> Vec<String> {
        let mut schedule: NewSchedule = serde_json::from_str(text).unwrap();
        let errors = schedule.check().err().map(|invalid| invalid.errors).unwrap_or_default();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn each_wrong_field_is_named_by_its_pointer() {
        assert_eq!(pointers(r#"{"cron":"*/5 * * * *","task":{}}"#), Vec::<String>::new());
        assert_eq!(
            pointers(
                r#"{"cron":"x","timezone":"Mars","task":{"priority":10,"run_at":"2030-01-01T00:00:00Z"}}"#
            ),
            ["/cron", "/timezone", "/task/run_at", "/task/priority"]
        );
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let text =
            r#"{"cron":"@daily","task":{"payload":{"a":[1]},"tags":["x"],"backoff":{"kind":"fixed"}}}"#;
        let schedule: NewSchedule = serde_json::from_str(text).unwrap();
        let stored = serde_json::to_string(&schedule).unwrap();
        let again: NewSchedule = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), stored);
        assert_eq!(again.timezone, "UTC");
    }
}
