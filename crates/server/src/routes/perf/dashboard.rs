//! The operators' page and the files it is made of.

use axum::Router;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

use crate::app::App;
use crate::dashboard::{PAGE, reply};
use crate::problem::Problem;

/// The operators' page
///
/// One page for a browser: how the service is doing, live, and what an operator may do about it. It needs nothing from
/// elsewhere.
#[utoipa::path(
    get,
    path = "/perf/dashboard",
    operation_id = "perf_dashboard",
    tag = "operators",
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 304, description = "The browser has it already."),
    ),
)]
pub(crate) async fn dashboard(headers: HeaderMap) -> Result<Response, Problem> {
    reply(PAGE, &headers)
}

/// What the page asks for; of no interest to anybody else, so not in the document.
pub(crate) fn files() -> Router<App> {
    Router::new().route("/perf/dashboard/{file}", get(file))
}

async fn file(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    reply(&name, &headers)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, StatusCode};

    use crate::testing::{Answer, Service};

    async fn get(service: &Service, path: &str, tag: Option<&str>) -> Answer {
        let request = Request::get(path);
        let request = tag.into_iter().fold(request, |request, tag| request.header("if-none-match", tag));
        service.send(request.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn the_page_and_its_files_may_do_nothing_but_speak_to_their_service() {
        let service = Service::start().await;
        for (path, kind) in [
            ("/perf/dashboard", "text/html; charset=utf-8"),
            ("/perf/dashboard/main.js", "text/javascript; charset=utf-8"),
            ("/perf/dashboard/dashboard.css", "text/css; charset=utf-8"),
            ("/perf/dashboard/icon.svg", "image/svg+xml; charset=utf-8"),
        ] {
            let answer = get(&service, path, None).await;
            assert_eq!((answer.status, answer.header("content-type")), (StatusCode::OK, kind), "{path}");
            let policy = answer.header("content-security-policy");
            assert!(
                policy.starts_with(
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"
                )
            );
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "no-referrer");
            assert_eq!(answer.header("cache-control"), "no-cache");
        }
        service.stop().await;
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again() {
        let service = Service::start().await;
        let first = get(&service, "/perf/dashboard/main.js", None).await;
        let tag = first.header("etag").to_owned();
        for named in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
            let again = get(&service, "/perf/dashboard/main.js", Some(&named)).await;
            assert_eq!(
                (again.status, again.header("etag")),
                (StatusCode::NOT_MODIFIED, tag.as_str()),
                "{named}"
            );
        }
        let other = get(&service, "/perf/dashboard/dashboard.css", Some(&tag)).await;
        assert_eq!(other.status, StatusCode::OK);
        service.stop().await;
    }

    #[tokio::test]
    async fn what_is_no_file_of_the_page_is_not_found() {
        let service = Service::start().await;
        for path in ["nothing.js", "..%2f..%2fCargo.toml", "%2fetc%2fpasswd"] {
            let answer = get(&service, &format!("/perf/dashboard/{path}"), None).await;
            assert_eq!(answer.problem(), (404, "not_found"), "{path}");
        }
        service.stop().await;
    }
}
