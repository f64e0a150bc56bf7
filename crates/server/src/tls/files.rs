use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// A file with more bytes holds something else.
const FILE_BYTES: u64 = 1 << 20;

/// All of a file; what is wrong with it reads on after its name.
///
/// # Errors
/// When it cannot be read, or is too large.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().map_err(|error| format!("names a file that cannot be read: {error}"))?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(format!("names a file of more than {FILE_BYTES} bytes"));
    }
    Ok(bytes)
}

/// The certificates of a file, in its order; at least one.
///
/// # Errors
/// When there is none.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err("names a file without a certificate in PEM (`-----BEGIN CERTIFICATE-----`)".to_owned()),
    }
}

/// The first key of a file.
///
/// # Errors
/// When there is none; nothing of what is there instead is told.
pub(super) fn key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem).map_err(|_| {
        "names a file without a private key in PEM (`-----BEGIN PRIVATE KEY-----`); one with a passphrase cannot be used"
            .to_owned()
    })
}

/// Authorities that are trusted.
///
/// # Errors
/// When there is none, or one of them is no certificate.
pub(super) fn authorities(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(pem)? {
        let added = roots.add(certificate);
        added.map_err(|error| {
            format!("names a file with a certificate that cannot be an authority: {error}")
        })?;
    }
    Ok(roots)
}
