//! The task queue does what the model says.

use std::collections::BTreeSet;
use std::rc::Rc;

use waggle_task_queue::library_with_manual_clock;
use waggle_task_queue::model::Status;

use crate::run::{Cases, SHRINKS};
use crate::store::{Backend, Case};

#[test]
fn the_store_stands_as_the_model_after_every_call_and_moves_tasks_along_the_arrows_of_the_table_alone() {
    let backend = Rc::new(Backend::start(library_with_manual_clock()));
    let short = Cases { cases: 96, length: 1..60, shrinks: SHRINKS };
    let long = Cases { cases: 3, length: 400..500, shrinks: SHRINKS };
    for cases in [short, long] {
        if let Err(failure) = cases.run::<Case>(&backend) {
            panic!("{failure}");
        }
    }
    assert_eq!(*backend.arrows.borrow(), arrows_of_the_table());
}

/// What `Status::next` allows, and the two ends of a life; but for the arrows from and to `blocked` and `input_required`,
/// which the tasks of this model never are: graphs/ walks along those.
fn arrows_of_the_table() -> BTreeSet<(String, String)> {
    let arrow = |from: &str, to: &str| (from.to_owned(), to.to_owned());
    let between = Status::ALL.into_iter().flat_map(|from| from.next().iter().map(move |to| (from, *to)));
    let walked = |status: Status| !matches!(status, Status::Blocked | Status::InputRequired);
    let between = between.filter(|(from, to)| walked(*from) && walked(*to));
    let mut arrows: BTreeSet<_> = between.map(|(from, to)| arrow(from.as_str(), to.as_str())).collect();
    arrows.extend([arrow("new", "ready"), arrow("new", "scheduled")]);
    arrows.extend(
        Status::ALL.iter().filter(|status| status.is_finished()).map(|status| arrow(status.as_str(), "gone")),
    );
    arrows
}
