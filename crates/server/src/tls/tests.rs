use std::path::{Path, PathBuf};

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SanType};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;

use super::reloader::{Eye, Seen};
use super::{ClientFiles, Tls, peer};
use crate::config::{ClientCertificates, TlsConfig};

struct Files {
    directory: TempDir,
    config: TlsConfig,
}

/// A certificate of `localhost` and its key.
fn pair() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

impl Files {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str| directory.path().join(name);
        let config = TlsConfig {
            certificate_file: file("certificate"),
            key_file: file("key"),
            ..TlsConfig::default()
        };
        let files = Self { directory, config };
        files.put(&pair());
        files
    }

    fn put(&self, (certificate, key): &(String, String)) {
        std::fs::write(&self.config.certificate_file, certificate).unwrap();
        std::fs::write(&self.config.key_file, key).unwrap();
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn asking(&self, ca: &Path) -> TlsConfig {
        let client_certificates = ClientCertificates::Required;
        TlsConfig { client_certificates, client_ca_file: ca.to_owned(), ..self.config.clone() }
    }
}

#[test]
fn a_file_that_cannot_be_used_is_named_by_its_setting_and_nothing_of_it_is_told() {
    let files = Files::new();
    assert!(Tls::load(&files.config).unwrap().is_some());
    assert!(Tls::load(&TlsConfig::default()).unwrap().is_none());
    let (other, _) = pair();
    let (_, key) = pair();
    let cut = files.file("cut", &key[..90]);
    let passphrase = files.file("locked", &key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"));
    let garbage = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", "QUJD".repeat(9));
    let garbage = files.file("garbage", &garbage);
    let (other, another_key) = (files.file("other", &other), files.file("another", &key));
    let large = files.file("large", &"x".repeat(2 << 20));
    let with_key = |key_file: &Path| TlsConfig { key_file: key_file.to_owned(), ..files.config.clone() };
    let with = |file: &Path| TlsConfig { certificate_file: file.to_owned(), ..files.config.clone() };
    for (config, setting, word) in [
        (with_key(Path::new("/no/such/file")), "key_file", "cannot be read"),
        (with_key(files.directory.path()), "key_file", "cannot be read"),
        (with_key(&cut), "key_file", "without a private key"),
        (with_key(&passphrase), "key_file", "passphrase"),
        (with_key(&files.config.certificate_file), "key_file", "without a private key"),
        (with_key(&another_key), "key_file", "another key"),
        (with_key(&large), "key_file", "bytes"),
        (with(&files.config.key_file), "certificate_file", "without a certificate"),
        (with(&garbage), "certificate_file", "cannot be understood"),
        (with(&other), "key_file", "another key"),
        (files.asking(Path::new("/no/such/file")), "client_ca_file", "cannot be read"),
        (files.asking(&another_key), "client_ca_file", "without a certificate"),
        (files.asking(&garbage), "client_ca_file", "cannot be an authority"),
    ] {
        let message = Tls::load(&config).unwrap_err().to_string();
        assert!(message.starts_with(&format!("setting `server.tls.{setting}` ")), "{message}");
        assert!(message.contains(word) && message.lines().count() == 1, "{message}");
        assert!(!message.contains(key.lines().nth(1).unwrap()) && !message.contains("/no/such"), "{message}");
    }
}

#[test]
fn what_is_put_in_the_place_of_a_certificate_is_looked_at_once() {
    let files = Files::new();
    let tls = Tls::load(&files.config).unwrap().unwrap();
    let shown = |tls: &Tls| tls.loaded().certificate.clone();
    let mut eye = Eye::new(tls.clone());
    assert_eq!(eye.run_once(), Seen::Nothing);
    let (before, first) = (std::fs::read_to_string(&files.config.certificate_file).unwrap(), shown(&tls));
    let key = std::fs::read_to_string(&files.config.key_file).unwrap();
    files.put(&pair());
    assert_eq!(eye.run_once(), Seen::Renewed);
    assert_ne!(shown(&tls), first);
    let second = shown(&tls);
    // Half of what is new.
    std::fs::write(&files.config.certificate_file, &before).unwrap();
    assert!(matches!(eye.run_once(), Seen::Unusable(_)));
    assert_eq!((eye.run_once(), shown(&tls)), (Seen::Nothing, second.clone()));
    std::fs::write(&files.config.key_file, &key).unwrap();
    assert_eq!((eye.run_once(), shown(&tls)), (Seen::Renewed, first.clone()));
    std::fs::remove_file(&files.config.key_file).unwrap();
    assert!(matches!(eye.run_once(), Seen::Unusable(_)));
    assert_eq!(eye.run_once(), Seen::Nothing);
    // What is used already is no news.
    std::fs::write(&files.config.key_file, &key).unwrap();
    assert_eq!((eye.run_once(), shown(&tls)), (Seen::Nothing, first));
}

#[test]
fn a_certificate_stands_for_one_name() {
    let certified = |names: &[SanType], common: &str| {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = names.to_vec();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        format!("{:?}", peer::certified(certificate.der()).unwrap())
    };
    let machine = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let uri = |uri: &str| SanType::URI(uri.try_into().unwrap());
    for (names, name) in [
        (vec![machine("first"), machine("second")], "Some(\"first\")"),
        (vec![machine("first"), uri("urn:waggle:token:ci_7")], "Some(\"ci_7\")"),
        (vec![uri("urn:waggle:token:a"), uri("urn:waggle:token:b")], "Some(\"a\")"),
        (vec![uri("https://example.com"), machine("first")], "Some(\"first\")"),
        (vec![uri("urn:waggle:token:"), machine("first")], "None"),
        (vec![machine("*.example.com"), machine("first")], "None"),
        (vec![uri("https://example.com")], "Some(\"common\")"),
        (vec![], "Some(\"common\")"),
    ] {
        let said = certified(&names, "common");
        assert!(said.contains(&format!("name: {name}")), "{names:?}: {said}");
    }
    assert!(certified(&[], "no name").contains("name: None"));
    assert!(peer::certified(&CertificateDer::from(vec![0x30, 0x03, 1, 2, 3])).is_none());
}

#[test]
fn a_file_of_a_client_that_cannot_be_used_is_named_by_its_flag() {
    let files = Files::new();
    let (certificate, key) = (files.config.certificate_file.as_path(), files.config.key_file.as_path());
    let other = files.file("other", &pair().1);
    let good = ClientFiles { ca: Some(certificate), certificate: Some(certificate), key: Some(key) };
    good.load().unwrap();
    for (files, flag) in [
        (ClientFiles { ca: Some(key), ..good }, "--ca-file"),
        (ClientFiles { certificate: None, ..good }, "--client-cert"),
        (ClientFiles { certificate: Some(key), ..good }, "--client-cert"),
        (ClientFiles { key: None, ..good }, "--client-key"),
        (ClientFiles { key: Some(certificate), ..good }, "--client-key"),
        (ClientFiles { key: Some(&other), ..good }, "--client-key"),
    ] {
        let message = files.load().unwrap_err().to_string();
        assert!(message.starts_with(&format!("{flag} ")), "{message}");
    }
}
