use std::path::Path;
use std::sync::Arc;

use tokio_rustls::rustls::client::WantsClientCert;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};

use super::{TlsError, files};

/// Files that a client was given.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ClientFiles<'a> {
    /// Authorities that are trusted besides those of the machine.
    pub(crate) ca: Option<&'a Path>,
    /// Its own certificate, and those between it and its authority.
    pub(crate) certificate: Option<&'a Path>,
    /// The key of that.
    pub(crate) key: Option<&'a Path>,
}

/// A client of HTTP. Each one is given its TLS here: one that is not would look for a provider that nobody installed,
/// and for the certificates of the machine, even where it never speaks TLS.
pub(crate) fn http_client(tls: ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder().tls_backend_preconfigured(tls)
}

/// For clients that speak plain HTTP: costs nothing, and no certificate is good enough for it.
pub(crate) fn trusting_nobody() -> ClientConfig {
    trusting(RootCertStore::empty())
}

/// TLS that trusts `roots`.
pub(crate) fn trusting(roots: RootCertStore) -> ClientConfig {
    with_roots(roots).with_no_client_auth()
}

/// Whom the machine trusts: an operator may have added an authority of their own.
pub(crate) fn machine_roots() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::debug!(%error, "certificates of the machine cannot be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}

impl ClientFiles<'_> {
    /// TLS that trusts whom the machine trusts and the authorities of the file, and shows the certificate.
    ///
    /// # Errors
    /// For the first file that cannot be used, named by its flag.
    pub(crate) fn load(self) -> Result<ClientConfig, TlsError> {
        let mut roots = machine_roots();
        if let Some(path) = self.ca {
            let found = files::read(path).and_then(|pem| files::authorities(&pem));
            let found = found.map_err(|problem| TlsError::new("--ca-file", problem))?;
            roots.extend(found.roots);
        }
        if roots.is_empty() {
            let problem =
                "is needed: this machine trusts no certificate authority (or install ca-certificates)";
            return Err(TlsError::new("--ca-file", problem));
        }
        let builder = with_roots(roots);
        let (Some(certificate), Some(key)) = (self.certificate, self.key) else {
            return match (self.certificate, self.key) {
                (Some(_), None) => Err(TlsError::new("--client-key", "is needed with `--client-cert`")),
                (None, Some(_)) => Err(TlsError::new("--client-cert", "is needed with `--client-key`")),
                _ => Ok(builder.with_no_client_auth()),
            };
        };
        let chain = files::read(certificate).and_then(|pem| files::certificates(&pem));
        let chain = chain.map_err(|problem| TlsError::new("--client-cert", problem))?;
        let key = files::read(key).and_then(|pem| files::key(&pem));
        let key = key.map_err(|problem| TlsError::new("--client-key", problem))?;
        let config = builder.with_client_auth_cert(chain, key);
        config.map_err(|_| {
            TlsError::new("--client-key", "names a file with another key than that of `--client-cert`")
        })
    }
}

pub(super) fn builder(provider: Arc<CryptoProvider>) -> ConfigBuilder<ClientConfig, WantsVerifier> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has the cipher suites of the default versions")
}

fn with_roots(roots: RootCertStore) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    builder(Arc::new(ring::default_provider())).with_root_certificates(roots)
}
