//! How cases are made: from a seed, always the same or one that a failure names.

use std::ops::Range;
use std::rc::Rc;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};

use crate::store::Backend;

/// Repeats a run: `WAGGLE_TEST_SEED=n`; makes cases that nobody has seen: `WAGGLE_TEST_SEED=random`.
const SEED_VARIABLE: &str = "WAGGLE_TEST_SEED";
/// Unless somebody asks for others, the cases are the same each time: whoever changes nothing breaks nothing.
const USUAL_SEED: u64 = 1;
/// Smaller cases that are tried once one has failed, where the failure is to be read by people.
pub(crate) const SHRINKS: u32 = 400;
/// As many as are tried where it is enough that there is a failure.
const FEW_SHRINKS: u32 = 20;
/// How long that may take.
const SHRINK_MS: u32 = 30_000;

/// Random cases.
pub(crate) struct Cases {
    pub(crate) cases: u32,
    /// Transitions a case.
    pub(crate) length: Range<usize>,
    /// Smaller cases that are tried once one has failed; at least one.
    pub(crate) shrinks: u32,
}

impl Cases {
    /// Drives a store and the model side by side.
    ///
    /// # Errors
    /// The seed and the smallest case in which they differ.
    pub(crate) fn run<T>(&self, backend: &Rc<Backend>) -> Result<(), String>
    where
        T: StateMachineTest<SystemUnderTest = T>,
        <T::Reference as ReferenceStateMachine>::Transition: 'static,
    {
        Backend::run_on(backend);
        let config = self.config();
        seeded(&config, |runner| {
            let ran = runner.run(
                &T::Reference::sequential_strategy(self.length.clone()),
                |(model, transitions, seen)| {
                    T::test_sequential(config.clone(), model, transitions, seen);
                    Ok(())
                },
            );
            ran.map_err(|error| error.to_string())
        })
    }

    fn config(&self) -> Config {
        Config { max_shrink_iters: self.shrinks, ..config(self.cases) }
    }
}

/// Checks a property of so many random values.
///
/// # Panics
/// With the seed and the smallest value of which it does not hold.
pub(crate) fn for_any<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    if let Err(failure) =
        seeded(&config(cases), |runner| runner.run(strategy, &property).map_err(|error| error.to_string()))
    {
        panic!("{failure}");
    }
}

/// The seed and a value of which a property does not hold, not much smaller than the first one that was found.
///
/// # Panics
/// When it holds of so many random values.
pub(crate) fn failure_among<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) -> String {
    let config = Config { max_shrink_iters: FEW_SHRINKS, ..config(cases) };
    seeded(&config, |runner| runner.run(strategy, &property).map_err(|error| error.to_string()))
        .expect_err("a property that does not hold")
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: SHRINKS,
        max_shrink_time: SHRINK_MS,
        ..Config::default()
    }
}

fn seeded(config: &Config, run: impl FnOnce(&mut TestRunner) -> Result<(), String>) -> Result<(), String> {
    let seed = match std::env::var(SEED_VARIABLE).as_deref() {
        Ok("random") => uuid::Uuid::new_v4().as_u64_pair().0,
        Ok(seed) => seed.parse().expect("a number, or random"),
        Err(_) => USUAL_SEED,
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config.clone(), rng);
    run(&mut runner).map_err(|error| format!("{SEED_VARIABLE}={seed}: {error}"))
}
