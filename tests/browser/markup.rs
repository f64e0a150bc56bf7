//! Whatever a user calls something stays text.

use serde_json::json;
use waggle_tests::task;

use crate::run::on_the_page;

const MARKUP: &str = "<img src=x onerror=\"window.broken = true\"><script>window.broken = true</script>";

/// Fault: markup-in-a-name
#[test]
fn a_name_with_markup_stays_text() {
    on_the_page(async |w, page| {
        w.put("").json(json!({ "objective": MARKUP, "topology": MARKUP })).send().await.ok();
        let id = w.submit_id(task().with("type", MARKUP)).await;
        let held = w.claim_one("reader").await;
        let error = json!({ "message": MARKUP, "kind": MARKUP, "details": { MARKUP: MARKUP } });
        w.fail_with(&held, json!({ "error": error, "retryable": false })).await.ok();
        page.choose_swarm(w.swarm()).await;
        page.until_text("#tasks-table .kind", MARKUP).await;
        page.until_text("#tasks-table .error summary", MARKUP).await;
        page.until_text("#swarm-objective", MARKUP).await;
        page.click("#tasks-table .error summary").await;
        page.screenshot("markup").await;
        // The question names the task as well.
        page.click(&format!("[aria-label='Retry task {id}']")).await;
        page.until_text("#confirm-text", MARKUP).await;
        let inside = page.eval("document.querySelectorAll('main img, main script, dialog img').length").await;
        assert_eq!((inside, page.eval("window.broken === undefined").await), (0.into(), true.into()));
    });
}

/// Fault: markup-in-a-name
#[test]
fn the_browser_itself_refuses_to_make_markup_of_a_text() {
    on_the_page(async |_, page| {
        let made = "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'made'; } catch (error) { return error.name; } })()";
        assert_eq!(page.eval(made).await, "TypeError");
        let violations = page.console_entries().await;
        assert!(
            violations.iter().all(|entry| entry["message"].as_str().unwrap().contains("TrustedHTML")),
            "{violations:?}"
        );
    });
}
