use super::ServeError;
use crate::config::{ServerConfig, Settings};

/// As [`check`], before anything is started, where no token can be kept in Redis: it is a private one yet to be made.
///
/// # Errors
/// [`ServeError::Open`].
pub(super) fn check_early(settings: &Settings) -> Result<(), ServeError> {
    let held = std::fs::read_dir(&settings.server.data_dir).is_ok_and(|mut entries| entries.next().is_some());
    if held || settings.redis.private().is_none() {
        return Ok(());
    }
    check(&settings.server, settings.auth.required || !settings.auth.tokens.is_empty())
}

/// Where nobody has to show a token, nobody but this machine may reach the service.
///
/// # Errors
/// [`ServeError::Open`].
pub(super) fn check(config: &ServerConfig, asks_for_tokens: bool) -> Result<(), ServeError> {
    if asks_for_tokens || config.insecure_no_auth || config.listen.is_loopback() {
        return Ok(());
    }
    Err(ServeError::Open { address: config.listen.address() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Listen;

    fn on(address: &str) -> ServerConfig {
        ServerConfig { listen: Listen::try_from(address.to_owned()).unwrap(), ..ServerConfig::default() }
    }

    #[test]
    fn an_address_that_others_can_reach_needs_a_token_or_an_explicit_word() {
        for address in ["0.0.0.0:8700", "[::]:8700", "10.0.0.1:8700"] {
            let message = check(&on(address), false).unwrap_err().to_string();
            for word in ["server.listen", "waggle token new", "--insecure-no-auth", address] {
                assert!(message.contains(word), "{message}");
            }
            assert_eq!(message.lines().count(), 1);
            check(&on(address), true).unwrap();
            check(&ServerConfig { insecure_no_auth: true, ..on(address) }, false).unwrap();
        }
        for address in ["127.0.0.1:0", "127.9.9.9:1", "[::1]:8700", "localhost:8700"] {
            check(&on(address), false).unwrap();
        }
    }
}
