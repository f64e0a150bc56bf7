//! What is left of a load in memory once its swarm is gone.

use std::fmt;

use super::stage::Stage;

/// Rounds of which something can be said: the first ones fill caches and pools.
const ROUNDS: usize = 8;
/// A page here and there is no growth.
const GRAIN_KIB: u64 = 12 * 1_024;

#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// Of each server, resident.
    servers_kib: [u64; 2],
    /// Of Redis, in use.
    redis_kib: u64,
}

impl Memory {
    pub(super) fn of(stage: &Stage) -> Self {
        let info: String = stage.redis.query("INFO memory");
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
        let redis_kib = used.trim().parse::<u64>().unwrap() / 1_024;
        Self { servers_kib: [0, 1].map(|n: usize| stage.servers[n].resident_kib()), redis_kib }
    }

    /// The second half of the rounds needs no more than the first one did.
    ///
    /// # Panics
    /// When it does.
    pub(super) fn assert_flat(rounds: &[Self]) {
        if rounds.len() < ROUNDS {
            return;
        }
        let (first, second) = rounds.split_at(rounds.len() / 2);
        let most = |of: &[Self], figure: fn(&Self) -> u64| of.iter().map(figure).max().unwrap_or_default();
        let figures: [fn(&Self) -> u64; 2] =
            [|memory| memory.servers_kib[0].max(memory.servers_kib[1]), |memory| memory.redis_kib];
        for figure in figures {
            let (before, after) = (most(first, figure), most(second, figure));
            assert!(after <= before + before / 5 + GRAIN_KIB, "memory grew from {before} to {after} KiB");
        }
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, two] = self.servers_kib;
        write!(f, "servers {one} and {two} KiB, Redis {} KiB", self.redis_kib)
    }
}

#[test]
fn memory_that_grows_from_swarm_to_swarm_is_found() {
    let of = |kib: [u64; 3]| Memory { servers_kib: [kib[0], kib[1]], redis_kib: kib[2] };
    let held = |rounds: &[Memory]| std::panic::catch_unwind(|| Memory::assert_flat(rounds)).is_ok();
    let calm = [60_000, 62_000, 3_000];
    assert!(held(&[of(calm); ROUNDS]));
    for grows in 0..3 {
        let mut rounds = [of(calm); ROUNDS];
        let mut kib = calm;
        kib[grows] += 30_000;
        rounds[ROUNDS - 1] = of(kib);
        assert!(!held(&rounds));
        assert!(held(&rounds[1..]), "too few to say anything");
    }
}
