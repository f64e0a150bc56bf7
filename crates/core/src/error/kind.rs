use crate::codec::CodecError;

/// What a failed call did to the store.
///
/// Together with success these are the only three ways a call may end, told
/// apart in code, in the answer to a client and in every test history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Certainly not applied.
    Rejected,
    /// Sent, and no reply that says whether it was applied. A retry with the
    /// same idempotency key, claim id or fence does no harm.
    Unknown,
}

/// A call that did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Redis cannot take the call now, and has not taken it: connecting failed,
    /// the breaker is open, the backlog stayed full, or Redis said `LOADING`,
    /// `CLUSTERDOWN`, `MASTERDOWN`, `TRYAGAIN`, `READONLY` or `NOREPLICAS`.
    #[error("Redis is unavailable: {detail}")]
    Unavailable {
        /// What was tried and what came back; never a password.
        detail: String,
    },
    /// Redis does not know the service's user or password, does not allow what it sent, or one side does not trust the
    /// other's certificate. It has not taken the call, and nothing changes until somebody does something about it.
    #[error("no access to Redis: {detail}")]
    Access {
        /// What is missing and where it is set; never a password.
        detail: String,
    },
    /// Redis runs a script that takes too long, and has not taken the call.
    #[error("Redis is busy: {detail}")]
    Busy {
        /// What Redis said.
        detail: String,
    },
    /// Redis is at `maxmemory` and refused a call that may allocate.
    #[error("Redis is out of memory")]
    OutOfMemory,
    /// Redis cannot write its append-only file or snapshot and refuses writes.
    #[error("Redis cannot write to its disk")]
    Disk,
    /// The function itself said no, before it changed anything.
    #[error("refused with {code}: {detail}")]
    Refused {
        /// The function's error word, for example `LEASELOST`.
        code: String,
        /// The rest of the function's sentence; may be empty.
        detail: String,
    },
    /// Sent, then no reply: it timed out, or the connection was lost.
    #[error("the outcome is unknown: {detail}")]
    Unknown {
        /// How the reply was lost.
        detail: String,
    },
    /// A reply of an unexpected shape, or a function that failed while it ran.
    #[error("unexpected reply from Redis: {detail}")]
    Internal {
        /// What came back; for the log, not for a client.
        detail: String,
    },
    /// A stored value that cannot be decoded.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl Error {
    /// Whether the call was certainly not applied.
    ///
    /// A function that failed while it ran may have written before it failed:
    /// Redis does not roll back, so its outcome is unknown as well.
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Unavailable { .. }
            | Self::Access { .. }
            | Self::Busy { .. }
            | Self::OutOfMemory
            | Self::Disk
            | Self::Refused { .. } => Outcome::Rejected,
            Self::Unknown { .. } | Self::Internal { .. } | Self::Codec(_) => Outcome::Unknown,
        }
    }

    /// Whether the same call may succeed a little later.
    ///
    /// Says nothing about safety: where the [`outcome`](Self::outcome) is
    /// unknown, only an idempotent call may be repeated.
    pub const fn retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. }
            | Self::Access { .. }
            | Self::Busy { .. }
            | Self::OutOfMemory
            | Self::Disk
            | Self::Unknown { .. } => true,
            Self::Refused { .. } | Self::Internal { .. } | Self::Codec(_) => false,
        }
    }

    /// A word for metrics and logs, from a small fixed set.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "unavailable",
            Self::Access { .. } => "access",
            Self::Busy { .. } => "busy",
            Self::OutOfMemory => "out_of_memory",
            Self::Disk => "disk",
            Self::Refused { .. } => "refused",
            Self::Unknown { .. } => "unknown",
            Self::Internal { .. } | Self::Codec(_) => "internal",
        }
    }

    pub(crate) fn unavailable(detail: impl Into<String>) -> Self {
        Self::Unavailable { detail: detail.into() }
    }

    pub(crate) fn access(detail: impl Into<String>) -> Self {
        Self::Access { detail: detail.into() }
    }

    pub(crate) fn unknown(detail: impl Into<String>) -> Self {
        Self::Unknown { detail: detail.into() }
    }

    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::Internal { detail: detail.into() }
    }
}
