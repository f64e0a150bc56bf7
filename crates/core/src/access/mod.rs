//! What a user of Redis has to be allowed so that everything here works, and no more.

mod commands;
mod password;
mod rights;

pub use commands::{COMMANDS, OPTIONAL};
pub use password::read_password;
pub use rights::{Password, Rights};
