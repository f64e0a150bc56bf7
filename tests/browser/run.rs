//! How a test runs: a service and a browser of its own, and a look at the console at its end.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{PoisonError, RwLock};

use futures_util::FutureExt as _;
use waggle_tests::{Service, Setup, World, in_a_swarm_of};

use crate::page::Page;

/// Between two looks of the service at itself: short, for tests wait for what it sees.
const REFRESH_MS: &str = "250";

/// As many samples as may be kept at that pace.
const RETENTION_MS: &str = "600000";

/// Held alone by whoever measures, and by the others together.
static MACHINE: RwLock<()> = RwLock::new(());

/// As [`on_the_page`], while no other browser is at work: a test that fails elsewhere does not matter here.
pub(crate) fn alone_on_the_page(test: impl AsyncFnOnce(&World, &Page)) {
    let _alone = MACHINE.write().unwrap_or_else(PoisonError::into_inner);
    run(|setup| setup, async |world, page| look(world, page, test).await);
}

/// Runs `test` with the page of a new service open; nothing may have been written to the console at the end.
pub(crate) fn on_the_page(test: impl AsyncFnOnce(&World, &Page)) {
    in_a_browser(async |world, page| look(world, page, test).await);
}

async fn look(world: &World, page: &Page, test: impl AsyncFnOnce(&World, &Page)) {
    page.open(&world.service().base()).await;
    test(world, page).await;
    page.assert_nothing_on_the_console().await;
}

/// Runs `test` with a new service and a browser that shows nothing yet.
pub(crate) fn in_a_browser(test: impl AsyncFnOnce(&World, &Page)) {
    in_a_browser_of(|setup| setup, test);
}

/// The same, with a service that is set up otherwise.
pub(crate) fn in_a_browser_of(with: impl FnOnce(Setup) -> Setup, test: impl AsyncFnOnce(&World, &Page)) {
    let _together = MACHINE.read().unwrap_or_else(PoisonError::into_inner);
    run(with, test);
}

fn run(with: impl FnOnce(Setup) -> Setup, test: impl AsyncFnOnce(&World, &Page)) {
    let setup = with(Setup::private()).set("WAGGLE_PERF__REFRESH_MS", REFRESH_MS);
    let service = Service::start(setup.set("WAGGLE_PERF__RETENTION_MS", RETENTION_MS));
    in_a_swarm_of(&service, async |world| {
        let page = Page::start().await;
        // The browser is closed however the test ends.
        let ended = AssertUnwindSafe(test(&world, &page)).catch_unwind().await;
        page.close().await;
        ended.unwrap_or_else(|panic| resume_unwind(panic));
    });
}
