//! When a schedule is due: a cron expression in a time zone.

use croner::parser::{CronParser, Seconds, Year};
use jiff::{Timestamp, Zoned, tz::TimeZone};

use super::{Stamp, invalid::Check};
use crate::limits::CRON_BYTES;

/// The zone of a schedule that names none.
pub(super) const ZONE_DEFAULT: &str = "UTC";

/// Times to come, in a time zone.
///
/// Where clocks are turned forward, a time of day that does not exist falls on the first one that does; where they are
/// turned back, one that comes twice counts the first time. What comes round within the day (`*`, `*/5`) simply goes on:
/// nothing in the hour that is left out, each time in the one that is repeated.
#[derive(Debug, Clone)]
pub struct Cron {
    cron: croner::Cron,
    zone: TimeZone,
}

impl Cron {
    /// Reads an expression of five fields, or of six with seconds in front, and the IANA name of a zone.
    pub(super) fn read(cron: &str, timezone: &str, check: &mut Check) -> Option<Self> {
        let expression = expression(cron);
        let zone = zone(timezone);
        check.that(expression.is_ok(), "/cron", || {
            let why = expression.as_ref().err().map(String::as_str).unwrap_or_default();
            format!("five fields, minute hour day month weekday, or six with seconds in front: {why}")
        });
        check
            .that(zone.is_some(), "/timezone", || "a name of the IANA database, as Europe/Berlin".to_owned());
        Some(Self { cron: expression.ok()?, zone: zone? })
    }

    /// The first time after `stamp`; none where there never is one.
    pub fn after(&self, Stamp(ms): Stamp) -> Option<Stamp> {
        let start = Zoned::new(Timestamp::from_millisecond(ms).ok()?, self.zone.clone());
        let next = self.cron.find_next_occurrence(&start, false).ok()?;
        Some(Stamp(next.timestamp().as_millisecond()))
    }

    /// The first `n` times after `stamp`.
    pub fn times_after(&self, stamp: Stamp, n: usize) -> Vec<Stamp> {
        std::iter::successors(self.after(stamp), |stamp| self.after(*stamp)).take(n).collect()
    }
}

fn expression(text: &str) -> Result<croner::Cron, String> {
    if text.len() > CRON_BYTES {
        return Err(format!("at most {CRON_BYTES} bytes"));
    }
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
    parser.parse(text).map_err(|error| error.to_string())
}

fn zone(name: &str) -> Option<TimeZone> {
    // A POSIX rule, or the empty name, would be read as well.
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    let is_name = !name.is_empty() && name.len() <= CRON_BYTES && name.bytes().all(is_name);
    is_name.then(|| TimeZone::get(name).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cron(expression: &str, zone: &str) -> Cron {
        Cron::read(expression, zone, &mut Check::default()).unwrap()
    }

    fn stamp(text: &str) -> Stamp {
        Stamp(text.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[track_caller]
    fn assert_times(cron: &Cron, after: &str, times: &[&str]) {
        let wanted: Vec<_> = times.iter().map(|text| stamp(text)).collect();
        assert_eq!(cron.times_after(stamp(after), times.len()), wanted);
    }

    #[test]
    fn five_fields_are_minutes_and_six_begin_with_seconds() {
        let every_five = cron("*/5 * * * *", "UTC");
        assert_times(
            &every_five,
            "2026-01-01T00:04:59.999Z",
            &["2026-01-01T00:05:00Z", "2026-01-01T00:10:00Z"],
        );
        assert_times(&every_five, "2026-01-01T00:05:00Z", &["2026-01-01T00:10:00Z"]);
        let seconds = cron("*/20 * * * * *", "UTC");
        assert_times(&seconds, "2026-01-01T00:00:00Z", &["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z"]);
        assert_times(&seconds, "2026-01-01T00:00:00.500Z", &["2026-01-01T00:00:20Z"]);
    }

    #[test]
    fn a_time_that_spring_leaves_out_falls_on_the_end_of_the_gap() {
        let half_past_two = cron("30 2 * * *", "Europe/Berlin");
        // 2:30 is 1:30 UTC in winter; on 29 March 2026 clocks go from 2:00 to 3:00, which is 1:00 UTC.
        let days = ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"];
        assert_times(&half_past_two, "2026-03-27T12:00:00Z", &days);
    }

    #[test]
    fn a_time_that_autumn_repeats_counts_once() {
        let half_past_two = cron("30 2 * * *", "Europe/Berlin");
        // On 25 October 2026 clocks go from 3:00 back to 2:00: 2:30 is 0:30 and 1:30 UTC.
        let days = ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"];
        assert_times(&half_past_two, "2026-10-23T12:00:00Z", &days);
    }

    #[test]
    fn what_comes_round_within_the_day_goes_on_through_both_changes() {
        let half_hours = cron("*/30 * * * *", "Europe/Berlin");
        let spring = ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"];
        assert_times(&half_hours, "2026-03-29T00:00:00Z", &spring);
        let autumn =
            ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"];
        assert_times(&half_hours, "2026-10-25T00:00:00Z", &autumn);
        let hourly = cron("30 * * * *", "Europe/Berlin");
        assert_times(&hourly, "2026-10-25T00:00:00Z", &["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]);
    }

    #[test]
    fn a_day_that_never_comes_has_no_time() {
        let never = cron("0 0 31 2 *", "UTC");
        assert_eq!(never.after(stamp("2026-01-01T00:00:00Z")), None);
        assert_times(&cron("0 0 29 2 *", "UTC"), "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00Z"]);
    }

    #[test]
    fn what_is_no_expression_and_no_zone_is_refused() {
        for bad in ["", "* * * *", "60 * * * *", "* * * * * * *", "a b c d e", "*/0 * * * *", "0 0 32 1 *"] {
            assert!(Cron::read(bad, "UTC", &mut Check::default()).is_none(), "{bad:?}");
        }
        for bad in ["", "Mars/Base", "EST5EDT,M3.2.0,M11.1.0", "../etc/passwd", "Europe/ Berlin"] {
            assert!(Cron::read("* * * * *", bad, &mut Check::default()).is_none(), "{bad:?}");
        }
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"] {
            assert!(Cron::read("* * * * *", zone, &mut Check::default()).is_some(), "{zone:?}");
        }
    }
}
