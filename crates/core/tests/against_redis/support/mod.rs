mod cluster;
mod items;
mod library;
mod server;
mod wait;

pub(crate) use cluster::TestCluster;
pub(crate) use items::Sums;
pub(crate) use library::library;
pub(crate) use server::{TestServer, free_ports};
pub(crate) use wait::eventually;

use waggle_core::{Call, Value};

pub(crate) const ROOT: &str = "test:{one}";

/// `bump`: adds to the counter at the root key, returns the sum.
pub(crate) fn bump(root: &str, by: i64) -> Call {
    let mut call = Call::new("bump_v1", root);
    call.arg(by);
    call
}

/// `echo`: returns its argument; reads only.
pub(crate) fn echo(text: &str) -> Call {
    let mut call = Call::read_only("echo_v1", ROOT);
    call.arg(text);
    call
}

pub(crate) fn text(value: &Value) -> String {
    redis::from_redis_value_ref(value).unwrap()
}
