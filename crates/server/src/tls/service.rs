use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{Accept, TlsAcceptor};

use super::loaded::{Loaded, Pem};
use super::{TlsError, own, peer};
use crate::auth::Certified;
use crate::config::{ClientCertificates, TlsConfig};

/// What the service shows to new connections, and asks them for. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Tls(Arc<Inner>);

struct Inner {
    config: TlsConfig,
    loaded: ArcSwap<Loaded>,
}

impl Tls {
    /// Reads the files, where the settings name some.
    ///
    /// # Errors
    /// [`TlsError`], for the first file that cannot be used.
    pub(crate) fn load(config: &TlsConfig) -> Result<Option<Self>, TlsError> {
        if !config.is_on() {
            return Ok(None);
        }
        let loaded = Pem::read(config)?.load(config.client_certificates)?;
        Ok(Some(Self(Arc::new(Inner { config: config.clone(), loaded: ArcSwap::from_pointee(loaded) }))))
    }

    /// Begins a connection with the certificate that is there now.
    pub(crate) fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> Accept<S> {
        TlsAcceptor::from(Arc::clone(&self.loaded().config)).accept(stream)
    }

    /// Whom the other side of a connection has shown to be.
    pub(crate) fn certified<S>(stream: &TlsStream<S>) -> Option<Certified> {
        stream.get_ref().1.peer_certificates()?.first().and_then(peer::certified)
    }

    /// With which the service calls itself, whatever names its certificate has.
    ///
    /// # Errors
    /// Where it asks for certificates: it has none that would be let in.
    pub(crate) fn own_client(&self) -> Result<ClientConfig, &'static str> {
        if self.0.config.client_certificates == ClientCertificates::Required {
            return Err("this service asks its clients for certificates and has none to show itself: \
                        use `waggle validate` with `--client-cert`");
        }
        Ok(own::client(self.clone()))
    }

    pub(super) fn config(&self) -> &TlsConfig {
        &self.0.config
    }

    pub(super) fn loaded(&self) -> arc_swap::Guard<Arc<Loaded>> {
        self.0.loaded.load()
    }

    pub(super) fn replace(&self, loaded: Loaded) {
        self.0.loaded.store(Arc::new(loaded));
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}
