//! `waggle token new`.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use waggle_task_queue::model::{AgentName, NewToken, Scope, Stamp, SwarmName, TokenDigest, TokenName};

use crate::auth::secret;
use crate::cli::client::{Call, DEFAULT_URL, ServiceArgs, TlsArgs};
use crate::cli::{print, service::Service};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Prints the token alone on the first line, then the block for the settings file, which holds no secret. Where --url or
WAGGLE_URL names a service, or with --store, it is stored there first, and works on every server of the same Redis within
5 seconds; else nothing is sent to anybody.")]
pub(super) struct NewArgs {
    /// What the token is called
    #[arg(long, value_name = "NAME")]
    name: TokenName,

    /// What its owner may do: submit, work, message, state, operate, admin
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',', required = true)]
    scopes: Vec<Scope>,

    /// Swarms it is bound to [default: all]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    swarms: Vec<SwarmName>,

    /// Agent that it acts as [default: any]
    #[arg(long, value_name = "NAME")]
    agent: Option<AgentName>,

    /// Milliseconds until it ends [default: never]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    expires_ms: Option<i64>,

    /// Store it in the Redis of the service, at its usual address where none is named
    #[arg(long)]
    store: bool,

    /// Address of the service that stores it
    #[arg(long, env = "WAGGLE_URL", value_name = "URL")]
    url: Option<String>,

    /// File with the token that is shown to the service on its first line [default: the variable WAGGLE_TOKEN]
    #[arg(long, env = "WAGGLE_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,

    #[command(flatten)]
    tls: TlsArgs,
}

pub(super) async fn run(args: NewArgs) -> anyhow::Result<ExitCode> {
    let secret = secret::make().context("this machine has no random bits")?;
    let url = args.url.clone().or_else(|| args.store.then(|| DEFAULT_URL.to_owned()));
    let (token_file, tls) = (args.token_file.clone(), args.tls.clone());
    let token = token(args, &secret)?;
    if let Some(url) = url {
        let service = Service::open(&ServiceArgs { url, token_file, tls }.into())?;
        service.call(&Call::post("/v1/tokens").of_the_service().json(&token)?).await?;
        eprintln!("waggle: the token {} is stored, and works within 5 s", token.name);
    }
    print::raw(format!("{secret}\n\n{}", block(&token)).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn token(args: NewArgs, secret: &str) -> anyhow::Result<NewToken> {
    let expires_at = args.expires_ms.map(|millis| {
        let end = Timestamp::now().as_millisecond().checked_add(millis);
        let end = end.filter(|end| Timestamp::from_millisecond(*end).is_ok());
        end.map(Stamp).context("--expires-ms: so far ahead no calendar goes")
    });
    let token = NewToken {
        name: args.name,
        sha256: TokenDigest(Sha256::digest(secret).into()),
        scopes: args.scopes.into_iter().collect(),
        swarms: args.swarms,
        agent: args.agent,
        expires_at: expires_at.transpose()?,
    };
    token.check().map_err(|invalid| {
        let said = invalid.errors.first().map(|error| format!("{}: {}", error.pointer, error.detail));
        anyhow::anyhow!(said.unwrap_or_default())
    })?;
    Ok(token)
}

/// What the settings file wants to have. Names hold nothing that would have to be escaped.
fn block(token: &NewToken) -> String {
    fn list(names: impl Iterator<Item = String>) -> String {
        names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
    }
    let mut text = format!("[[auth.tokens]]\nname = \"{}\"\nsha256 = \"{}\"\n", token.name, token.sha256);
    let scopes = list(token.scopes.iter().map(|scope| scope.as_str().to_owned()));
    let swarms = list(token.swarms.iter().map(ToString::to_string));
    // A String takes whatever is written.
    let _ = writeln!(text, "scopes = [{scopes}]\nswarms = [{swarms}]");
    if let Some(agent) = &token.agent {
        let _ = writeln!(text, "agent = \"{agent}\"");
    }
    if let Some(end) = token.expires_at {
        let _ = writeln!(text, "expires_at = \"{}\"", end.to_text());
    }
    text
}
