//! Tasks that wait for others, belong to others and ask people: whatever is submitted and in whatever order it ends, each
//! task stands where the model says.

mod calls;
mod case;
mod checks;
mod compare;
mod holder;
mod model;
mod resolve;
mod spend;
mod step;
mod sweep;

use case::Case;
use model::{Model, Task};
use step::{New, Step};
