use std::process::ExitCode;

use super::{list, new, revoke};

/// Make tokens, list and revoke them.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, after_help = CONTRACT)]
pub struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

const CONTRACT: &str = "\
A token is 256 random bits. The service knows its SHA-256 alone: what is lost cannot be found again.

Exit status: 0 done; 1 refused, or the service cannot be reached; 2 wrong usage.

Examples:
  waggle token new --name root --scopes submit,work,message,state,operate,admin
  waggle token new --name ci --scopes submit --swarms builds --expires-ms 86400000 --store
  WAGGLE_TOKEN_FILE=root.token waggle token list
  waggle token revoke ci --token-file root.token";

#[derive(Debug, clap::Subcommand)]
enum TokenCommand {
    /// Make a token, print it, and store it where a service is named
    New(new::NewArgs),
    /// Print the tokens there are, without their secrets
    List(list::ListArgs),
    /// Revoke a token that was stored
    Revoke(revoke::RevokeArgs),
}

impl TokenArgs {
    /// Does what the flags name.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            TokenCommand::New(args) => new::run(args).await,
            TokenCommand::List(args) => list::run(args).await,
            TokenCommand::Revoke(args) => revoke::run(args).await,
        }
    }
}
