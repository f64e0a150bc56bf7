//! Messages of one sender stand in each inbox in the order in which they were sent.

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{inbox, register, send, seqs, subscribe};

const SENDERS: usize = 8;
const EACH: usize = 24;

/// Sends to one agent, a topic and the swarm in turn, small messages and large ones.
async fn talk(w: World, sender: usize) {
    for n in 0..EACH {
        let to = match n % 3 {
            0 => json!({"agent": "a"}),
            1 => json!({"topic": "t"}),
            _ => json!({"swarm": true}),
        };
        let size = if n % 4 == 0 { 20_000 } else { 10 };
        send(&w, &format!("sender{sender}"), to, json!([sender, n, "x".repeat(size)])).await;
    }
}

#[test]
fn whatever_they_are_addressed_to_and_however_many_send_at_once() {
    in_a_swarm(async |w| {
        register(&w, &["a"]).await;
        subscribe(&w, "a", "t").await;
        join_all((0..SENDERS).map(|sender| talk(w.clone(), sender))).await;
        let messages = inbox(&w, "a").await;
        assert_eq!(seqs(&messages), (1..=(SENDERS * EACH) as u64).collect::<Vec<_>>());
        for sender in 0..SENDERS {
            let of_sender = messages.iter().filter(|message| message["body"][0] == sender);
            let numbers: Vec<Value> = of_sender.map(|message| message["body"][1].clone()).collect();
            assert_eq!(numbers, (0..EACH).map(Value::from).collect::<Vec<_>>(), "sender {sender}");
        }
    });
}
