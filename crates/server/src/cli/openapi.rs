use std::io::Write as _;
use std::process::ExitCode;

/// The flags of `waggle openapi`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  waggle openapi > openapi/openapi.json")]
pub(super) struct OpenapiArgs {}

impl OpenapiArgs {
    /// Prints the document.
    ///
    /// # Errors
    /// When standard output is closed.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let Self {} = self;
        std::io::stdout().write_all(crate::router::document().as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
