//! Sentences about a Redis that lets nobody in, or not this one.

use redis::RedisError;

/// Prints what a user has to be allowed.
const HINT: &str = "`waggle redis-acl` prints the user that the service needs";
/// Where a user and a password are set.
const NAMED: &str = "`redis.username` and `redis.password_file`, or those in `redis.url`";

/// For an error reply that refuses whoever asks; Redis's own words name no password.
pub(super) fn sentence(code: &str, detail: &str) -> String {
    let said = format!("{code} {detail}");
    let said = said.trim_end().trim_end_matches('.');
    match code {
        "NOAUTH" => format!("it asks for a password; set {NAMED} ({said})"),
        "WRONGPASS" => format!("it knows no such user and password; look at {NAMED} ({said})"),
        "DENIED" => format!("it lets in nobody from elsewhere without a password; set {NAMED} (DENIED)"),
        _ => format!("its user may not do what is needed ({said}); {HINT}"),
    }
}

/// For a connection that could not be made because somebody was not trusted; none for any other reason.
pub(super) fn connecting(error: &RedisError) -> Option<String> {
    let text = error.to_string();
    for code in ["NOAUTH", "WRONGPASS", "NOPERM", "DENIED"] {
        if error.code() == Some(code) {
            return Some(sentence(code, error.detail().unwrap_or_default()));
        }
    }
    // Only the first words of the library's own error tell that it was `SELECT`.
    if text.contains("refused to switch database") && text.contains("no permissions") {
        return Some(sentence("NOPERM", error.detail().unwrap_or_default()));
    }
    certificate(&text)
}

/// What rustls says where a certificate is not accepted.
fn certificate(text: &str) -> Option<String> {
    if text.contains("Unable to build client with TLS") {
        let remedy =
            "the key in `redis.tls.key_file` is not that of the certificate in `redis.tls.certificate_file`";
        return Some(remedy.to_owned());
    }
    let (_, reason) = text.split_once("invalid peer certificate: ").or_else(|| {
        let alert = "received fatal alert: ";
        text.split_once(alert)
            .filter(|(_, reason)| reason.contains("ertificate") || reason.contains("UnknownCA"))
    })?;
    let reason = reason.lines().next().unwrap_or_default();
    let remedy = if text.contains("received fatal alert") {
        "it does not accept the service's certificate; look at `redis.tls.certificate_file` and `redis.tls.key_file`"
    } else {
        "its certificate is not trusted; name the authority that signed it in `redis.tls.ca_file`, and the host that \
         it is for in the address"
    };
    Some(format!("{remedy} ({reason})"))
}
