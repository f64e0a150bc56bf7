//! Certificates of a Redis whose address begins with `rediss://`.

use redis::{Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, TlsCertificates};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::Error;
use crate::config::RedisTlsConfig;

/// Files that are named; none where the machine's authorities are trusted and no certificate is shown.
pub(super) fn read(config: &RedisTlsConfig) -> Result<Option<TlsCertificates>, Error> {
    let root_cert = pem("redis.tls.ca_file", &config.ca_file, holds_certificates)?;
    let certificate = pem("redis.tls.certificate_file", &config.certificate_file, holds_certificates)?;
    let key = pem("redis.tls.key_file", &config.key_file, holds_a_key)?;
    let client_tls =
        certificate.zip(key).map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key });
    let named = root_cert.is_some() || client_tls.is_some();
    Ok(named.then_some(TlsCertificates { client_tls, root_cert }))
}

/// The same address, with these certificates.
pub(super) fn with(info: ConnectionInfo, named: Option<&TlsCertificates>) -> Result<ConnectionInfo, Error> {
    match named {
        Some(named) if matches!(info.addr(), ConnectionAddr::TcpTls { .. }) => {
            Client::build_with_tls(info, named.clone())
                .map(|client| client.get_connection_info().clone())
                .map_err(|error| Error::access(format!("`redis.tls` cannot be used: {error}")))
        }
        _ => Ok(info),
    }
}

fn pem(setting: &str, file: &str, holds: fn(&[u8]) -> Result<(), String>) -> Result<Option<Vec<u8>>, Error> {
    if file.is_empty() {
        return Ok(None);
    }
    let read = std::fs::read(file).map_err(|error| error.to_string());
    read.and_then(|pem| holds(&pem).map(|()| Some(pem)))
        .map_err(|why| Error::access(format!("`{setting}` {file} cannot be used: {why}")))
}

fn holds_certificates(pem: &[u8]) -> Result<(), String> {
    let found = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    match found.map_err(|error| error.to_string())?.len() {
        0 => Err("it holds no certificate in PEM".to_owned()),
        _ => Ok(()),
    }
}

fn holds_a_key(pem: &[u8]) -> Result<(), String> {
    // The error of the parser could quote the key.
    PrivateKeyDer::from_pem_slice(pem).map(drop).map_err(|_| "it holds no private key in PEM".to_owned())
}
