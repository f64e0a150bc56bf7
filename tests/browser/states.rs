//! What the page says before there is anything to say, and when something goes wrong.

use serde_json::json;
use waggle_tests::task;

use crate::front::{Front, Reports};
use crate::run::{in_a_browser, on_the_page};

#[test]
fn a_service_without_work_says_what_to_do() {
    on_the_page(async |w, page| {
        page.until("the page says so", "document.body.dataset.state === 'empty'").await;
        page.until_text("#empty", "waggle task submit").await;
        assert_eq!(
            page.text("[data-figure='latency.task_assignment.p95_ms']").await,
            "–",
            "not measured is not 0"
        );
        page.screenshot("empty").await;
        w.submit_id(task()).await;
        page.until(
            "there is something",
            "document.body.dataset.state === 'ready' && document.querySelector('#empty').hidden",
        )
        .await;
    });
}

#[test]
fn a_page_that_waits_for_its_first_figures_says_so() {
    in_a_browser(async |w, page| {
        let front = Front::start(&w.service().base(), Reports::Hold).await;
        page.go(&front.base).await;
        page.until("the page has been laid out", "document.querySelectorAll('.chart').length > 5").await;
        assert_eq!(page.eval("document.body.dataset.state").await, "loading");
        page.until_text("#alerts", "Loading…").await;
        page.screenshot("loading").await;
        front.reports(Reports::Pass);
        page.until("the figures are there", "document.body.dataset.state !== 'loading'").await;
        page.assert_nothing_on_the_console().await;
    });
}

#[test]
fn a_report_that_is_refused_is_told_with_its_reason_and_recovered_from() {
    in_a_browser(async |w, page| {
        let front = Front::start(&w.service().base(), Reports::Refuse).await;
        page.go(&front.base).await;
        page.until_text("#problem", "The backend is unavailable. Redis did not take the call. (request r-1)")
            .await;
        assert_eq!(page.eval("document.body.dataset.state").await, "error");
        page.screenshot("error").await;
        front.reports(Reports::Pass);
        page.until("the problem is gone", "document.querySelector('#problem').hidden").await;
        page.assert_only_the_network_failed().await;
    });
}

#[test]
fn an_alert_is_shown_when_it_fires_and_goes_when_it_is_resolved() {
    on_the_page(async |w, page| {
        page.until_text("#alerts", "None active.").await;
        w.put("/agents/silent").json(json!({ "ttl_ms": 1_000 })).send().await.expect(201);
        page.until_text("#alerts-list li[data-state=firing] strong", "agents lost").await;
        page.until("the title says so", "document.title.startsWith('(1)')").await;
        page.screenshot("alert").await;
        w.delete("/agents/silent").send().await;
        page.until_text("#alerts", "None active.").await;
    });
}
