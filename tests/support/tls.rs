//! Certificates: an authority of a test's own, what it signs, and clients that trust nobody else.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair, SanType,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ALL_VERSIONS, ClientConfig, RootCertStore, SupportedProtocolVersion};

/// Who signs certificates.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, in PEM.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// What a client's certificate says of its owner.
#[derive(Debug, Clone, Copy)]
pub enum Named<'a> {
    /// Names of machines.
    Machines(&'a [&'a str]),
    /// An URI, after a machine.
    Uri(&'a str),
    /// The common name alone.
    Common(&'a str),
}

impl Authority {
    /// A new one, which nobody trusts.
    ///
    /// # Panics
    /// When the machine has no random bits.
    #[expect(clippy::new_without_default, reason = "no two are alike")]
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name = common_name("an authority of the tests");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate of a service on loopback.
    pub fn service(&self) -> Pair {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.subject_alt_names.push(SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)));
        self.sign(&params)
    }

    /// A certificate of a client.
    pub fn client(&self, named: Named<'_>) -> Pair {
        self.sign(&params(named))
    }

    /// The same, which ends after `time`, a second more or less.
    pub fn client_until(&self, named: Named<'_>, time: Duration) -> Pair {
        let mut params = params(named);
        params.not_after = (SystemTime::now() + time).into();
        self.sign(&params)
    }

    /// A client that trusts it.
    pub fn trusted(&self) -> Arc<ClientConfig> {
        Arc::new(self.trusted_with(ALL_VERSIONS))
    }

    /// A client that trusts it and speaks these versions.
    pub fn trusted_with(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        trusting(roots, versions, None)
    }

    /// A client that trusts it and shows a certificate.
    pub fn showing(&self, pair: &Pair) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        Arc::new(trusting(roots, ALL_VERSIONS, Some(pair)))
    }

    fn sign(&self, params: &CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// An HTTP client: each one is given its TLS, or it would look for certificates of the machine.
pub fn http_client(tls: Option<&ClientConfig>) -> reqwest::ClientBuilder {
    let tls = tls.cloned().unwrap_or_else(|| trusting(RootCertStore::empty(), ALL_VERSIONS, None));
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls)
}

/// A connection over TLS to `HOST:PORT`.
///
/// # Errors
/// When the handshake fails. With TLS 1.3 a client learns that it was refused when it first reads.
pub async fn secure(address: &str, config: Arc<ClientConfig>) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    TlsConnector::from(config).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

fn trusting(
    roots: RootCertStore,
    versions: &[&'static SupportedProtocolVersion],
    shown: Option<&Pair>,
) -> ClientConfig {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    match shown {
        None => builder.with_no_client_auth(),
        Some(pair) => {
            let chain = CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap();
            let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
            builder.with_client_auth_cert(vec![chain], key).unwrap()
        }
    }
}

fn params(named: Named<'_>) -> CertificateParams {
    let machines: &[&str] = match named {
        Named::Machines(names) => names,
        Named::Uri(_) => &["machine.of.a.test"],
        Named::Common(_) => &[],
    };
    let mut params =
        CertificateParams::new(machines.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name = common_name("somebody");
    match named {
        Named::Uri(uri) => params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap())),
        Named::Common(name) => params.distinguished_name = common_name(name),
        Named::Machines(_) => {}
    }
    params
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}
