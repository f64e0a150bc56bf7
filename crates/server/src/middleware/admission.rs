use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::response::Response;
use http_body::{Body as _, Frame, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::auth::{Admitted, RateNote};
use crate::sse::is_endless;

/// What was shown for a request, for as long as it is answered.
#[derive(Default)]
pub(super) struct Admission {
    /// What its caller waits for is broken off when its token ends. Where nobody was asked for one, only streams are.
    breaks_off: bool,
    ends: Option<CancellationToken>,
    rate: Option<RateNote>,
    /// Made when there is something to wait for: most requests are answered without.
    gone: Option<Gone>,
}

/// Resolves when the token is not valid any more.
type Gone = Pin<Box<WaitForCancellationFutureOwned>>;

impl Admission {
    /// Whether the token has become invalid while an answer is waited for; wakes whoever waits when it does.
    pub(super) fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(ends) = self.ends.as_ref().filter(|_| self.breaks_off) else { return false };
        let gone = self.gone.get_or_insert_with(|| waiting(ends));
        gone.as_mut().poll(cx).is_ready()
    }

    /// Tells the rate, and lets no stream last longer than its token.
    pub(super) fn finish(&mut self, mut response: Response) -> Response {
        if let Some(note) = self.rate {
            note.set_headers(response.headers_mut());
        }
        match &self.ends {
            Some(ends) if response.body().size_hint().exact().is_none() => {
                let (gone, endless) = (waiting(ends), is_endless(response.headers()));
                response.map(|body| Body::new(UntilGone { body, gone, endless, ended: false }))
            }
            _ => response,
        }
    }
}

impl From<Admitted> for Admission {
    fn from(admitted: Admitted) -> Self {
        Self { breaks_off: admitted.token.is_some(), ends: admitted.gone, rate: admitted.rate, gone: None }
    }
}

fn waiting(ends: &CancellationToken) -> Gone {
    Box::pin(ends.clone().cancelled_owned())
}

/// A body that ends with its reader's token; one that would have an end of its own is broken off.
struct UntilGone {
    body: Body,
    gone: Gone,
    endless: bool,
    ended: bool,
}

impl http_body::Body for UntilGone {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        if self.gone.as_mut().poll(cx).is_ready() {
            self.ended = true;
            let broken_off = || Err(axum::Error::new("the token of this stream has ended"));
            return Poll::Ready((!self.endless).then(broken_off));
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
