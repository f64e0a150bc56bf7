//! The text format, read as far as these tests need it.

use std::collections::{BTreeMap, BTreeSet};

use waggle_tests::Client;

/// All metrics of a scrape, by name.
#[derive(Debug)]
pub(crate) struct Exposition {
    pub(crate) text: String,
    pub(crate) metrics: BTreeMap<String, Metric>,
}

/// A metric; a histogram with its buckets, sum and count.
#[derive(Debug, Default)]
pub(crate) struct Metric {
    pub(crate) kind: String,
    pub(crate) help: String,
    pub(crate) samples: Vec<Sample>,
}

/// A line of a metric.
#[derive(Debug)]
pub(crate) struct Sample {
    /// With the suffix of a histogram's line.
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

impl Exposition {
    /// What a service exports now.
    pub(crate) async fn of(client: &Client) -> Self {
        let reply = client.get("/metrics").send().await;
        assert_eq!(reply.status, 200);
        assert!(reply.header("content-type").starts_with("text/plain; version=0.0.4"));
        Self::parse(&reply.text)
    }

    fn parse(text: &str) -> Self {
        let mut metrics: BTreeMap<String, Metric> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some((name, help)) = line.strip_prefix("# HELP ").and_then(|rest| rest.split_once(' ')) {
                help.clone_into(&mut metrics.entry(name.to_owned()).or_default().help);
            } else if let Some((name, kind)) =
                line.strip_prefix("# TYPE ").and_then(|rest| rest.split_once(' '))
            {
                kind.clone_into(&mut metrics.entry(name.to_owned()).or_default().kind);
            } else {
                let sample = Sample::parse(line);
                let name = base(&metrics, &sample.name).unwrap_or_else(|| panic!("no TYPE before {line}"));
                metrics.get_mut(&name).unwrap().samples.push(sample);
            }
        }
        Self { text: text.to_owned(), metrics }
    }

    /// The sum of the lines of `name` that have these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let base = base(&self.metrics, name).unwrap_or_else(|| panic!("{name} is not exported"));
        let samples = self.metrics[&base].samples.iter().filter(|sample| sample.name == name);
        samples.filter(|sample| sample.has(labels)).map(|sample| sample.value).sum()
    }
}

impl Exposition {
    /// As [`sum`](Self::sum), of what is counted.
    pub(crate) fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        let sum = self.sum(name, labels);
        assert!((0.0..1e9).contains(&sum), "{name} is {sum}");
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let count = sum as u64;
        count
    }
}

impl Metric {
    /// The names of its labels, but for a histogram's own.
    pub(crate) fn labels(&self) -> BTreeSet<String> {
        let labels = self.samples.iter().flat_map(|sample| sample.labels.keys());
        labels.filter(|label| *label != "le").cloned().collect()
    }
}

impl Sample {
    fn parse(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let labels = labels.trim_end_matches('}').split("\",").filter_map(|label| label.split_once("=\""));
        Self {
            name: name.to_owned(),
            labels: labels
                .map(|(name, value)| (name.to_owned(), value.trim_end_matches('"').to_owned()))
                .collect(),
            value: value.parse().unwrap(),
        }
    }

    fn has(&self, labels: &[(&str, &str)]) -> bool {
        labels.iter().all(|(name, value)| self.labels.get(*name).is_some_and(|it| it == value))
    }
}

/// The metric that a line belongs to.
pub(crate) fn base(metrics: &BTreeMap<String, Metric>, name: &str) -> Option<String> {
    let histogram = ["_bucket", "_sum", "_count"].into_iter().find_map(|suffix| name.strip_suffix(suffix));
    let histogram = histogram.filter(|name| metrics.get(*name).is_some_and(|it| it.kind == "histogram"));
    histogram.or_else(|| metrics.contains_key(name).then_some(name)).map(str::to_owned)
}
