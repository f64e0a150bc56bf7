use std::time::Duration;

use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use waggle_tests::{Authority, PATIENCE, Pair, Service, Setup, in_a_swarm_of, task, until};

use super::support::Secure;

/// Between two looks at the files.
const LOOK: Duration = Duration::from_millis(100);
/// So many without a word are enough.
const QUIET: usize = 10;

fn der(pair: &Pair) -> Vec<u8> {
    CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap().to_vec()
}

#[test]
fn a_certificate_that_is_replaced_is_shown_to_new_connections_and_old_ones_live_on() {
    let authority = Authority::new();
    in_a_swarm_of(&Service::start(Setup::private().with_tls(&authority)), async |w| {
        let (service, trusted) = (w.service(), authority.trusted());
        let mut old = Secure::connect(&service.address(), &trusted).await;
        assert_eq!(old.get("/health/live", "").await, 200);
        for _ in 0..2 {
            let new = authority.service();
            service.setup().put_certificate(&new);
            until("new connections get the new certificate", PATIENCE, async || {
                let connection = Secure::connect(&service.address(), &trusted).await;
                connection.shown() == der(&new)
            })
            .await;
            assert_eq!(old.get("/health/live", "").await, 200);
        }
        service.until_logged("the certificate was renewed").await;
        w.submit(task()).await;
    });
}

#[test]
fn a_pair_that_cannot_be_used_is_told_once_and_the_one_before_is_kept() {
    let authority = Authority::new();
    in_a_swarm_of(&Service::start(Setup::private().with_tls(&authority)), async |w| {
        let (service, trusted) = (w.service(), authority.trusted());
        let setup = service.setup();
        let first = Secure::connect(&service.address(), &trusted).await.shown();
        let told = |text: &str| service.log().matches(text).count();
        let kept = "the one before is kept";
        let (good, other) = (authority.service(), authority.service());
        let halves = Pair { key: other.key.clone(), ..good.clone() };
        let cut = Pair { certificate: good.certificate[..200].to_owned(), ..good.clone() };
        for (nth, (broken, why)) in
            [(halves, "another key"), (cut, "without a certificate in PEM")].into_iter().enumerate()
        {
            setup.put_certificate(&broken);
            service.until_logged(why).await;
            // The look that told it may have seen one file of two, and tells it once more when it has seen both. Then it
            // is not told again.
            let (mut count, mut quiet) = (told(kept), 0);
            until("it is told no more", PATIENCE, async || {
                assert_eq!(Secure::connect(&service.address(), &trusted).await.shown(), first, "{nth}");
                tokio::time::sleep(LOOK).await;
                quiet = if told(kept) == count { quiet + 1 } else { 0 };
                count = told(kept);
                quiet == QUIET
            })
            .await;
            assert!(count <= 2 * (nth + 1), "{}", service.log());
        }
        std::fs::remove_file(setup.file("service.key")).unwrap();
        until("it is told", PATIENCE, async || told("cannot be read") == 1).await;
        w.submit(task()).await;
        setup.put_certificate(&good);
        until("the next one that fits is taken over", PATIENCE, async || {
            Secure::connect(&service.address(), &trusted).await.shown() == der(&good)
        })
        .await;
        let secret = good.key.lines().nth(1).unwrap();
        assert!(!service.log().contains(secret));
    });
}
