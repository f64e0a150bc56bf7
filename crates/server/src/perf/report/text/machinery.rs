//! What the service works with.

use super::figures::{NONE, bytes, count, maybe, number, percent};
use super::page::Page;
use crate::perf::report::{CompressionFigures, PipelineFigures, PoolFigures, RedisFigures, Report};

pub(super) fn machinery(page: &mut Page, report: &Report) {
    page.section("MACHINERY");
    page.entry("pool", &pool(&report.pool));
    page.entry("pipeline", &pipeline(&report.pipeline));
    page.entry("compression", &compression(&report.compression));
    page.entry("redis", &report.redis.as_ref().map_or_else(|| NONE.to_owned(), redis));
}

fn pool(pool: &PoolFigures) -> String {
    format!(
        "{} of {} in use ({}), {} waiting; since the start {} made, {} lent again ({}), {} closed, {} not served in \
         time",
        pool.in_use,
        pool.max,
        percent(Some(pool.utilization)),
        pool.waiting,
        pool.created,
        pool.reused,
        percent(pool.reuse_ratio),
        pool.closed,
        pool.timeouts
    )
}

fn pipeline(pipeline: &PipelineFigures) -> String {
    format!(
        "{} operations in {} flushes; of a flush: mean {}, p95 {}, max {}; waited at p95: {} ms",
        pipeline.operations,
        pipeline.flushes,
        maybe(pipeline.batch_mean),
        count(pipeline.batch_p95),
        count(pipeline.batch_max),
        maybe(pipeline.wait_p95_ms)
    )
}

fn compression(compression: &CompressionFigures) -> String {
    format!(
        "{} saved: {} values from {} on, {} became {}; {} compressed, {} kept as they were",
        percent(compression.saved_ratio),
        compression.values,
        bytes(compression.threshold_bytes),
        bytes(compression.bytes_in),
        bytes(compression.bytes_out),
        compression.compressed,
        compression.kept_raw
    )
}

fn redis(redis: &RedisFigures) -> String {
    let most =
        if redis.maxmemory_bytes == 0 { String::from("no limit") } else { bytes(redis.maxmemory_bytes) };
    format!(
        "{} ({}), memory {} of {most}, fragmentation {}, {} clients, {} commands a second, append-only file {}, {} \
         writes waited for the disk",
        redis.version,
        redis.mode,
        bytes(redis.used_memory_bytes),
        number(redis.fragmentation_ratio),
        redis.clients,
        number(redis.commands_per_s),
        if redis.aof_ok { "ok" } else { "FAILING" },
        redis.aof_delayed_fsync
    )
}
