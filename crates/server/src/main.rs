//! `waggle`.

use std::process::ExitCode;

fn main() -> ExitCode {
    waggle_server::cli::main()
}
