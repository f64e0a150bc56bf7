//! How many connections a client may have, and all together.

use waggle_tests::{PATIENCE, Raw, Service, Setup, in_a_swarm_of, metric, until};

const GET: &str = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n";
/// A client of its own: the harness is another.
const MANY: &str = "127.0.0.3";

async fn answers(connection: &mut Raw) -> bool {
    connection.try_send(GET).await.is_ok() && connection.read(false).await.starts_with("HTTP/1.1 200")
}

/// Fault: connections-without-end
#[test]
fn a_client_may_have_as_many_connections_as_the_limit_says_and_others_as_many_again() {
    let setup = Setup::private().set("WAGGLE_SERVER__MAX_CONNECTIONS_PER_CLIENT", "20");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let address = w.service().address();
        let mut open = Vec::new();
        for n in 0..20 {
            let mut connection = Raw::connect_from(MANY, &address).await;
            assert!(answers(&mut connection).await, "{n}");
            open.push(connection);
        }
        for _ in 0..3 {
            let mut beyond = Raw::connect_from(MANY, &address).await;
            assert!(!answers(&mut beyond).await);
        }
        assert!(answers(&mut Raw::connect_from("127.0.0.4", &address).await).await);
        for connection in &mut open {
            assert!(answers(connection).await, "those that are there go on");
        }
        let refused =
            metric(w.client(), "waggle_limit_refused_total{limit=\"connections_per_client\"}").await;
        assert_eq!(refused.as_deref(), Some("3"));
        open.pop();
        until("there is room again", PATIENCE, async || {
            answers(&mut Raw::connect_from(MANY, &address).await).await
        })
        .await;
    });
}

/// Fault: connections-without-end
#[test]
fn there_are_no_more_connections_than_the_system_has_files_for_and_the_service_has_files_of_its_own() {
    in_a_swarm_of(&Service::start(Setup::private().open_files(296)), async |w| {
        w.service().until_logged("fewer connections than `server.max_connections`").await;
        let address = w.service().address();
        let mut open = Vec::new();
        loop {
            let mut connection = Raw::connect_from(MANY, &address).await;
            if !answers(&mut connection).await {
                break;
            }
            open.push(connection);
            assert!(open.len() <= 40, "nobody is refused");
        }
        for connection in &mut open {
            assert!(answers(connection).await, "those that are there go on");
        }
        open.truncate(20);
        until("there is room for others", PATIENCE, async || {
            answers(&mut Raw::connect_from("127.0.0.4", &address).await).await
        })
        .await;
        w.get("/snapshot").send().await.ok();
    });
}
