#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/problems.rs"]
mod problems;
#[path = "../../tests/inputs/targets/task.rs"]
mod task;

fuzz_target!(|data: &[u8]| {
    task::check(data);
});
