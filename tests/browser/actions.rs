//! What an operator does from the page: each action asks first and shows its result.

use serde_json::json;
use waggle_tests::{PATIENCE, World, task, until};

use crate::page::Page;
use crate::run::{in_a_browser, on_the_page};

#[test]
fn a_swarm_is_paused_and_resumed() {
    on_the_page(async |w, page| {
        page.choose_swarm(w.swarm()).await;
        page.ask("#swarm-toggle", &format!("Pause swarm {}?", w.swarm())).await;
        page.screenshot("question").await;
        assert_eq!(swarm(w).await["paused"], false, "asked, not done");
        page.agree(&format!("Swarm {} is paused.", w.swarm())).await;
        page.screenshot("result").await;
        assert_eq!(swarm(w).await["paused"], true);
        page.click("#confirm-no").await;
        page.until_text("#swarm-state", "paused").await;

        page.ask("#swarm-toggle", &format!("Resume swarm {}?", w.swarm())).await;
        page.agree(&format!("Swarm {} is running.", w.swarm())).await;
        assert_eq!(swarm(w).await["paused"], false);
    });
}

#[test]
fn who_says_no_changes_nothing() {
    on_the_page(async |w, page| {
        page.choose_swarm(w.swarm()).await;
        page.ask("#swarm-toggle", "Pause swarm").await;
        page.click("#confirm-no").await;
        page.until("the question is gone", "!document.querySelector('#confirm').open").await;
        page.ask("#swarm-toggle", "Pause swarm").await;
        page.press("\u{e00c}").await; // Escape
        page.until("the question is gone", "!document.querySelector('#confirm').open").await;
        page.until("the focus is where it was", "document.activeElement.id === 'swarm-toggle'").await;
        assert_eq!(swarm(w).await["paused"], false);
    });
}

#[test]
fn an_agent_is_drained_and_resumed() {
    on_the_page(async |w, page| {
        w.put("/agents/worker-1").json(json!({ "capacity": 2 })).send().await.expect(201);
        page.choose_swarm(w.swarm()).await;
        page.ask("[aria-label='Drain agent worker-1']", "Drain agent worker-1?").await;
        assert_eq!(agent(w).await["status"], "live", "asked, not done");
        page.agree("Agent worker-1 is draining; it holds 0 tasks.").await;
        assert_eq!(agent(w).await["status"], "draining");
        page.click("#confirm-no").await;

        page.ask("[aria-label='Resume agent worker-1']", "Resume agent worker-1?").await;
        page.agree("Agent worker-1 is live.").await;
        assert_eq!(agent(w).await["status"], "live");
    });
}

#[test]
fn a_queue_is_paused_and_resumed() {
    on_the_page(async |w, page| {
        w.submit_id(task().queue("drafts")).await;
        page.choose_swarm(w.swarm()).await;
        page.ask("[aria-label='Pause queue drafts']", "Pause queue drafts?").await;
        assert_eq!(queue(w).await["paused"], false, "asked, not done");
        page.agree("Queue drafts is paused.").await;
        assert_eq!(queue(w).await["paused"], true);
        page.click("#confirm-no").await;
        page.until_text("#swarm-queues-table .verdict", "paused").await;

        page.ask("[aria-label='Resume queue drafts']", "Resume queue drafts?").await;
        page.agree("Queue drafts is running.").await;
        assert_eq!(queue(w).await["paused"], false);
        page.click("#confirm-no").await;
        page.until("the focus is not lost", "document.activeElement.closest('#swarm-queues-table') !== null")
            .await;
        w.post("/queues/drafts/drain").send().await.ok();
        page.until_patiently(
            "what somebody else did is seen",
            "document.querySelector('#swarm-queues-table .verdict').textContent === 'draining'",
        )
        .await;
        page.screenshot("queues").await;
    });
}

#[test]
fn a_queue_is_purged_of_what_waits_and_its_failed_tasks_are_replayed() {
    on_the_page(async |w, page| {
        let failed = w.failed_task(task()).await;
        let ready = w.submit_id(task()).await;
        let scheduled = w.submit_id(task().delay_ms(600_000)).await;
        page.choose_swarm(w.swarm()).await;
        page.ask("[aria-label='Purge queue default']", "Purge queue default?").await;
        page.until_text(
            "#confirm-text",
            "(2 tasks now: ready, scheduled and blocked ones) is deleted for good",
        )
        .await;
        page.screenshot("purge").await;
        page.click("#confirm-no").await;
        assert_eq!(
            (w.status(&ready).await.as_str(), w.status(&scheduled).await.as_str()),
            ("ready", "scheduled")
        );
        page.ask("[aria-label='Purge queue default']", "Purge queue default?").await;
        page.agree("2 tasks of queue default were deleted.").await;
        w.get(&format!("/tasks/{ready}")).send().await.problem(404, "task_not_found");
        assert_eq!(w.status(&failed).await, "failed");
        page.click("#confirm-no").await;

        page.ask("[aria-label='Replay queue default']", "Replay queue default?").await;
        page.until_text("#confirm-text", "Its failed tasks (1 task now) become ready again").await;
        page.agree("1 task of queue default is ready again.").await;
        assert_eq!(w.status(&failed).await, "ready");
    });
}

