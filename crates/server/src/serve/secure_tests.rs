use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum_server::accept::Accept as _;
use rcgen::{CertificateParams, KeyPair};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::ServerName;

use super::gate::Gate;
use crate::clients::InFlight;
use crate::config::{ServerConfig, TlsConfig};
use crate::tls::{Tls, trusting};

/// Longer than anything that is waited for here.
const PATIENCE: Duration = Duration::from_secs(20);
const WRITE: Duration = Duration::from_millis(500);

/// What was written is encrypted and kept until the socket takes it: the deadline of a write holds there as well.
#[tokio::test]
async fn what_waits_to_be_sent_over_tls_is_given_up_when_nobody_reads_it() {
    let files = tempfile::tempdir().unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (certificate_file, key_file) = (files.path().join("certificate"), files.path().join("key"));
    std::fs::write(&certificate_file, certificate.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let tls = Tls::load(&TlsConfig { certificate_file, key_file, ..TlsConfig::default() }).unwrap().unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let config = ServerConfig { write_timeout_ms: 500, ..ServerConfig::default() };
    let accepted =
        Gate::new(&config, Some(tls), InFlight::new(&config)).accept(listener.accept().await.unwrap().0, ());
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let connector = TlsConnector::from(Arc::new(trusting(roots)));
    let name = ServerName::try_from("localhost").unwrap();
    let (secured, client) = tokio::join!(accepted, connector.connect(name, client));
    let ((mut connection, _), _client) = (secured.unwrap(), client.unwrap());

    let mut last = Instant::now();
    let sending = async {
        loop {
            // Smaller than what is kept: it is never the write that waits.
            connection.write_all(&[0; 1_024]).await?;
            connection.flush().await?;
            last = Instant::now();
        }
    };
    let ended: io::Result<()> = timeout(PATIENCE, sending).await.expect("it is given up in time");
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert!(last.elapsed() >= WRITE, "{:?}", last.elapsed());
}
