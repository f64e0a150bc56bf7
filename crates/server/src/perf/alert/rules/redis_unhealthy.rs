use crate::perf::alert::{Finding, Readings};

/// 1 where Redis did not answer or is not asked any more, else 0. Always measured: silence is what it looks for.
pub(super) fn find(readings: &Readings) -> Finding {
    if readings.redis_healthy {
        Finding::new(0.0, 0.0, "Redis answers".to_owned())
    } else {
        Finding::new(1.0, 0.0, "Redis does not answer: calls are refused with 503".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::assert_rule;
    use super::*;

    #[test]
    fn it_speaks_when_redis_does_not_answer() {
        let of = |redis_healthy| Some(find(&Readings { redis_healthy, ..Readings::default() }));
        assert_rule(&None, &of(true), &of(false));
    }
}
