use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::RootCertStore;

use crate::tls::machine_roots;

/// TLS that trusts whom the machine trusts.
pub(super) fn connector() -> TlsConnector {
    let roots = machine_roots();
    if roots.is_empty() {
        tracing::warn!(
            "the machine trusts no certificate authority: no webhook can be sent (install ca-certificates)"
        );
    }
    trusting(roots)
}

/// TLS that trusts `roots`.
pub(super) fn trusting(roots: RootCertStore) -> TlsConnector {
    TlsConnector::from(Arc::new(crate::tls::trusting(roots)))
}
