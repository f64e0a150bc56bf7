use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};
use waggle_tests::{World, in_a_swarm};

use super::support::{changes, items, list, version};

const WRITERS: usize = 4;
const FINDINGS: usize = 25;

type Board = BTreeMap<String, Value>;

/// What a reader knows, and up to which version.
#[derive(Debug, Clone, Default)]
struct Reader {
    board: Board,
    since: u64,
}

impl Reader {
    /// Begins with all that is there.
    async fn new(w: &World) -> Self {
        let page = list(w, "board/").await;
        assert_eq!(page["next_cursor"], Value::Null);
        let mut reader = Self { since: version(&page), ..Self::default() };
        reader.take(&page);
        reader
    }

    /// Reads the next changes, one answer of them.
    async fn read(&mut self, w: &World) {
        let page = changes(w, "board/", self.since).await;
        self.take(&page);
        self.since = version(&page);
    }

    /// Reads until the board says so.
    async fn read_until(mut self, w: &World, key: &str) -> Self {
        while !self.board.contains_key(key) {
            self.read(w).await;
        }
        self
    }

    fn take(&mut self, page: &Value) {
        for item in items(page) {
            let key = item["key"].as_str().unwrap().to_owned();
            match item["deleted"].as_bool() {
                Some(true) => drop(self.board.remove(&key)),
                _ => drop(self.board.insert(key, item["value"].clone())),
            }
        }
    }
}

async fn write(w: &World, key: &str, finding: Value) {
    let reply = w.put(&format!("/state/board/{key}")).json(json!({ "value": finding })).send().await;
    assert!(matches!(reply.status, 200 | 201), "{}", reply.text);
}

/// Findings under keys of its own, some of them said anew, some taken back.
async fn writer(w: &World, number: usize) {
    for finding in 0..FINDINGS {
        let key = format!("{number}-{}", finding % 10);
        write(w, &key, json!(finding)).await;
        if finding.is_multiple_of(7) {
            w.delete(&format!("/state/board/{key}")).send().await.expect(204);
        }
    }
}

async fn written(w: &World) -> Board {
    let page = list(w, "board/").await;
    items(&page)
        .iter()
        .map(|item| (item["key"].as_str().unwrap().to_owned(), item["value"].clone()))
        .collect()
}

#[test]
fn whoever_reads_ends_with_what_is_written_and_a_reader_that_died_goes_on_where_it_was() {
    in_a_swarm(async |w| {
        write(&w, "first", json!("before anybody reads")).await;
        let writers = async {
            join_all((0..WRITERS).map(|number| writer(&w, number))).await;
            write(&w, "last", json!("all is said")).await;
        };
        let dying = async {
            let mut reader = Reader::new(&w).await;
            reader.read(&w).await;
            // It has kept what it read and the version, and dies while an answer is on its way.
            let kept = reader.clone();
            let dies = tokio::time::timeout(std::time::Duration::from_millis(1), reader.read(&w));
            let _answered_or_not = dies.await;
            kept.read_until(&w, "board/last").await
        };
        let steady = async { Reader::new(&w).await.read_until(&w, "board/last").await };
        let ((), steady, dying) = tokio::join!(writers, steady, dying);
        // Changes of the same moment as the last one may still be ahead of a reader.
        let board = written(&w).await;
        assert!(board.len() > WRITERS, "{board:?}");
        assert_eq!(steady.board, board);
        assert_eq!(dying.board, board);
        let late = Reader { since: 0, ..Reader::default() }.read_until(&w, "board/last").await;
        assert_eq!(late.board, board, "a reader that knows nothing begins at version 0");
    });
}

#[test]
fn who_reads_sees_no_finding_that_was_taken_back() {
    in_a_swarm(async |w| {
        write(&w, "wrong", json!(1)).await;
        let mut reader = Reader::new(&w).await;
        assert_eq!(reader.board.len(), 1);
        w.delete("/state/board/wrong").send().await.expect(204);
        reader.read(&w).await;
        assert_eq!(reader.board, Board::new());
        assert_eq!(written(&w).await, Board::new());
    });
}
