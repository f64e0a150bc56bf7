//! The page says when its connection is lost, and comes back by itself.

use rustix::process::Signal;
use waggle_tests::{signal, task};

use crate::run::in_a_browser;

#[test]
fn a_page_says_at_once_that_it_is_disconnected_and_comes_back_by_itself() {
    in_a_browser(async |w, page| {
        page.open(&w.service().base()).await;
        page.until_text("#connection", "Live").await;
        w.submit_many((0..3).map(|_| task())).await;
        page.until_text("[data-figure='tasks.ready']", "3").await;

        w.service().kill();
        page.until_text("#connection", "Disconnected").await;
        page.until_text("#lost", "are stale").await;
        page.screenshot("disconnected").await;
        assert_eq!(page.text("[data-figure='tasks.ready']").await, "3", "the last figures stay");

        w.service().restart();
        page.until_text("#connection", "Connected again").await;
        page.until("the notice is gone", "document.querySelector('#lost').hidden").await;
        page.screenshot("connected_again").await;
        w.submit_many((0..2).map(|_| task())).await;
        page.until_text("[data-figure='tasks.ready']", "5").await;
        page.assert_only_the_network_failed().await;
    });
}

#[test]
fn a_service_that_stops_in_order_is_told_of_at_once_too() {
    in_a_browser(async |w, page| {
        page.open(&w.service().base()).await;
        page.until_text("#connection", "Live").await;
        w.service().terminate();
        page.until_text("#connection", "Disconnected").await;
        w.service().ended();
        w.service().restart();
        page.until_text("#connection", "Connected again").await;
        page.assert_only_the_network_failed().await;
    });
}

/// Longer than the page waits for a sign of a stream.
#[test]
fn a_service_that_is_frozen_is_told_of_though_its_connection_stands() {
    in_a_browser(async |w, page| {
        page.open(&w.service().base()).await;
        page.until_text("#connection", "Live").await;
        page.until_text("#window", "last").await;
        signal(w.service().pid(), Signal::STOP);
        page.until_patiently("the page says so", "document.body.dataset.connection === 'lost'").await;
        signal(w.service().pid(), Signal::CONT);
        page.until_patiently("the page is back", "document.body.dataset.connection === 'live'").await;
        page.assert_only_the_network_failed().await;
    });
}
