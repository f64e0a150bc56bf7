#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/inputs/targets/settings.rs"]
mod settings;

fuzz_target!(|data: &[u8]| {
    settings::check(data);
});
