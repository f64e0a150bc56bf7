//! Redis Functions: a versioned library, and one call of one function.

mod call;
mod library;
mod load;
#[cfg(all(feature = "pretended-version", debug_assertions))]
mod pretended;

pub use call::Call;
pub(crate) use call::{function_of, is_read_only, key_of, operation};
pub use library::{Library, Needs};
pub(crate) use load::{Loaded, Loader, on_every_primary};
