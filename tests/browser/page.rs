//! The page as an operator sees it.

use std::path::PathBuf;
use std::time::Duration;

use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use waggle_tests::{PATIENCE, root, until, until_some};

use crate::driver::Browser;

/// As tall as most of the page, so that a screenshot shows it.
const HEIGHT: u64 = 2_400;
const WIDTH: u64 = 1_440;
/// The page waits 15 s for a sign of its stream.
const LONG_PATIENCE: Duration = Duration::from_secs(40);

pub(crate) struct Page(Browser);

impl Page {
    /// A browser that shows nothing yet.
    pub(crate) async fn start() -> Self {
        let page = Self(Browser::start().await);
        page.size(WIDTH, HEIGHT).await;
        page
    }

    /// Opens the page of the service at `base` and waits until it has its first figures.
    pub(crate) async fn open(&self, base: &str) {
        self.go(base).await;
        self.until("the page has figures", "['ready', 'empty'].includes(document.body.dataset.state)").await;
    }

    /// Opens the page and waits for nothing.
    pub(crate) async fn go(&self, base: &str) {
        self.client().goto(&format!("{base}/perf/dashboard")).await.unwrap();
    }

    pub(crate) async fn close(self) {
        self.0.client.close().await.unwrap();
    }

    /// What an expression of JavaScript is.
    pub(crate) async fn eval(&self, expression: &str) -> Value {
        self.client().execute(&format!("return ({expression});"), vec![]).await.unwrap()
    }

    /// The text of the first element that the selector finds; empty where there is none.
    pub(crate) async fn text(&self, selector: &str) -> String {
        let text = format!("document.querySelector({selector:?})?.textContent ?? ''");
        self.eval(&text).await.as_str().unwrap().replace('\u{a0}', " ")
    }

    /// Clicks as a person would: what is covered or not there cannot be clicked.
    pub(crate) async fn click(&self, selector: &str) {
        until_some(&format!("{selector} can be clicked"), PATIENCE, async || {
            self.client().find(Locator::Css(selector)).await.ok()?.click().await.ok()
        })
        .await;
    }

    /// Presses keys where the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        self.client().active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Waits until an expression of JavaScript is true.
    pub(crate) async fn until(&self, what: &str, expression: &str) {
        until(what, PATIENCE, async || self.eval(expression).await == true).await;
    }

    /// Waits until the text of an element has this in it.
    pub(crate) async fn until_text(&self, selector: &str, part: &str) {
        until(&format!("{selector} says {part}"), PATIENCE, async || {
            self.text(selector).await.contains(part)
        })
        .await;
    }

    /// As [`Self::until`], for what the page itself takes its time for.
    pub(crate) async fn until_patiently(&self, what: &str, expression: &str) {
        until(what, LONG_PATIENCE, async || self.eval(expression).await == true).await;
    }

    /// The newest value of a line, as the legend of its chart has it.
    pub(crate) async fn chart(&self, title: &str, line: &str) -> Value {
        let look = format!(
            "(() => {{ const chart = [...document.querySelectorAll('.chart')].find((each) => each.querySelector('h3').firstChild.data === {title:?});\n\
             const item = [...chart.querySelectorAll('.legend li')].find((each) => each.textContent.startsWith({line:?}));\n\
             return item.querySelector('data').value; }})()"
        );
        let value = self.eval(&look).await;
        value.as_str().unwrap().parse::<u64>().map_or(Value::Null, Value::from)
    }

    /// Shows a swarm in the lower part.
    pub(crate) async fn choose_swarm(&self, swarm: &str) {
        self.eval(&format!("void (location.hash = {:?})", format!("swarm={swarm}"))).await;
        self.until("the swarm is shown", &format!("document.querySelector('#swarm-select').value === {swarm:?} && !document.querySelector('#swarm-toggle').hidden")).await;
    }

    /// Waits until what was asked for is seen: two frames.
    pub(crate) async fn painted(&self) {
        let frames = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done));";
        self.client().execute_async(frames, vec![]).await.unwrap();
    }

    /// Makes the window so large, also smaller than a window can be.
    pub(crate) async fn size(&self, width: u64, height: u64) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.0.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// Asks for what a person's system may ask for, such as `prefers-color-scheme`.
    pub(crate) async fn prefers(&self, feature: &str, value: &str) {
        let media = json!({ "features": [{ "name": feature, "value": value }] });
        self.0.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// Writes what is seen to `target/screenshots`, for a person to look at.
    pub(crate) async fn screenshot(&self, name: &str) {
        let folder = screenshots();
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client().screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
    }

    /// No error and no violation of the policy since the last look.
    pub(crate) async fn assert_nothing_on_the_console(&self) {
        assert_eq!(self.console_entries().await, Vec::<Value>::new());
    }

    /// What was written to the console since the last look.
    pub(crate) async fn console_entries(&self) -> Vec<Value> {
        self.0.console().await
    }

    /// As [`Self::assert_nothing_on_the_console`], but for requests that nobody answered or that were refused.
    pub(crate) async fn assert_only_the_network_failed(&self) {
        let entries = self.console_entries().await;
        let others = entries.iter().filter(|entry| entry["source"] != "network");
        assert_eq!(others.collect::<Vec<_>>(), Vec::<&Value>::new());
    }

    fn client(&self) -> &Client {
        &self.0.client
    }
}

fn screenshots() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), PathBuf::from)
        .join("screenshots")
}
