//! What may break.

/// A fault that the nemesis makes, and ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    ServerKilled,
    ServerTerminated,
    ServerFrozen,
    RedisFrozen,
    RedisKilled,
    RedisFull,
    RedisReadOnly,
    RedisBusy,
    SyncsStalled,
    DiskFull,
    DiskFullEndsRedis,
    ClockForward,
    ClockBack,
    FunctionsFlushed,
    RepliesLost,
    ConnectionsReset,
    NetworkSilent,
    NetworkSlow,
    AnswersLost,
    ClientsHungUp,
}

const ALL: [Fault; 20] = [
    Fault::ServerKilled,
    Fault::ServerTerminated,
    Fault::ServerFrozen,
    Fault::RedisFrozen,
    Fault::RedisKilled,
    Fault::RedisFull,
    Fault::RedisReadOnly,
    Fault::RedisBusy,
    Fault::SyncsStalled,
    Fault::DiskFull,
    Fault::DiskFullEndsRedis,
    Fault::ClockForward,
    Fault::ClockBack,
    Fault::FunctionsFlushed,
    Fault::RepliesLost,
    Fault::ConnectionsReset,
    Fault::NetworkSilent,
    Fault::NetworkSlow,
    Fault::AnswersLost,
    Fault::ClientsHungUp,
];

/// Faults by a seed: the same ones each time.
pub(super) fn draw(seed: u64, count: usize) -> Vec<Fault> {
    let mut dice = seed;
    let throw = |_| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ALL[usize::try_from(dice >> 33).unwrap() % ALL.len()]
    };
    (0..count).map(throw).collect()
}
