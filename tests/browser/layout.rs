//! The page fits every screen, in light and in dark.

use serde_json::Value;
use waggle_tests::task;

use crate::page::Page;
use crate::run::on_the_page;
use crate::work::some_work;

const WIDTHS: [u64; 7] = [400, 500, 640, 859, 1_024, 1_440, 2_000];
/// What an eye needs between a text and its ground (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;

#[test]
fn nothing_is_wider_than_the_screen_from_400_to_2000_pixels() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        let long = "a-name-as-long-as-a-name-may-be.".repeat(4);
        w.submit_id(task().queue(long.as_str()).with("type", "unbroken".repeat(30))).await;
        w.failed_task(task().with("type", "unbroken".repeat(30)).retention_ms(600_000)).await;
        page.choose_swarm(w.swarm()).await;
        page.until_text("#queues-table", &long).await;
        for width in WIDTHS {
            page.size(width, 1_000).await;
            page.until("the charts have taken their place", "[...document.querySelectorAll('.canvas')].every((each) => each.querySelector('canvas')?.clientWidth <= each.clientWidth)").await;
            let over = "[...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5 && !each.closest('.scroll, .hidden, .skip, .u-wrap')).map((each) => `${each.tagName}#${each.id}.${each.className}`)";
            assert_eq!(page.eval(over).await, Value::Array(vec![]), "at {width}");
            assert_eq!(
                page.eval("document.documentElement.scrollWidth <= innerWidth").await,
                true,
                "at {width}"
            );
        }
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn the_page_is_light_or_dark_as_the_system_is_and_legible_in_both() {
    on_the_page(async |w, page| {
        let held = some_work(w).await;
        page.choose_swarm(w.swarm()).await;
        page.until_text("#tasks-table", "translate").await;
        page.until_text("#agents-table", "carol").await;
        let mut grounds = Vec::new();
        for scheme in ["light", "dark"] {
            page.prefers("prefers-color-scheme", scheme).await;
            page.until(
                "the scheme is there",
                &format!("matchMedia('(prefers-color-scheme: {scheme})').matches"),
            )
            .await;
            grounds.push(page.eval("getComputedStyle(document.body).backgroundColor").await);
            for (name, width, height) in [("", 1_440, 2_400), ("_400", 400, 5_200), ("_2000", 2_000, 2_000)] {
                page.size(width, height).await;
                page.painted().await;
                page.screenshot(&format!("{scheme}{name}")).await;
            }
            assert_legible(page).await;
        }
        assert_ne!(grounds[0], grounds[1]);
        w.complete(&held, "done").await.ok();
    });
}

#[test]
fn who_wants_no_motion_sees_none() {
    on_the_page(async |_, page| {
        page.prefers("prefers-reduced-motion", "reduce").await;
        let moving = "document.getAnimations().length + (getComputedStyle(document.documentElement).scrollBehavior === 'smooth' ? 1 : 0)";
        assert_eq!(page.eval(moving).await, 0);
    });
}

/// Each text against the ground behind it.
async fn assert_legible(page: &Page) {
    let weak = page.eval(&WEAK_TEXTS.replace("CONTRAST", &CONTRAST.to_string())).await;
    assert_eq!(weak, Value::Array(vec![]));
}

const WEAK_TEXTS: &str = r"(() => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = numbers(getComputedStyle(each).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
  };
  const contrast = (element) => {
    const [a, b] = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const texts = [...document.querySelectorAll('body *')].filter((each) => each.checkVisibility() && !each.disabled
    && [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()));
  return texts.filter((each) => contrast(each) < CONTRAST).map((each) => `${each.tagName}.${each.className} ${each.textContent} ${contrast(each)}`);
})()";
