//! `waggle`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A request allocates a few dozen times: under the system's allocator that was a sixth of the instructions it ran.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    waggle_server::cli::main()
}
