use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest as _, Sha256};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::server::danger::ClientCertVerifier;
use tokio_rustls::rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use tokio_rustls::rustls::{Error, ServerConfig, version};

use super::{TlsError, files, peer};
use crate::config::{ClientCertificates, TlsConfig};

const CERTIFICATE: &str = "setting `server.tls.certificate_file`";
const KEY: &str = "setting `server.tls.key_file`";
const CLIENT_CA: &str = "setting `server.tls.client_ca_file`";

/// What the files held at a moment.
pub(super) struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
    client_ca: Option<Vec<u8>>,
}

/// What the files said when they were taken over.
pub(super) struct Loaded {
    pub(super) config: Arc<ServerConfig>,
    /// The first of the chain.
    pub(super) certificate: CertificateDer<'static>,
    /// When that ends.
    pub(super) ends: SystemTime,
    pub(super) digest: [u8; 32],
}

impl Pem {
    pub(super) fn read(from: &TlsConfig) -> Result<Self, TlsError> {
        let read = |setting, path| files::read(path).map_err(|problem| TlsError::new(setting, problem));
        let is_asked = from.client_certificates != ClientCertificates::Off;
        Ok(Self {
            certificate: read(CERTIFICATE, &from.certificate_file)?,
            key: read(KEY, &from.key_file)?,
            client_ca: is_asked.then(|| read(CLIENT_CA, &from.client_ca_file)).transpose()?,
        })
    }

    /// Stands for the content, so that nobody has to keep the key for a comparison.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        for part in [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref()].into_iter().flatten()
        {
            digest.update(part.len().to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    /// What connections are accepted with.
    ///
    /// # Errors
    /// What of it cannot work.
    pub(super) fn load(&self, asked: ClientCertificates) -> Result<Loaded, TlsError> {
        let chain = files::certificates(&self.certificate).map_err(|e| TlsError::new(CERTIFICATE, e))?;
        let key = files::key(&self.key).map_err(|problem| TlsError::new(KEY, problem))?;
        let certificate = chain[0].clone();
        let ends = peer::end(&certificate).ok_or_else(|| {
            TlsError::new(CERTIFICATE, "names a file whose first certificate cannot be understood")
        })?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&version::TLS13, &version::TLS12])
            .expect("the provider has cipher suites of both versions")
            .with_client_cert_verifier(self.verifier(asked)?);
        let mut config = builder.with_single_cert(chain, key).map_err(|error| unusable(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        if asked != ClientCertificates::Off {
            // A session that is resumed is not verified again: then a certificate that has ended, or whose authority
            // is not trusted any more, would go on.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(Loaded { config: Arc::new(config), certificate, ends, digest: self.digest() })
    }

    fn verifier(&self, asked: ClientCertificates) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
        let Some(pem) = self.client_ca.as_ref().filter(|_| asked != ClientCertificates::Off) else {
            return Ok(WebPkiClientVerifier::no_client_auth());
        };
        let roots = files::authorities(pem).map_err(|problem| TlsError::new(CLIENT_CA, problem))?;
        let provider = Arc::new(ring::default_provider());
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let builder =
            if asked == ClientCertificates::Optional { builder.allow_unauthenticated() } else { builder };
        let problem = |error| format!("names authorities that cannot be used: {error}");
        builder.build().map_err(|error| TlsError::new(CLIENT_CA, problem(error)))
    }
}

impl Loaded {
    /// When the certificate ends, as a log says it.
    pub(super) fn ends_text(&self) -> String {
        let seconds = self.ends.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let ends = i64::try_from(seconds).ok().and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        ends.map(|ends| ends.to_string()).unwrap_or_default()
    }
}

fn unusable(error: &Error) -> TlsError {
    match error {
        Error::InconsistentKeys(_) => {
            TlsError::new(KEY, "names a file with another key than that of `server.tls.certificate_file`")
        }
        Error::InvalidCertificate(_) => TlsError::new(
            CERTIFICATE,
            format!("names a file with a certificate that cannot be used: {error}"),
        ),
        _ => TlsError::new(KEY, "names a file with a key that cannot be used: RSA, ECDSA and Ed25519 can be"),
    }
}
