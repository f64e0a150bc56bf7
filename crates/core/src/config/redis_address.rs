//! What an address of Redis says besides where it is.

use ::redis::{ConnectionAddr, IntoConnectionInfo};

use super::Invalid;

/// Characters that a user of Redis may have here, besides letters and digits: none that a file of users, a settings
/// file of Redis or a shell reads in a way of its own.
const MARKS: &str = "-_.@:";
/// Longest name of a user.
const MAX_USER_BYTES: usize = 128;

/// What an address names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    pub(super) user: bool,
    pub(super) password: bool,
    pub(super) tls: bool,
    /// It asks to believe any certificate.
    pub(super) insecure: bool,
}

impl Named {
    /// None for what is no address.
    pub(super) fn read(url: &str) -> Option<Self> {
        let info = url.into_connection_info().ok()?;
        let redis = info.redis_settings();
        let (tls, insecure) = match info.addr() {
            ConnectionAddr::TcpTls { insecure, .. } => (true, *insecure),
            _ => (false, false),
        };
        Some(Self { user: redis.username().is_some(), password: redis.password().is_some(), tls, insecure })
    }
}

/// Refuses a name of a user that Redis or a shell could read as something else.
///
/// # Errors
///
/// [`Invalid`] naming `key` and what it may be made of.
pub fn check_user(key: &str, name: &str) -> Result<(), Invalid> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || MARKS.contains(c);
    if !name.is_empty() && name.len() <= MAX_USER_BYTES && name.chars().all(allowed) {
        return Ok(());
    }
    Err(Invalid::new(key, format!("must be 1 to {MAX_USER_BYTES} of A-Z a-z 0-9 {MARKS}")))
}
