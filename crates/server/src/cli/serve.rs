use std::process::ExitCode;

use super::settings::{StoreArgs, flag};
use crate::serve::{self, Ended};

/// The flags of `waggle serve`; every setting there is can be given in the environment or the file.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ServeArgs {
    /// Address and port; port 0 takes any that is free [default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,

    #[command(flatten)]
    store: StoreArgs,

    /// `everysec`: power loss may cost the last second; `strict`: nothing acknowledged is ever lost,
    /// at about a third of the throughput [default: everysec]
    #[arg(long, value_name = "MODE")]
    durability: Option<String>,

    /// Listen on other addresses than loopback although nobody has to say who they are
    #[arg(long)]
    insecure_no_auth: bool,
}

const EXAMPLES: &str = "\
Prints one line on standard output once it answers: `waggle listens on http://…`,
or `https://…` with TLS (server.tls). SIGTERM or SIGINT
ends it in order, a second one at once. Exit status: 0 stopped as asked, 2 not started (one line
says why), 1 ended by a fault, 130 or 143 after a second signal.

Flags beat the environment (WAGGLE_SERVER__LISTEN), which beats the file, which beats the defaults.

Examples:
  waggle serve
  waggle serve --listen 127.0.0.1:0 --data-dir /var/lib/waggle --durability strict
  waggle serve --redis-url redis://10.0.0.5:6379
  WAGGLE_LOG__LEVEL=debug waggle serve --config /etc/waggle.toml";

impl ServeArgs {
    /// Runs the service until it is told to stop.
    ///
    /// # Errors
    /// One line with the setting and the remedy.
    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        let insecure = self.insecure_no_auth.then(|| "true".to_owned());
        let settings = self.store.settings([
            flag("--listen", "server.listen", self.listen),
            flag("--durability", "redis.durability", self.durability),
            flag("--insecure-no-auth", "server.insecure_no_auth", insecure),
        ])?;
        Ok(match serve::run(settings).await? {
            Ended::InOrder => ExitCode::SUCCESS,
            Ended::AtOnce(status) => ExitCode::from(status),
        })
    }
}
