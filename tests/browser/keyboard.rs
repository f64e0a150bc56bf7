//! Who has no mouse, and who does not see, can use the page too.

use serde_json::Value;

use crate::run::on_the_page;
use crate::work::some_work;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
/// Presses of the tab key that reach everything on a small page.
const PRESSES: usize = 90;

#[test]
fn the_tab_key_reaches_every_action_in_the_order_of_the_page_and_shows_where_it_is() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        page.choose_swarm(w.swarm()).await;
        page.until_text("#tasks-table", "translate").await;
        page.eval("document.querySelector('#main').focus()").await;
        let mut reached = Vec::new();
        for _ in 0..PRESSES {
            page.press(TAB).await;
            let here = page.eval(HERE).await;
            if here["name"] == "BODY" {
                break;
            }
            assert_ne!(here["outline"], "none", "{here}");
            reached.push(here["name"].as_str().unwrap().to_owned());
        }
        let place = |name: &str| {
            reached
                .iter()
                .position(|each| each.contains(name))
                .unwrap_or_else(|| panic!("{name}: {reached:?}"))
        };
        assert!(
            place("range") < place("swarm-select") && place("swarm-select") < place("swarm-toggle"),
            "{reached:?}"
        );
        assert!(
            place("swarm-toggle") < place("Pause queue default")
                && place("Purge queue reviews") < place("Drain agent alice")
                && place("Drain agent carol") < place("Retry task"),
            "{reached:?}"
        );
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn a_question_keeps_the_focus_until_it_is_answered_and_begins_at_the_answer_that_changes_nothing() {
    on_the_page(async |w, page| {
        page.choose_swarm(w.swarm()).await;
        page.until("the button is there", "!document.querySelector('#swarm-toggle').hidden").await;
        page.eval("document.querySelector('#swarm-toggle').focus()").await;
        page.press(ENTER).await;
        page.until("the question is there", "document.activeElement.id === 'confirm-no'").await;
        for _ in 0..4 {
            page.press(TAB).await;
            let outside = page.eval("document.activeElement !== document.body && !document.querySelector('#confirm').contains(document.activeElement)").await;
            assert_eq!(outside, false);
        }
        page.eval("document.querySelector('#confirm-yes').focus()").await;
        page.press(ENTER).await;
        page.until("the result has the focus", "document.querySelector('#confirm').dataset.state === 'done' && document.activeElement.id === 'confirm-no'").await;
        page.press(ENTER).await;
        page.until("the focus is where it was", "document.activeElement.id === 'swarm-toggle'").await;
    });
}

#[test]
fn everything_has_a_name_that_can_be_read_out() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        page.choose_swarm(w.swarm()).await;
        page.until_text("#tasks-table", "translate").await;
        for (what, expression) in [
            (
                "a control without a name",
                "[...document.querySelectorAll('button, select, input')].filter((each) => each.checkVisibility() && !(each.ariaLabel || each.textContent.trim() || each.labels?.length))",
            ),
            (
                "a section without a heading",
                "[...document.querySelectorAll('section')].filter((each) => !document.getElementById(each.getAttribute('aria-labelledby')))",
            ),
            (
                "a heading of a table without a scope",
                "[...document.querySelectorAll('th')].filter((each) => !each.scope)",
            ),
            (
                "a table without a caption",
                "[...document.querySelectorAll('table')].filter((each) => !each.caption?.textContent)",
            ),
            (
                "a chart without words",
                "[...document.querySelectorAll('.canvas')].filter((each) => each.role !== 'img' || !each.ariaLabel.includes('.'))",
            ),
            (
                "an id twice",
                "[...document.querySelectorAll('[id]')].filter((each) => document.querySelectorAll(`#${each.id}`).length > 1)",
            ),
        ] {
            let found = page.eval(&format!("{expression}.map((each) => each.outerHTML)")).await;
            assert_eq!(found, Value::Array(vec![]), "{what}");
        }
        assert_eq!(page.eval("document.querySelectorAll('h1, main, header, footer, nav').length").await, 5);
        assert_eq!(page.eval("document.querySelector('#connection').role || document.querySelector('#connection').getAttribute('role')").await, "status");
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn a_chart_can_be_read_as_a_table() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        page.click(".chart:first-child summary").await;
        page.until(
            "the table is there",
            "document.querySelectorAll('.chart:first-child tbody tr').length > 2",
        )
        .await;
        page.until_text(".chart:first-child thead", "p95").await;
        page.until_text(".chart:first-child tbody", "ms").await;
        w.complete(&held, "done").await.ok();
    });
}

const HERE: &str = "(() => {
  const at = document.activeElement;
  const shown = at.matches('.choice input') ? at.nextElementSibling : at;
  return { name: at === document.body ? 'BODY' : `${at.id} ${at.name ?? ''} ${at.ariaLabel ?? ''} ${at.textContent.slice(0, 20)}`, outline: getComputedStyle(shown).outlineStyle };
})()";
