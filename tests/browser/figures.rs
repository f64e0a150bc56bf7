//! The page says what the report says.

use serde_json::Value;
use waggle_tests::{PATIENCE, World, until};

use crate::page::Page;
use crate::run::on_the_page;
use crate::work::some_work;

/// The least of a few loads counts: others use the machine too.
const LOADS: usize = 3;
const DRAWN_MS: f64 = 1_000.0;
/// What changes with every look, though nothing happens.
const MOVING: [&str; 2] = ["uptime_ms", "redis.used_memory_bytes"];

#[test]
fn the_figures_of_the_page_are_those_of_the_report() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        let paths = page
            .eval("[...document.querySelectorAll('[data-figure]')].map((each) => each.dataset.figure)")
            .await;
        let paths: Vec<_> =
            paths.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect();
        assert!(paths.len() > 20, "{paths:?}");
        for path in paths.iter().filter(|path| !MOVING.contains(&path.as_str())) {
            until(&format!("{path} is as in the report"), PATIENCE, async || agrees(w, page, path).await)
                .await;
        }
        page.until_text("[data-figure='tasks.failed']", "1").await;
        page.until_text("[data-figure='compression.saved_ratio']", "%").await;
        page.screenshot("ready").await;
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn the_table_of_queues_is_that_of_the_report() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        until("the table is as the report's queues", PATIENCE, async || {
            let rows = page.eval("[...document.querySelectorAll('#queues-table tbody tr')].map((row) => [row.cells[0].textContent, row.cells[1].textContent, row.cells[2].firstChild.value, row.cells[5].firstChild.value, row.cells[7].firstChild.value])").await;
            let queues = report(w).await["queues"].clone();
            !queues.as_array().unwrap().is_empty() && rows == queues.as_array().unwrap().iter().map(cells).collect::<Value>()
        })
        .await;
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn the_charts_follow_the_samples_as_they_come() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        page.until("the charts speak of work", "[...document.querySelectorAll('.canvas')].some((each) => /^Throughput. requests now/.test(each.ariaLabel))").await;
        until("the newest sample is drawn", PATIENCE, async || {
            let history = w.client().get("/perf/history").send().await.ok();
            let newest = history["samples"].as_array().unwrap().last().unwrap().clone();
            page.chart("Tasks", "ready").await == newest["tasks"]["ready"]
                && page.chart("Agents", "live").await == newest["agents"]["live"]
                && page.chart("Redis memory", "used").await == newest["redis_memory_bytes"]
        })
        .await;
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn the_first_chart_is_drawn_within_a_second() {
    on_the_page(async |w, page| {
        let mut least = f64::MAX;
        for _ in 0..LOADS {
            page.open(&w.service().base()).await;
            let drawn = "performance.getEntriesByName('first-chart')[0]?.startTime";
            page.until("a chart is drawn", &format!("{drawn} > 0")).await;
            least = least.min(page.eval(drawn).await.as_f64().unwrap());
        }
        println!("first chart after {least:.0} ms");
        assert!(least <= DRAWN_MS, "{least} ms");
    });
}

async fn report(w: &World) -> Value {
    w.client().get("/perf/report").send().await.ok()
}

/// Whether the page has exactly what the report says at a path.
async fn agrees(w: &World, page: &Page, path: &str) -> bool {
    let report = report(w).await;
    let expected = report.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null);
    if let Some(text) = expected.as_str() {
        return page.text(&selector(path)).await == text;
    }
    page.figure(&selector(path)).await.as_f64() == expected.as_f64()
}

fn selector(path: &str) -> String {
    format!("[data-figure='{path}']")
}

/// What the table shows of a queue in the cells that a test looks at.
fn cells(queue: &Value) -> Value {
    let count = |state: &str| Value::from(queue["tasks"][state].to_string());
    Value::from(vec![
        queue["queue"].clone(),
        queue["swarm"].clone(),
        count("ready"),
        count("running"),
        count("failed"),
    ])
}
