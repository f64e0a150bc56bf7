use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use waggle_tests::{PATIENCE, Service, Setup, World, in_a_swarm_of, task, until};

/// More than the buffers of both sockets take.
const TASKS: usize = 60_000;

async fn followers(w: &World) -> String {
    let text = w.client().get("/metrics").send().await.text;
    let line = text.lines().find_map(|line| line.strip_prefix("waggle_event_followers "));
    line.unwrap_or_default().to_owned()
}

/// A connection with little room for what is sent to it.
async fn narrow(w: &World) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(w.service().address().parse().unwrap()).await.unwrap();
    let request = format!("GET {} HTTP/1.1\r\nhost: x\r\n\r\n", w.path("/events?kind=task.submitted"));
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

#[test]
fn a_reader_that_takes_nothing_is_cut_off() {
    let setup = Setup::private().set("WAGGLE_SERVER__WRITE_TIMEOUT_MS", "400");
    in_a_swarm_of(&Service::start(setup), async |w| {
        let mut stream = narrow(&w).await;
        until("it follows", PATIENCE, async || followers(&w).await == "1").await;
        for _ in 0..TASKS / 1_000 {
            w.submit_many((0..1_000).map(|_| task().queue("never"))).await;
        }
        until("nobody follows any more", PATIENCE, async || followers(&w).await == "0").await;
        let mut text = Vec::new();
        let rest = timeout(Duration::from_secs(20), stream.read_to_end(&mut text)).await;
        rest.expect("the connection is closed").unwrap_or_default();
        let seen = String::from_utf8_lossy(&text).matches("event: task.submitted").count();
        assert!(seen > 0 && seen < TASKS, "{seen} of {TASKS}: the rest was never kept for it");
    });
}
