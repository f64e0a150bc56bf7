//! Which tasks a command is about.

use waggle_task_queue::model::{AgentName, QueueName, Status, Tag, TaskFilter, TaskId, Text};

use crate::cli::client::Call;

/// Tasks that fit all that is named.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct FilterArgs {
    /// Only tasks in this state: blocked, scheduled, ready, running, input_required, completed, failed, cancelled
    #[arg(long, value_name = "STATE")]
    status: Option<Status>,

    /// Only tasks of this queue
    #[arg(long, value_name = "NAME")]
    queue: Option<QueueName>,

    /// Only tasks of this type
    #[arg(long = "type", value_name = "TEXT")]
    kind: Option<Text>,

    /// Only tasks with this tag
    #[arg(long, value_name = "NAME")]
    tag: Option<Tag>,

    /// Only tasks with this parent
    #[arg(long, value_name = "ID")]
    parent: Option<TaskId>,

    /// Only waiting tasks that are pinned to this agent, and others that it holds or held last
    #[arg(long, value_name = "NAME")]
    agent: Option<AgentName>,
}

impl FilterArgs {
    /// `call` with the filter in its query.
    pub(super) fn query(&self, call: Call) -> Call {
        call.query("status", self.status.map(Status::as_str))
            .query("queue", self.queue.as_ref())
            .query("type", self.kind.as_ref().map(Text::as_str))
            .query("tag", self.tag.as_ref())
            .query("parent", self.parent)
            .query("agent", self.agent.as_ref())
    }
}

impl From<FilterArgs> for TaskFilter {
    fn from(args: FilterArgs) -> Self {
        let FilterArgs { status, queue, kind, tag, parent, agent } = args;
        Self { status, queue, kind, tag, agent, parent }
    }
}
