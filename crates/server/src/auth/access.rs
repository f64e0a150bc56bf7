use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::http::HeaderValue;
use governor::clock::DefaultClock;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use waggle_task_queue::model::{NewToken, Scopes, Stamp, StoredToken, TokenDigest};

use super::clock::Clock;
use super::failures::Failures;
use super::tokens::Tokens;
use super::{Certified, Origin, Token};
use crate::config::Settings;

/// What the service's own token is called.
const OWN: &str = "waggle";

/// Who may do what on this server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    tokens: ArcSwap<Tokens>,
    /// Those that no revocation takes away.
    fixed: Vec<Arc<Token>>,
    own: HeaderValue,
    /// Ends when the first token is there: until then nobody was asked for one.
    closed: CancellationToken,
    clock: Clock,
    /// Of what Redis keeps, as far as it is known here.
    version: Mutex<Option<u64>>,
    failures: Failures,
    metrics_open: bool,
    per_second: u32,
}

impl Access {
    /// What the settings say; what Redis has to say is added with [`learn`](Self::learn).
    ///
    /// # Errors
    /// When the machine has no random bits.
    pub fn new(settings: &Settings) -> Result<Self, getrandom::Error> {
        let (auth, per_second) = (&settings.auth, settings.auth.requests_per_s);
        let (own, header) = own_token()?;
        let configured = auth.tokens.iter().cloned();
        let mut fixed: Vec<_> =
            configured.map(|said| Arc::new(Token::new(said, Origin::Configuration, per_second))).collect();
        let failures = NonZeroU32::new(auth.failures_per_minute).unwrap_or(NonZeroU32::MIN);
        let required = auth.required || !fixed.is_empty();
        fixed.push(Arc::new(own));
        Ok(Self(Arc::new(Inner {
            tokens: ArcSwap::from_pointee(Tokens::new(fixed.clone(), required)),
            fixed,
            own: header,
            closed: CancellationToken::new(),
            clock: Clock::new(),
            version: Mutex::default(),
            failures: Failures::new(failures, DefaultClock::default()),
            metrics_open: settings.metrics.open,
            per_second,
        })))
    }

    /// Takes over the tokens that Redis keeps, or kept ever before: where `version` is not 0, a token is asked for
    /// from now on, even when the last one has been revoked.
    pub(super) fn learn(&self, stored: Vec<StoredToken>, version: u64) {
        let before = self.0.tokens.load_full();
        let mut known: HashMap<TokenDigest, Arc<Token>> =
            before.iter().map(|token| (*token.digest(), Arc::clone(token))).collect();
        let mut now = self.0.fixed.clone();
        for token in &now {
            known.remove(token.digest());
        }
        for StoredToken { token: said, .. } in stored {
            if now.iter().any(|fixed| *fixed.digest() == said.sha256) {
                continue;
            }
            // The same token stays the same: its rate is counted on.
            let same = known.remove(&said.sha256).filter(|known| *known.said() == said);
            now.push(same.unwrap_or_else(|| Arc::new(Token::new(said, Origin::Redis, self.0.per_second))));
        }
        let after = Tokens::new(now, before.required || version > 0);
        let closes = after.required && !before.required;
        self.0.tokens.store(Arc::new(after));
        if closes {
            self.0.closed.cancel();
        }
        self.revoke_missing(&before);
    }

    /// The time, as Redis has just said.
    pub(super) fn tell_time(&self, now: Stamp) {
        self.0.clock.set(now);
    }

    /// What its owners wait for ends with each token.
    pub(super) fn end_expired(&self) {
        for token in self.0.tokens.load().iter().filter(|token| self.is_over(token)) {
            token.revoke();
        }
    }

    /// Whether a token is asked for.
    pub fn is_required(&self) -> bool {
        self.0.tokens.load().required
    }

    /// What the service shows when it calls itself.
    pub(crate) fn own(&self) -> HeaderValue {
        self.0.own.clone()
    }

    /// The tokens of the settings.
    pub(crate) fn configured(&self) -> impl Iterator<Item = &NewToken> {
        let configured = self.0.fixed.iter().filter(|token| token.origin() == Origin::Configuration);
        configured.map(|token| token.said())
    }

    pub(super) fn find(&self, text: &[u8]) -> Option<Arc<Token>> {
        let tokens = self.0.tokens.load();
        tokens.find(text).filter(|token| !self.is_over(token)).cloned()
    }

    /// The token of the name that a certificate has, as long as both last.
    pub(super) fn find_certified(&self, certified: &Certified) -> Option<Arc<Token>> {
        if certified.ends <= self.0.clock.now() {
            return None;
        }
        let tokens = self.0.tokens.load();
        let named = certified.name.as_ref().and_then(|name| tokens.of_name(name));
        named.filter(|token| !self.is_over(token)).cloned()
    }

    pub(super) fn version(&self) -> &Mutex<Option<u64>> {
        &self.0.version
    }

    pub(super) fn closed(&self) -> &CancellationToken {
        &self.0.closed
    }

    pub(super) fn metrics_open(&self) -> bool {
        self.0.metrics_open
    }

    pub(super) fn count_failure(&self, from: Option<IpAddr>) -> Option<Duration> {
        self.0.failures.count(from)
    }

    fn is_over(&self, token: &Token) -> bool {
        token.expires_at().is_some_and(|end| end <= self.0.clock.now())
    }

    fn revoke_missing(&self, before: &Tokens) {
        let after = self.0.tokens.load();
        for token in before.iter() {
            if !after.iter().any(|kept| Arc::ptr_eq(kept, token)) {
                token.revoke();
            }
        }
    }
}

/// A token that nobody else ever sees, with which the service validates itself.
fn own_token() -> Result<(Token, HeaderValue), getrandom::Error> {
    let secret = super::secret::make()?;
    let digest = TokenDigest(Sha256::digest(secret.as_bytes()).into());
    let said = NewToken {
        name: OWN.parse().expect("a name of letters"),
        sha256: digest,
        scopes: Scopes::ALL,
        swarms: Vec::new(),
        agent: None,
        expires_at: None,
    };
    let mut header = HeaderValue::try_from(format!("Bearer {secret}")).expect("visible characters");
    header.set_sensitive(true);
    Ok((Token::new(said, Origin::Own, 0), header))
}
