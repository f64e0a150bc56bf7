//! Limits and turns of a queue: whatever is submitted, claimed and settled, no limit is passed, nothing that could go
//! waits, and no key is left out.

mod case;
mod checks;
mod model;
mod step;

use case::Case;
use model::{Model, Rules, Task};
use step::Step;
