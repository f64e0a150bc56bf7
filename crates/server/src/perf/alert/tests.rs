use proptest::prelude::*;

use super::*;
use crate::perf::alert::{ErrorReading, LatencyReading};
use crate::perf::report::{AlertState, Severity};

const REFRESH_MS: i64 = 5_000;

/// What a refresh says of one alert.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Look {
    Holds,
    Fine,
    Unmeasured,
}

use Look::{Fine, Holds, Unmeasured};

fn readings(look: Look) -> Readings {
    let latency = |p95_ms| LatencyReading { p95_ms, count: 9 };
    let assignment = match look {
        Holds => Some(latency(500.0)),
        Fine => Some(latency(1.0)),
        Unmeasured => None,
    };
    Readings { assignment, redis_healthy: true, ..Readings::default() }
}

fn book() -> AlertBook {
    AlertBook::new(AlertsConfig::default())
}

/// What is told at each refresh.
fn told(book: &mut AlertBook, looks: &[Look]) -> Vec<Option<AlertState>> {
    let mut at = 0;
    let told = looks.iter().map(|look| {
        at += REFRESH_MS;
        let mut alerts = book.judge(Stamp(at), &readings(*look));
        assert!(alerts.len() <= 1, "one alert is judged here: {alerts:?}");
        alerts.pop().map(|alert| alert.state)
    });
    told.collect()
}

const FIRING: Option<AlertState> = Some(AlertState::Firing);
const RESOLVED: Option<AlertState> = Some(AlertState::Resolved);

#[test]
fn an_alert_fires_when_it_has_held_for_two_refreshes_and_is_resolved_when_it_has_not_for_two() {
    let looks = [Holds, Holds, Holds, Fine, Fine, Fine];
    assert_eq!(told(&mut book(), &looks), [None, FIRING, None, None, RESOLVED, None]);
}

#[test]
fn what_held_once_goes_away_without_a_word() {
    let mut book = book();
    assert_eq!(told(&mut book, &[Holds, Fine, Holds, Fine]), [None; 4]);
    assert_eq!((book.active(), book.history()), (Vec::new(), Vec::new()));
}

#[test]
fn an_alert_that_comes_and_goes_while_it_fires_is_not_repeated() {
    let looks = [Holds, Holds, Fine, Holds, Fine, Holds, Fine, Fine];
    assert_eq!(told(&mut book(), &looks), [None, FIRING, None, None, None, None, None, RESOLVED]);
}

#[test]
fn what_is_not_measured_changes_nothing() {
    let looks = [Holds, Unmeasured, Holds, Unmeasured, Fine, Unmeasured, Unmeasured, Fine];
    assert_eq!(told(&mut book(), &looks), [None, None, FIRING, None, None, None, None, RESOLVED]);
}

#[test]
fn an_active_alert_says_since_when_and_shows_what_was_observed_last() {
    let mut book = book();
    told(&mut book, &[Holds]);
    let pending = book.active().remove(0);
    assert_eq!((pending.state, pending.since), (AlertState::Pending, Stamp(REFRESH_MS)));
    told(&mut book, &[Holds]);
    book.judge(Stamp(9 * REFRESH_MS), &readings(Fine));
    let firing = book.active().remove(0);
    assert_eq!((firing.state, firing.since, firing.value), (AlertState::Firing, Stamp(REFRESH_MS), 1.0));
}

#[test]
fn the_worst_alerts_come_first() {
    let mut book = book();
    let errors = Some(ErrorReading { failed: 1, count: 2 });
    book.judge(Stamp(0), &Readings { errors, ..readings(Holds) });
    let severities: Vec<_> = book.active().iter().map(|alert| alert.severity).collect();
    assert_eq!(severities, [Severity::Critical, Severity::Warning]);
}

#[test]
fn the_history_is_bounded_and_its_newest_comes_first() {
    let mut book = book();
    for _ in 0..HISTORY {
        told(&mut book, &[Holds, Holds, Fine, Fine]);
    }
    let history = book.history();
    assert_eq!(history.len(), HISTORY);
    assert_eq!((history[0].state, history[1].state), (AlertState::Resolved, AlertState::Firing));
}

#[test]
fn agents_that_have_been_lost_for_long_are_no_news_and_those_that_are_lost_now_are() {
    let mut book = book();
    let mut judge = |at, lost| {
        let readings = Readings { agents_lost: Some(lost), ..readings(Unmeasured) };
        book.judge(Stamp(at * REFRESH_MS), &readings).pop().map(|alert| (alert.state, alert.value))
    };
    assert_eq!([judge(1, 40), judge(2, 40), judge(3, 43)], [None; 3]);
    assert_eq!(judge(4, 43), Some((AlertState::Firing, 3.0)));
    assert_eq!(judge(5, 40), None);
    assert_eq!(judge(6, 40), Some((AlertState::Resolved, 0.0)));
}

fn looks() -> impl Strategy<Value = Vec<Look>> {
    prop::collection::vec(prop_oneof![Just(Holds), Just(Fine), Just(Unmeasured)], 0..200)
}

proptest! {
    #[test]
    fn firing_and_resolved_take_turns_and_each_has_two_looks_in_a_row_behind_it(looks in looks()) {
        let told = told(&mut book(), &looks);
        let measured: Vec<_> = looks.iter().zip(&told).filter(|(look, _)| **look != Unmeasured).collect();
        let states: Vec<_> = told.iter().flatten().collect();
        for (at, state) in states.iter().enumerate() {
            let expected = if at % 2 == 0 { AlertState::Firing } else { AlertState::Resolved };
            prop_assert_eq!(**state, expected);
        }
        for (at, (look, told)) in measured.iter().enumerate() {
            let expected = match told { Some(AlertState::Firing) => Holds, Some(_) => Fine, None => continue };
            prop_assert_eq!(**look, expected);
            prop_assert!(at > 0 && *measured[at - 1].0 == expected, "at {}", at);
        }
        let silent = looks.iter().zip(&told).filter(|(look, _)| **look == Unmeasured);
        prop_assert!(silent.into_iter().all(|(_, told)| told.is_none()));
    }

    #[test]
    fn two_looks_in_a_row_are_enough(looks in looks(), last in prop_oneof![Just(Holds), Just(Fine)]) {
        let mut book = book();
        told(&mut book, &looks);
        told(&mut book, &[last, last]);
        let fires = book.active().iter().any(|alert| alert.state == AlertState::Firing);
        prop_assert_eq!(fires, last == Holds);
    }
}
