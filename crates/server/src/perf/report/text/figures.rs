//! Figures as people read them.

/// What stands where nothing was measured.
pub(super) const NONE: &str = "-";
/// Units of time with the milliseconds they have, the longest first.
const SPANS: [(u64, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s")];

/// A figure with about three digits that count.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        size if size < 0.1 => format!("{value:.4}"),
        size if size < 1.0 => format!("{value:.3}"),
        size if size < 10.0 => format!("{value:.2}"),
        size if size < 1_000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// The same, where it was measured.
pub(super) fn maybe(value: Option<f64>) -> String {
    value.map_or_else(|| NONE.to_owned(), number)
}

/// A count, where there is one.
pub(super) fn count(value: Option<u64>) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| value.to_string())
}

/// A share in percent, where it was measured.
pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| NONE.to_owned(), |share| format!("{:.1} %", share * 100.0))
}

/// A probability; of small ones only that they are.
pub(super) fn probability(p: f64) -> String {
    if p < 0.001 { String::from("<0.001") } else { format!("{p:.3}") }
}

/// Bytes in the unit that leaves few digits.
#[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut value, mut unit) = (count as f64, 0);
    while value >= 1_024.0 && unit + 1 < UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    if unit == 0 { format!("{count} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// Milliseconds in the two largest units they fill.
pub(super) fn span(ms: u64) -> String {
    let Some(at) = SPANS.iter().position(|(size, _)| ms >= *size) else { return format!("{ms} ms") };
    let (size, unit) = SPANS[at];
    let rest = SPANS.get(at + 1).map(|(smaller, name)| (ms % size / smaller, *name));
    match rest.filter(|(rest, _)| *rest > 0) {
        Some((rest, smaller)) => format!("{} {unit} {rest} {smaller}", ms / size),
        None => format!("{} {unit}", ms / size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_count() {
        for (value, text) in [
            (0.0, "0"),
            (0.000_83, "0.0008"),
            (0.123_4, "0.123"),
            (2.345, "2.35"),
            (99.94, "99.9"),
            (1_234.5, "1234"),
            (500.0, "500"),
        ] {
            assert_eq!(number(value), text);
        }
        assert_eq!((maybe(None), count(None), percent(None)), (NONE.into(), NONE.into(), NONE.into()));
        assert_eq!(percent(Some(0.0123)), "1.2 %");
        assert_eq!((probability(0.000_1), probability(0.05)), ("<0.001".into(), "0.050".into()));
    }

    #[test]
    fn bytes_and_times_have_units() {
        assert_eq!((bytes(0), bytes(1_023), bytes(1_536)), ("0 B".into(), "1023 B".into(), "1.5 KiB".into()));
        assert_eq!(bytes(3 << 30), "3.0 GiB");
        for (ms, text) in
            [(0, "0 ms"), (999, "999 ms"), (60_000, "1 min"), (61_000, "1 min 1 s"), (90_061_000, "1 d 1 h")]
        {
            assert_eq!(span(ms), text);
        }
    }
}
