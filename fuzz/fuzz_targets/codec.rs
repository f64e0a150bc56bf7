#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/codec.rs"]
mod codec;

fuzz_target!(|data: &[u8]| {
    codec::check(data);
});
