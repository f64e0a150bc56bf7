#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/problems.rs"]
mod problems;
#[path = "../../tests/inputs/targets/transaction.rs"]
mod transaction;

fuzz_target!(|data: &[u8]| {
    transaction::check(data);
});
