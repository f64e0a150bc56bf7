//! `waggle redis-acl`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};
use waggle_core::access::{Password, read_password};
use waggle_core::config::check_user;
use waggle_task_queue::model::TokenDigest;
use waggle_task_queue::rights;

use super::print;
use crate::auth::secret;

/// The flags of `waggle redis-acl`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct RedisAclArgs {
    /// What the user is called
    #[arg(long, env = "WAGGLE_REDIS__USERNAME", value_name = "NAME", default_value = "waggle")]
    user: String,

    /// File with the password on its first line [default: a new password of 256 random bits is printed first]
    #[arg(long, env = "WAGGLE_REDIS__PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Print a line for Redis's file of users (`aclfile`) instead of a command
    #[arg(long)]
    aclfile: bool,
}

const EXAMPLES: &str = "\
Prints the least user of Redis that the service works with: its commands, its keys and channels, and the SHA-256 of its
password. Nothing is sent to anybody. Without a file the password stands alone on the first line: give it to the service
with `redis.password_file`, and its name with `redis.username`.

Examples:
  waggle redis-acl --password-file redis.password | redis-cli
  waggle redis-acl --password-file redis.password --aclfile >>/etc/redis/users.acl
  waggle redis-acl --user bee";

impl RedisAclArgs {
    /// Prints the user.
    ///
    /// # Errors
    /// When the file cannot be read, or the name is none that Redis takes as it is.
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        if check_user("user", &self.user).is_err() {
            bail!("--user: letters, digits and - _ . @ : only");
        }
        let (password, first) = match &self.password_file {
            Some(file) => {
                let read = read_password(file).map_err(anyhow::Error::msg);
                (read.with_context(|| format!("--password-file {}", file.display()))?, String::new())
            }
            None => {
                let made = secret::make().context("this machine has no random bits")?;
                (made.clone(), format!("{made}\n\n"))
            }
        };
        let digest = TokenDigest(Sha256::digest(&password).into()).to_string();
        let rules = rights().rules(Password::Sha256(&digest));
        // What the user was allowed before must not stay.
        let (verb, fresh) = if self.aclfile { ("user", "") } else { ("ACL SETUSER", "reset ") };
        print::raw(format!("{first}{verb} {} {fresh}{rules}\n", self.user).as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
