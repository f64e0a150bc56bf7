use std::sync::Arc;

use waggle_tests::Service;

/// Makes a token with the command line and stores it; what follows the name are further flags.
pub(super) fn stored(service: &Arc<Service>, name: &str, flags: &[&str]) -> String {
    let base = service.base();
    let command = [&["token", "new", "--name", name, "--url", &base], flags].concat();
    let made = service.setup().run(&command);
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().lines().next().unwrap().to_owned()
}
