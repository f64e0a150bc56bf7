//! Commands over TLS.

use waggle_tests::{Authority, Named, PATIENCE, Pair, Service, Setup, in_a_swarm_of, root, until};

use crate::program::{Program, program};

fn write(setup: &Setup, name: &str, text: &str) -> String {
    let file = setup.file(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn commands_reach_a_service_over_tls_that_an_authority_of_a_file_has_signed() {
    let authority = Authority::new();
    let service = Service::start(Setup::private().with_tokens().with_tls(&authority));
    in_a_swarm_of(&service, async |w| {
        let (setup, url) = (service.setup(), service.base());
        let file = write(setup, "ca.pem", &authority.pem());
        let other = write(setup, "other.pem", &Authority::new().pem());
        let run = |arguments: &[&str]| {
            let command = program(arguments).set("WAGGLE_URL", &url).set("WAGGLE_SWARM", w.swarm());
            command.set("WAGGLE_TOKEN", setup.root())
        };
        let by_file = |arguments: &[&str]| run(arguments).set("WAGGLE_CA_FILE", &file);
        assert!(by_file(&["swarm", "list"]).ok().await.contains(w.swarm()));
        assert!(run(&["swarm", "list", "--ca-file", &file]).ok().await.contains(w.swarm()));
        // Those of the machine are trusted as well, and none of them has signed it.
        for command in [run(&["swarm", "list"]), run(&["swarm", "list", "--ca-file", &other])] {
            let refused = command.run().await;
            assert_eq!(refused.status, 1, "{}", refused.stdout);
            assert!(refused.stderr.contains("certificate"), "{}", refused.stderr);
        }
        let missing = run(&["swarm", "list", "--ca-file", "/no/such/file"]).run().await;
        assert!(missing.status == 1 && missing.stderr.contains("--ca-file"), "{}", missing.stderr);
        let plain = url.replace("https", "http");
        let plain = by_file(&["swarm", "list", "--url", &plain]).run().await;
        assert_eq!((plain.status, plain.stdout.as_str()), (1, ""), "{}", plain.stderr);

        by_file(&["task", "submit", "--payload", "1"]).ok().await;
        by_file(&["agent", "run", "--max-tasks", "1", "--", "cat"]).run().await;
        assert_eq!(w.list("completed").await.len(), 1);
        let stored = setup.run(&[
            "token",
            "new",
            "--name",
            "n",
            "--scopes",
            "work",
            "--url",
            &url,
            "--ca-file",
            &file,
        ]);
        assert!(stored.status.success(), "{stored:?}");
        let valid = by_file(&["validate", "--quick", "--tests", "compression"]).run().await;
        assert_eq!(valid.status, 0, "{} {}", valid.stdout, valid.stderr);
    });
}

#[test]
fn a_command_may_show_a_certificate_in_the_place_of_a_token() {
    let authority = Authority::new();
    let setup = Setup::private().with_tokens().with_tls(&authority);
    let setup = setup.asking_for_certificates(&authority, "required");
    let service = Service::start(setup.reached_as(&authority, Named::Machines(&["root"])));
    in_a_swarm_of(&service, async |w| {
        let setup = service.setup();
        let pair = authority.client(Named::Common("root"));
        let (certificate, key) =
            (write(setup, "me.pem", &pair.certificate), write(setup, "me.key", &pair.key));
        let list = |more: &[&str]| -> Program {
            let command = program(&[&["swarm", "list"], more].concat()).set("WAGGLE_URL", &service.base());
            command.set("WAGGLE_CA_FILE", &setup.file("clients.pem"))
        };
        let shown = list(&["--client-cert", &certificate, "--client-key", &key]);
        assert!(shown.ok().await.contains(w.swarm()));
        let shown = list(&[]).set("WAGGLE_CLIENT_CERT", &certificate).set("WAGGLE_CLIENT_KEY", &key);
        assert!(shown.ok().await.contains(w.swarm()));
        for (more, why) in [
            (&[][..], "show one with --client-cert"),
            (&["--client-cert", &certificate], "--client-key is needed"),
            (&["--client-cert", &certificate, "--client-key", &certificate], "--client-key names"),
        ] {
            let refused = list(more).run().await;
            assert_eq!(refused.status, 1, "{more:?}");
            assert!(refused.stderr.contains(why), "{more:?}: {}", refused.stderr);
        }
    });
}

/// The commands of `openssl` in the document on security, in their order, with the files that they read.
fn documented_commands() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let lines = text.lines().map(str::trim);
    let begins = ["openssl ", "echo \"subjectAltName", "printf 'subjectAltName"];
    lines.filter(|line| begins.iter().any(|begin| line.starts_with(begin))).map(str::to_owned).collect()
}

#[test]
fn the_certificates_that_the_document_makes_are_taken_on_both_sides() {
    let authority = Authority::new();
    let setup = Setup::private().with_tokens().with_tls(&authority);
    setup.token("ci", &["--scopes", "submit"]);
    let made = std::path::PathBuf::from(setup.file("made"));
    std::fs::create_dir(&made).unwrap();
    let commands = documented_commands();
    assert_eq!(commands.len(), 8, "{commands:#?}");
    let output =
        std::process::Command::new("sh").args(["-ec", &commands.join("\n")]).current_dir(&made).output();
    let output = output.unwrap();
    assert!(output.status.success(), "is openssl installed? {}", String::from_utf8_lossy(&output.stderr));
    let file = |name: &str| made.join(name).display().to_string();
    let setup = setup
        .set("WAGGLE_SERVER__TLS__CLIENT_CA_FILE", &file("clients.pem"))
        .set("WAGGLE_SERVER__TLS__CLIENT_CERTIFICATES", "optional");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let setup = w.service().setup();
        let read = |name: &str| std::fs::read_to_string(file(name)).unwrap();
        let ours = Pair {
            certificate: std::fs::read_to_string(setup.file("service.pem")).unwrap(),
            key: std::fs::read_to_string(setup.file("service.key")).unwrap(),
        };
        setup.put_certificate(&Pair { certificate: read("service.pem"), key: read("service.key") });
        let list = async |ca: &str| {
            let command = program(&["swarm", "list", "--ca-file", ca]).set("WAGGLE_URL", &w.service().base());
            let command = command.set("WAGGLE_CLIENT_CERT", &file("ci.pem"));
            command.set("WAGGLE_CLIENT_KEY", &file("ci.key")).run().await
        };
        until("the service's certificate is taken", PATIENCE, async || {
            list(&file("ca.pem")).await.status == 0
        })
        .await;
        setup.put_certificate(&ours);
        let ca = write(setup, "ours.pem", &authority.pem());
        until("the one before is back", PATIENCE, async || list(&ca).await.status == 0).await;
    });
}
