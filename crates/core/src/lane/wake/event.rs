use std::sync::Arc;

use bytes::Bytes;

/// What the subscriber has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Somebody published to a channel of ours.
    Message {
        /// The channel, as it was subscribed to.
        channel: Arc<str>,
        /// What was published.
        payload: Bytes,
    },
    /// A subscription asked for has taken effect: what was published before is
    /// not heard, so look once more.
    Listening {
        /// The channel, as it was subscribed to.
        channel: Arc<str>,
    },
    /// The subscriber was away and is back: messages may have been missed on
    /// any channel. A receiver that lagged (`RecvError::Lagged`) is in the same
    /// position.
    Gap,
}
