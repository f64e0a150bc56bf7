#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/snapshot.rs"]
mod snapshot;

fuzz_target!(|data: &[u8]| {
    snapshot::check(data);
});
