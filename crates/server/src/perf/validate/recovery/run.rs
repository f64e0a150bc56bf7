use waggle_core::Redis;

use super::checks::Checks;
use super::{cuts, leases, refusals};
use crate::perf::validate::Broken;
use crate::perf::validate::ground::Ground;
use crate::perf::validate::outcome::Found;

/// Refusals, then leases, then the connections to Redis.
pub(in crate::perf::validate) async fn run(ground: &Ground, redis: &Redis) -> Result<Found, Broken> {
    let mut checks = Checks::default();
    refusals::check(ground, &mut checks).await?;
    leases::check(ground, &mut checks).await?;
    for round in 0..ground.scale.cuts {
        cuts::check(ground, redis, round, &mut checks).await?;
    }
    Ok(checks.found())
}
