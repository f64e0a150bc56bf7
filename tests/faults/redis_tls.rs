//! A Redis behind TLS: who is trusted, by whom, and what is said where somebody is not.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use serde_json::json;
use waggle_tests::{Cluster, Ended, RedisServer, Service, Setup, in_a_swarm_of, new_dir, task};

const ANY_PORT: &str = "127.0.0.1:0";
/// Where the servers are.
const HOST: &str = "127.0.0.1";

/// Files of an authority and of somebody whom it knows.
struct Certificates {
    directory: PathBuf,
}

static CERTIFICATES: LazyLock<Certificates> = LazyLock::new(|| Certificates::of(HOST));

impl Certificates {
    fn of(host: &str) -> Self {
        let made = Self { directory: new_dir("certificates") };
        let (authority_key, key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "somebody who is trusted");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        made.write("ca.pem", "CERTIFICATE", authority.self_signed(&authority_key).unwrap().der());
        let certificate = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
        made.write("cert.pem", "CERTIFICATE", certificate.der());
        made.write("key.pem", "PRIVATE KEY", &key.serialize_der());
        made
    }

    fn write(&self, name: &str, what: &str, der: &[u8]) {
        let text = STANDARD.encode(der);
        let pem = format!("-----BEGIN {what}-----\n{text}\n-----END {what}-----\n");
        std::fs::write(self.directory.join(name), pem).unwrap();
    }

    fn file(&self, name: &str) -> String {
        self.directory.join(name).display().to_string()
    }

    /// A Redis with the certificate; `clients` is `yes` where it asks clients for one.
    fn redis(&self, clients: &str) -> RedisServer {
        let files = self.flags();
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        RedisServer::encrypted(&[&files[..], &["--tls-auth-clients", clients]].concat())
    }

    fn flags(&self) -> [String; 6] {
        let flag = |name: &str| format!("--tls-{name}-file");
        let (certificate, key, ca) = (self.file("cert.pem"), self.file("key.pem"), self.file("ca.pem"));
        [flag("cert"), certificate, flag("key"), key, flag("ca-cert"), ca]
    }
}

fn through(redis: &RedisServer, scheme: &str) -> Setup {
    Setup::through(redis, &format!("{scheme}://{HOST}:{}", redis.port().unwrap()))
}

fn trusting(setup: Setup, ca_file: &str) -> Setup {
    setup.set("WAGGLE_REDIS__TLS__CA_FILE", ca_file)
}

fn showing(setup: Setup, certificate: &str, key: &str) -> Setup {
    setup.set("WAGGLE_REDIS__TLS__CERTIFICATE_FILE", certificate).set("WAGGLE_REDIS__TLS__KEY_FILE", key)
}

/// The one line with which a service refuses to start, which says all of `words`.
#[track_caller]
fn refusal(setup: Setup, words: &[&str]) {
    let Err(Ended { status, stderr }) = Service::try_start(setup, ANY_PORT) else { panic!("it starts") };
    assert_eq!(status.code(), Some(2), "{stderr}");
    let line = stderr.lines().find(|line| line.starts_with("waggle: ")).unwrap_or_default();
    for word in words.iter().chain(&["redis.url"]) {
        assert!(line.contains(word), "says nothing of {word}: {stderr}");
    }
}

#[test]
fn every_lane_reaches_a_redis_that_speaks_tls_only() {
    let all = &*CERTIFICATES;
    let redis = all.redis("no");
    let setup = trusting(through(&redis, "rediss"), &all.file("ca.pem"));
    in_a_swarm_of(&Service::start(setup), async |w| {
        // A waiting claim is woken by the subscriber; the report asks over the pool.
        let claim = async { w.claim_one("a").await };
        let (held, _) = tokio::join!(claim, w.submit(task()));
        w.complete(&held, json!("done")).await.ok();
        assert_eq!(w.status(&held.id).await, "completed");
        w.client().get("/perf/report").send().await.ok();
        let clients: String = redis.query("CLIENT LIST");
        let own = clients.lines().filter(|line| line.contains("user=waggle"));
        assert!(own.clone().count() >= 3, "hot, pool and wake-ups: {clients}");
        assert!(own.clone().all(|line| line.contains("laddr=127.0.0.1:")), "none on the socket: {clients}");
    });
}