#[test]
fn what_the_service_refuses_of_a_queue_is_shown_with_its_reason() {
    // The page goes on asking for a swarm that is gone: what it writes to the console is looked at once.
    in_a_browser(async |w, page| {
        page.open(&w.service().base()).await;
        let name = format!("{}-b", w.swarm());
        let path = format!("/v1/swarms/{name}");
        w.client().put(&path).send().await.expect(201);
        w.client().post(&format!("{path}/tasks")).json(json!({"queue": "drafts"})).send().await.expect(201);
        page.choose_swarm(&name).await;
        page.ask("[aria-label='Purge queue drafts']", "Purge queue drafts?").await;
        // Somebody else is faster.
        w.client().delete(&path).send().await.expect(202);
        page.click("#confirm-yes").await;
        page.until_text("#confirm-result", "(request ").await;
        page.until("it has failed", "document.querySelector('#confirm').dataset.state === 'failed'").await;
        page.assert_only_the_network_failed().await;
    });
}

#[test]
fn a_failed_task_is_retried() {
    on_the_page(async |w, page| {
        let id = w.failed_task(task().with("type", "translate")).await;
        page.choose_swarm(w.swarm()).await;
        page.until_text("#tasks-table .error summary", "no luck").await;
        page.ask(&format!("[aria-label='Retry task {id}']"), "Retry this task?").await;
        page.until_text("#confirm-text", "(translate) becomes ready again in queue default").await;
        assert_eq!(w.status(&id).await, "failed", "asked, not done");
        page.agree(&format!("Task {id} is ready.")).await;
        assert_eq!(w.status(&id).await, "ready");
        page.click("#confirm-no").await;
        page.until_text("#tasks-table", "No task of this swarm is failed.").await;
        page.until("the focus is not lost with the row", "document.activeElement.id === 'tasks-title'").await;
        page.until_text("#last-action", &format!("Task {id} is ready.")).await;
    });
}

#[test]
fn a_task_that_waits_and_one_that_runs_are_cancelled() {
    on_the_page(async |w, page| {
        let running = w.submit_id(task()).await;
        let held = w.claim_one("worker").await;
        let ready = w.submit_id(task()).await;
        page.choose_swarm(w.swarm()).await;

        page.click("input[name=tasks][value=ready]").await;
        page.ask(&format!("[aria-label='Cancel task {ready}']"), "Cancel this task?").await;
        page.agree(&format!("Task {ready} is cancelled.")).await;
        assert_eq!(w.status(&ready).await, "cancelled");
        page.click("#confirm-no").await;

        page.click("input[name=tasks][value=running]").await;
        page.ask(&format!("[aria-label='Cancel task {running}']"), "Cancel this task?").await;
        page.until_text("#confirm-text", "is held by worker, who is asked to stop").await;
        page.agree(&format!("The holder of task {running} is asked to stop")).await;
        assert_eq!(w.task(&running).await["cancel_requested"], true);
        page.click("#confirm-no").await;
        page.until_text("#tasks-table .actions button", "Asked to stop").await;
        w.release(&held).await.ok();
    });
}

#[test]
fn what_the_service_refuses_is_shown_with_its_reason() {
    on_the_page(async |w, page| {
        let id = w.submit_id(task()).await;
        page.choose_swarm(w.swarm()).await;
        page.click("input[name=tasks][value=ready]").await;
        page.ask(&format!("[aria-label='Cancel task {id}']"), "Cancel this task?").await;
        // Somebody else is faster.
        let held = w.claim_one("worker").await;
        w.complete(&held, "done").await.ok();
        let problem = w.cancel(&id).await.problem(409, "already_finished");
        page.click("#confirm-yes").await;
        // As a sentence: its first letter is a capital one.
        let detail = problem["detail"].as_str().unwrap();
        page.until_text("#confirm-result", &detail[1..]).await;
        page.until_text("#confirm-result", "(request ").await;
        page.screenshot("refused").await;
        page.assert_only_the_network_failed().await;
    });
}

async fn swarm(w: &World) -> serde_json::Value {
    w.get("").send().await.ok()
}

async fn queue(w: &World) -> serde_json::Value {
    w.get("/queues/drafts").send().await.ok()
}

async fn agent(w: &World) -> serde_json::Value {
    w.get("/agents/worker-1").send().await.ok()
}

impl Page {
    /// Clicks a button and waits for its question.
    async fn ask(&self, button: &str, title: &str) {
        self.click(button).await;
        until(&format!("{button} asks {title}"), PATIENCE, async || {
            self.eval("document.querySelector('#confirm').open").await == true
                && self.text("#confirm-title").await.contains(title)
        })
        .await;
    }

    /// Says yes and waits for the result.
    async fn agree(&self, result: &str) {
        self.click("#confirm-yes").await;
        self.until_text("#confirm-result", result).await;
    }
}
