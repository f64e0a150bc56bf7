//! Whether a request may pass.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request};
use axum::http::header;
use tokio_util::sync::CancellationToken;
use waggle_task_queue::Error;
use waggle_task_queue::model::Scopes;

use super::bearer::Bearer;
use super::{Access, Caller, Certified, Need, RateNote, Token, need_of};
use crate::problem::{Code, Problem};

/// What the addresses of swarms begin with.
const SWARMS: &str = "/v1/swarms/";

/// A request that may pass.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// Whose it is, where somebody had to say so.
    pub(crate) token: Option<Arc<Token>>,
    /// How often its owner may ask, where that is limited.
    pub(crate) rate: Option<RateNote>,
    /// Ends when such a request would not be let in any more; none where it always would.
    pub(crate) gone: Option<CancellationToken>,
}

impl Access {
    /// Lets a request pass, with a note of its caller, and without the secret.
    ///
    /// # Errors
    /// 401 without a valid token, 429 with a wrong one after too many wrong ones, 429 where it asks too often, 404 for a
    /// swarm that the token is not bound to, 403 beyond its scopes.
    pub(crate) fn admit(&self, request: &mut Request) -> Result<Admitted, Problem> {
        let admitted = self.examine(request);
        request.headers_mut().remove(header::AUTHORIZATION);
        let admitted = admitted?;
        if let Some(token) = &admitted.token {
            request.extensions_mut().insert(Caller(Some(Arc::clone(token))));
        }
        Ok(admitted)
    }

    fn examine(&self, request: &Request) -> Result<Admitted, Problem> {
        let matched = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let need = match need_of(request.method(), matched) {
            Need::Metrics(_) if self.metrics_open() => Need::Open,
            Need::Metrics(scopes) => Need::Of(scopes),
            need => need,
        };
        if need == Need::Open {
            return Ok(Admitted::default());
        }
        if !self.is_required() {
            return Ok(Admitted { gone: Some(self.closed().clone()), ..Admitted::default() });
        }
        let token = self.identify(request)?;
        // What is refused below was asked all the same.
        let rate = token.rate().map(super::rate::Rate::count);
        if let Some(note) = rate.filter(|note| note.wait.is_some()) {
            return Err(Problem::too_often(note));
        }
        check_reach(&token, request.uri().path(), need)?;
        if let Need::Of(scopes) = need
            && !token.scopes().has_any(scopes)
        {
            return Err(Problem::beyond(scopes));
        }
        Ok(Admitted { gone: Some(token.gone().clone()), token: Some(token), rate })
    }

    fn identify(&self, request: &Request) -> Result<Arc<Token>, Problem> {
        let shown = Bearer::of(request.headers());
        if shown == Bearer::Nothing {
            // What is said with a request is meant rather than what is said with all of a connection's.
            let certified = request.extensions().get::<Certified>().ok_or_else(Problem::no_token)?;
            return self.find_certified(certified).ok_or_else(|| Problem::wrong_certificate(certified));
        }
        if let Bearer::Token(text) = shown
            && let Some(token) = self.find(text)
        {
            return Ok(token);
        }
        match self.count_failure(peer(request)) {
            None => Err(Problem::wrong_token()),
            Some(wait) => Err(Problem::too_many_failures(wait)),
        }
    }
}

/// Of a swarm that the token is not bound to nothing is told, not even whether there is one.
fn check_reach(token: &Token, path: &str, need: Need) -> Result<(), Problem> {
    if !token.is_bound() {
        return Ok(());
    }
    let Some(rest) = path.strip_prefix(SWARMS) else {
        // What is about the whole service would tell of other swarms.
        let whole = "this token is bound to swarms, and this address is about the whole service";
        return if need == Need::Any {
            Ok(())
        } else {
            Err(Problem::new(Code::Forbidden, whole).not_applied())
        };
    };
    // As it was written: a name has no character that must be encoded, so an encoded one is of no swarm it is bound to.
    let swarm = rest.split('/').next().unwrap_or_default();
    if token.reaches(swarm) { Ok(()) } else { Err(Error::SwarmNotFound(swarm.to_owned()).into()) }
}

fn peer(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip())
}

impl Problem {
    fn no_token() -> Self {
        let detail = "this service asks for a token: send it as `Authorization: Bearer …`";
        Self::new(Code::Unauthorized, detail).not_applied().challenging("Bearer realm=\"waggle\"")
    }

    fn wrong_token() -> Self {
        let detail = "there is no such token: it was never made here, was revoked, or has ended";
        Self::new(Code::Unauthorized, detail)
            .not_applied()
            .challenging("Bearer realm=\"waggle\", error=\"invalid_token\"")
    }

    /// Its owner is known and has no token: there is nothing to guess, so nothing is counted.
    fn wrong_certificate(certified: &Certified) -> Self {
        let detail = match &certified.name {
            Some(name) => format!(
                "the certificate of this connection is that of {name}, and it has ended, or there is no token of this \
                 name: it was never made here, was revoked, or has ended"
            ),
            None => "the certificate of this connection has no name that a token could have".to_owned(),
        };
        Self::new(Code::Unauthorized, detail).not_applied().challenging("Bearer realm=\"waggle\"")
    }

    /// The token of this request is not valid any more, since a moment ago.
    pub(crate) fn token_gone() -> Self {
        let detail = "the token was revoked, or has ended, while this request was under way";
        Self::new(Code::Unauthorized, detail)
            .maybe_applied()
            .challenging("Bearer realm=\"waggle\", error=\"invalid_token\"")
    }

    fn too_many_failures(wait: std::time::Duration) -> Self {
        let detail = "too many wrong tokens came from this address: a valid one is let in at any time, a wrong one is \
                      looked at again after a while";
        Self::new(Code::RateLimited, detail).not_applied().after(wait)
    }

    fn too_often(note: RateNote) -> Self {
        let detail = format!("this token may ask {} times a second: nothing was done", note.limit);
        let problem = Self::new(Code::RateLimited, detail).not_applied().rated(note);
        note.wait.into_iter().fold(problem, Self::after)
    }

    /// The scopes of a token do not reach so far.
    pub(crate) fn beyond(scopes: Scopes) -> Self {
        let detail = format!("this takes a token with a scope that this one does not have: {scopes}");
        let words: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
        Self::new(Code::Forbidden, detail).not_applied().challenging(format!(
            "Bearer realm=\"waggle\", error=\"insufficient_scope\", scope=\"{}\"",
            words.join(" ")
        ))
    }
}