#[test]
fn a_redis_that_asks_for_a_certificate_is_shown_one() {
    let all = &*CERTIFICATES;
    let redis = all.redis("yes");
    let setup = || trusting(through(&redis, "rediss"), &all.file("ca.pem"));
    refusal(setup(), &["redis.tls.certificate_file", "redis.tls.key_file", "CertificateRequired"]);
    let shown = showing(setup(), &all.file("cert.pem"), &all.file("key.pem"));
    in_a_swarm_of(&Service::start(shown), async |w| drop(w.submit(task()).await));
}

/// Fault: redis-impostor
#[test]
fn a_certificate_that_nobody_knows_or_of_somebody_else_is_not_trusted() {
    let all = &*CERTIFICATES;
    let (redis, unknown, elsewhere) = (all.redis("no"), Certificates::of(HOST), Certificates::of("10.9.8.7"));
    let setup = || through(&redis, "rediss");
    refusal(setup(), &["not trusted", "redis.tls.ca_file"]);
    refusal(trusting(setup(), &unknown.file("ca.pem")), &["not trusted", "redis.tls.ca_file"]);
    let stranger = elsewhere.redis("no");
    refusal(trusting(through(&stranger, "rediss"), &elsewhere.file("ca.pem")), &["not trusted", "10.9.8.7"]);
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let all = &*CERTIFICATES;
    let redis = all.redis("no");
    let setup = || trusting(through(&redis, "rediss"), &all.file("ca.pem"));
    let (certificate, key) = (all.file("cert.pem"), all.file("key.pem"));
    refusal(trusting(setup(), "/no/such.pem"), &["redis.tls.ca_file", "/no/such.pem"]);
    refusal(trusting(setup(), &key), &["redis.tls.ca_file", "no certificate"]);
    refusal(showing(setup(), &key, &key), &["redis.tls.certificate_file", "no certificate"]);
    refusal(showing(setup(), &certificate, &certificate), &["redis.tls.key_file", "no private key"]);
    let other = Certificates::of(HOST);
    refusal(
        showing(setup(), &certificate, &other.file("key.pem")),
        &["redis.tls.key_file", "redis.tls.certificate_file"],
    );
}

#[test]
fn one_side_that_speaks_tls_to_one_that_does_not_is_told() {
    let all = &*CERTIFICATES;
    refusal(through(&all.redis("no"), "redis"), &["rediss://"]);
    let plain = RedisServer::on_a_port();
    refusal(trusting(through(&plain, "rediss"), &all.file("ca.pem")), &["`redis://`"]);
}

#[test]
fn a_cluster_that_speaks_tls_only_works_as_well() {
    let all = &*CERTIFICATES;
    let flags = all.flags();
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let cluster = Arc::new(Cluster::encrypted(&[&flags[..], &["--tls-auth-clients", "yes"]].concat()));
    let urls = cluster.urls().join(",").replace("redis://", "rediss://");
    let setup = trusting(Setup::cluster(&cluster).set("WAGGLE_REDIS__URLS", &urls), &all.file("ca.pem"));
    let service = Service::start(showing(setup, &all.file("cert.pem"), &all.file("key.pem")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Without an audit, which would have to speak TLS.
    runtime.block_on(async {
        for swarm in ["one", "two", "three", "four"] {
            service.client().put(&format!("/v1/swarms/{swarm}")).send().await.expect(201);
            let tasks = format!("/v1/swarms/{swarm}/tasks");
            service.client().post(&tasks).json(json!({})).send().await.expect(201);
        }
        assert_eq!(service.client().get("/health/ready").send().await.status, 200);
        service.client().get("/perf/report").send().await.ok();
    });
}
