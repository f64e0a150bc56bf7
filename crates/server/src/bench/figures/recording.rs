use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use waggle_core::clock::Clock;
use waggle_core::perf::{Count, LONGEST_SECONDS, OperationId, Recorder, Series};

use crate::bench::load::scale::Scale;
use crate::bench::report::figure::Figure;
use crate::bench::report::progress;
use crate::bench::report::target::Target;
use crate::bench::system::procfs;
use crate::config::PerfConfig;
use crate::perf::history::{History, Sample};

/// More than the cores of a small machine: threads that stop in the middle of it are part of the matter.
const THREADS: u32 = 4;
/// Recordings of a thread for each operation that other benchmarks make: one takes a hundredth of the time.
const TIMES: u64 = 100;
/// Ten times as often as a service gathers.
const GATHERED_EVERY: Duration = Duration::from_millis(100);
/// Different values a series has in a second, over its whole range: many, for what a service measures.
const VALUES: u64 = 500;
const OPERATIONS: [&str; 8] =
    ["submit", "claim", "complete", "heartbeat", "send", "read", "state.put", "transaction"];
const MIB: f64 = 1_048_576.0;

/// What it costs to record performance: CPU time, with several threads at it, and the memory of all windows.
///
/// # Errors
/// When the kernel does not tell this process's memory.
pub(crate) fn run(scale: &Scale) -> anyhow::Result<Vec<Figure>> {
    let (times, recorder) = (scale.operations * TIMES, Recorder::default());
    let submit = recorder.operation(OPERATIONS[0]);
    let (mut values, mut operations) = (Vec::new(), Vec::new());
    for round in 0..=scale.rounds {
        let value = nanoseconds_each(&recorder, times, |n| recorder.record(Series::Submit, took(n)));
        let operation = nanoseconds_each(&recorder, times, |n| an_operation(&recorder, submit, took(n)));
        progress::say(&format!("recording, round {round}: {value:.0} and {operation:.0} ns"));
        if round > 0 {
            values.push(value);
            operations.push(operation);
        }
    }
    Ok(vec![
        Figure::new(format!("recording on {THREADS} threads: a value"), "ns CPU", values),
        Figure::new(format!("recording on {THREADS} threads: an operation"), "ns CPU", operations)
            .target(Target::at_most(1_000.0))
            .detail("request, operation, call of Redis, flush"),
        Figure::new("recording: memory of windows and history, full", "MiB", vec![memory()?])
            .target(Target::at_most(32.0)),
    ])
}

/// As much as is recorded of one request that ends in one call of Redis, none of which it shares with others.
fn an_operation(recorder: &Recorder, operation: OperationId, took: Duration) {
    recorder.record(Series::Http, took);
    recorder.done(operation, took, false);
    recorder.record(Series::Submit, took);
    recorder.record(Series::RedisCall, took);
    recorder.record_value(Series::BatchSize, 8, 1);
    recorder.record(Series::BatchWait, took);
    recorder.count(Count::PipelineOperations, 1);
}

/// CPU nanoseconds of the threads that record; those of the one that gathers meanwhile are not counted.
fn nanoseconds_each(recorder: &Recorder, times: u64, work: impl Fn(u64) + Sync) -> f64 {
    let done = AtomicBool::new(false);
    let spent: Duration = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::park_timeout(GATHERED_EVERY);
                recorder.gather();
            }
        });
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let before = thread_time();
                    (0..times).for_each(&work);
                    thread_time().saturating_sub(before)
                })
            })
            .collect();
        let spent = threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum();
        done.store(true, Ordering::Relaxed);
        spent
    });
    #[expect(clippy::cast_precision_loss, reason = "a run records far fewer than 2^52 times")]
    let recorded = (times * u64::from(THREADS)) as f64;
    spent.as_secs_f64() * 1e9 / recorded
}

/// Ten minutes of everything there is to record, a second at a time, and as many samples as are kept.
fn memory() -> anyhow::Result<f64> {
    let before = procfs::resident_bytes(std::process::id())?;
    let clock = Clock::manual();
    let recorder = Recorder::on(clock.clone());
    for second in 0..=LONGEST_SECONDS {
        for n in 0..VALUES {
            Series::ALL.iter().for_each(|series| recorder.record(*series, took(second * VALUES + n)));
        }
        OPERATIONS.iter().for_each(|name| recorder.done(recorder.operation(name), took(second), false));
        clock.advance(Duration::from_secs(1));
        recorder.gather();
    }
    let perf = PerfConfig::default();
    let samples = perf.retention_ms / perf.refresh_ms;
    let mut history = History::new(samples);
    (0..samples).for_each(|_| history.add(Arc::new(Sample::default())));
    let taken = procfs::resident_bytes(std::process::id())?.saturating_sub(before);
    #[expect(clippy::cast_precision_loss, reason = "memory is below 2^52 bytes")]
    let taken = taken as f64 / MIB;
    drop((recorder, history));
    Ok(taken)
}

/// From a microsecond to a minute, each power of two as often as the next.
fn took(n: u64) -> Duration {
    let mixed = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Duration::from_micros((mixed >> 38) >> (mixed % 26))
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
