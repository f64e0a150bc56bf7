//! What a certificate says.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_rustls::rustls::pki_types::CertificateDer;
use waggle_task_queue::model::Stamp;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

use crate::auth::Certified;

/// The names of tokens as URIs: for those that cannot be names of machines.
const URN: &str = "urn:waggle:token:";

/// Whom a client's certificate, which was verified, stands for; nobody where it cannot be understood.
pub(super) fn certified(certificate: &CertificateDer<'_>) -> Option<Certified> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let ends = Stamp(parsed.validity().not_after.timestamp().saturating_mul(1_000));
    Some(Certified::new(name(&parsed).and_then(|name| name.parse().ok()), ends))
}

/// When a certificate ends, as far as that is after 1970.
pub(super) fn end(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
    let seconds = u64::try_from(parsed.validity().not_after.timestamp()).unwrap_or_default();
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// One name and not several, so that taking one token away never leads to another one: the first URI that is the name
/// of a token, else the first name of a machine, else, in a certificate without either, the common name.
fn name<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a str> {
    let alternatives = certificate.subject_alternative_name().ok()?;
    let names = alternatives.map_or(&[][..], |names| &names.value.general_names);
    let urn = names.iter().find_map(|name| match name {
        GeneralName::URI(uri) => uri.strip_prefix(URN),
        _ => None,
    });
    let machine = || {
        names.iter().find_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        })
    };
    let common = || certificate.subject().iter_common_name().next()?.as_str().ok();
    urn.or_else(machine).or_else(common)
}
