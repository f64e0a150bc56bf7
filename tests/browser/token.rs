//! The page of a service that asks for a token.

use waggle_tests::task;

use crate::page::Page;
use crate::run::in_a_browser_of;

async fn show(page: &Page, token: &str) {
    page.until("the page asks for a token", "document.querySelector('#token').open").await;
    page.until("the focus is in its field", "document.activeElement.id === 'token-text'").await;
    page.press(token).await;
    page.press("\u{e007}").await; // Enter
}

#[test]
fn a_token_is_entered_once_kept_for_the_session_and_shown_to_the_stream_too() {
    in_a_browser_of(
        |setup| setup.with_tokens(),
        async |w, page| {
            w.submit(task()).await;
            page.go(&w.service().base()).await;
            show(page, "waggle_wrong").await;
            page.until_text("#token-wrong", "That token is not valid here").await;
            show(page, w.service().setup().root()).await;
            page.until("the page has figures", "document.body.dataset.state === 'ready'").await;
            page.until("the stream is live", "document.body.dataset.connection === 'live'").await;
            page.until("nothing is asked for", "!document.querySelector('#token').open").await;
            assert_eq!(page.eval("localStorage.length").await, 0);
            assert_eq!(page.eval("document.querySelector('#token-text').value").await, "");
            assert_eq!(page.eval("location.href.includes('waggle_')").await, false);

            page.go(&w.service().base()).await;
            page.until("the page has figures again", "document.body.dataset.state === 'ready'").await;
            page.until("the stream is live again", "document.body.dataset.connection === 'live'").await;
            assert_eq!(page.eval("document.querySelector('#token').open").await, false);
        },
    );
}
