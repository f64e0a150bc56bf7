/// What this layer sends by itself, as an access list writes it, and why. `AUTH` and `HELLO` need no permission.
pub const COMMANDS: &[(&str, &str)] = &[
    ("asking", "a slot of a cluster is moving to another node"),
    ("client|kill", "the service's own test ends the service's own connections, to see them come back"),
    ("client|list", "how many connections the pool has, and which ones are the service's own"),
    ("client|setname", "so that CLIENT LIST tells whose connection it is"),
    ("cluster|slots", "which node of a cluster holds what"),
    ("fcall", "every operation that writes"),
    ("fcall_ro", "every operation that only reads"),
    ("function|kill", "ends a function that never ends: one of ours, and any on the service's private Redis"),
    ("function|list", "whether the library of functions is there, and is this one"),
    ("function|load", "a Redis that was just started, or has failed over, knows no functions"),
    ("function|stats", "which function keeps Redis from answering"),
    ("info", "its version, its memory, its disk; whether it may delete tasks"),
    ("ping", "whether a connection that was silent still stands"),
    ("script|kill", "the same of a script, on the service's private Redis"),
    ("select", "where `redis.url` names another database than 0"),
    ("ssubscribe", "wake-ups: whoever waits is told at once"),
    ("sunsubscribe", "nobody waits any more"),
    ("unwatch", "a connection that comes back to the pool forgets what it watched"),
];

/// Those of them without which the service starts all the same: it works without knowing its own connections, and the
/// others show themselves at once where they are needed.
pub const OPTIONAL: [&str; 9] = [
    "asking",
    "client|kill",
    "client|list",
    "client|setname",
    "cluster|slots",
    "function|kill",
    "function|stats",
    "script|kill",
    "select",
];
