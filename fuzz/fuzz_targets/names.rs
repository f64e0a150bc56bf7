#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/names.rs"]
mod names;

fuzz_target!(|data: &[u8]| {
    names::check(data);
});
