//! Every address of the service: whoever reads this file has seen all of it.

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::document::{Document, written};
use crate::middleware::{Around, cors, cross_site};
use crate::routes::{
    agents, docs, events, health, messages, metrics, openapi, perf, queues, schedules, snapshot, state,
    subscriptions, swarms, tasks, tokens, transactions,
};

/// The router with its state and its layer.
pub fn router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    let routes = api.merge(state::slashes::routes()).merge(perf::dashboard::files()).merge(docs::files());
    around(routes, &app).with_state(app)
}

fn around(routes: Router<App>, app: &App) -> Router<App> {
    let origins = &app.server().cors_origins;
    let cross_site = cross_site(origins).expect("origins are checked when the settings are read");
    // Several as one: a route is boxed for each call of this.
    match cors(origins) {
        None => routes.layer((Around::new(app.clone()), cross_site)),
        // Outermost, so that a page may read refusals too, and a browser may ask what is allowed without a token.
        Some(cors) => routes.layer((cors, Around::new(app.clone()), cross_site)),
    }
}

/// The OpenAPI document, generated from the handlers: pretty JSON and a last newline.
pub fn document() -> String {
    let (_, document) = api().split_for_parts();
    written(document)
}

#[rustfmt::skip]
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        // submitters
        .routes(routes!(tasks::submit::submit, tasks::list::list))
        .routes(routes!(tasks::submit_batch::submit_batch))
        .routes(routes!(tasks::get::get))
        .routes(routes!(tasks::count::count))
        .routes(routes!(tasks::act::act))
        .routes(routes!(tasks::cancel::cancel))
        .routes(routes!(tasks::retry::retry))
        .routes(routes!(tasks::assign::assign))
        .routes(routes!(tasks::input::input))
        // agents
        .routes(routes!(agents::list::list))
        .routes(routes!(agents::put::put, agents::get::get, agents::delete::delete))
        .routes(routes!(agents::heartbeat::heartbeat))
        .routes(routes!(agents::drain::drain))
        .routes(routes!(agents::resume::resume))
        .routes(routes!(tasks::claim::claim))
        .routes(routes!(tasks::heartbeat::heartbeat))
        .routes(routes!(tasks::complete::complete))
        .routes(routes!(tasks::fail::fail))
        .routes(routes!(tasks::release::release))
        .routes(routes!(tasks::input_request::input_request))
        .routes(routes!(tasks::settle::settle))
        // messages
        .routes(routes!(messages::send::send))
        .routes(routes!(messages::read::read))
        .routes(routes!(messages::ack::ack))
        .routes(routes!(subscriptions::put::put, subscriptions::delete::delete))
        // shared state
        .routes(routes!(state::get::get, state::put::put, state::patch::patch, state::delete::delete))
        .routes(routes!(state::increment::increment))
        .routes(routes!(state::list::list))
        // what happens
        .routes(routes!(events::follow::follow))
        .routes(routes!(tasks::events::events))
        .routes(routes!(tasks::attempts::attempts))
        .routes(routes!(tasks::append_output::append_output, tasks::output::output))
        // what comes round
        .routes(routes!(schedules::list::list))
        .routes(routes!(schedules::put::put, schedules::get::get, schedules::delete::delete))
        .routes(routes!(schedules::run::run))
        // transactions
        .routes(routes!(transactions::apply::apply))
        // queues
        .routes(routes!(queues::list::list))
        .routes(routes!(queues::put::put, queues::get::get))
        .routes(routes!(queues::pause::pause))
        .routes(routes!(queues::resume::resume))
        .routes(routes!(queues::drain::drain))
        // swarms
        .routes(routes!(swarms::put::put, swarms::get::get, swarms::delete::delete))
        .routes(routes!(swarms::list::list))
        .routes(routes!(swarms::pause::pause))
        .routes(routes!(swarms::resume::resume))
        .routes(routes!(swarms::stats::stats))
        .routes(routes!(snapshot::export::export, snapshot::restore::restore))
        // tokens
        .routes(routes!(tokens::list::list, tokens::add::add))
        .routes(routes!(tokens::delete::delete))
        // operators
        .routes(routes!(queues::purge::purge))
        .routes(routes!(queues::replay::replay))
        .routes(routes!(perf::report::report))
        .routes(routes!(perf::history::history))
        .routes(routes!(perf::alerts::alerts))
        .routes(routes!(perf::stream::stream))
        .routes(routes!(perf::dashboard::dashboard))
        .routes(routes!(perf::validate::start::start))
        .routes(routes!(perf::validate::get::get))
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::body::Body;
    use axum::http::{Request, StatusCode};
    use serde_json::Value;

    use super::*;
    use crate::testing::Service;

    const CHECKED_IN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");

    /// What the service answers, written down once more: an address is added on purpose or not at all.
    const ROUTES: [(&str, &str); 77] = [
        ("get", "/health/live"),
        ("get", "/health/ready"),
        ("get", "/metrics"),
        ("get", "/openapi.json"),
        ("get", "/perf/alerts"),
        ("get", "/perf/dashboard"),
        ("get", "/perf/history"),
        ("get", "/perf/report"),
        ("get", "/perf/stream"),
        ("post", "/perf/validate"),
        ("get", "/perf/validate/{id}"),
        ("get", "/v1/swarms"),
        ("delete", "/v1/swarms/{swarm}"),
        ("get", "/v1/swarms/{swarm}"),
        ("put", "/v1/swarms/{swarm}"),
        ("get", "/v1/swarms/{swarm}/agents"),
        ("delete", "/v1/swarms/{swarm}/agents/{agent}"),
        ("get", "/v1/swarms/{swarm}/agents/{agent}"),
        ("put", "/v1/swarms/{swarm}/agents/{agent}"),
        ("post", "/v1/swarms/{swarm}/agents/{agent}/drain"),
        ("post", "/v1/swarms/{swarm}/agents/{agent}/heartbeat"),
        ("get", "/v1/swarms/{swarm}/agents/{agent}/inbox"),
        ("post", "/v1/swarms/{swarm}/agents/{agent}/inbox/ack"),
        ("post", "/v1/swarms/{swarm}/agents/{agent}/resume"),
        ("delete", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}"),
        ("put", "/v1/swarms/{swarm}/agents/{agent}/subscriptions/{topic}"),
        ("post", "/v1/swarms/{swarm}/claims"),
        ("get", "/v1/swarms/{swarm}/events"),
        ("post", "/v1/swarms/{swarm}/messages"),
        ("post", "/v1/swarms/{swarm}/pause"),
        ("get", "/v1/swarms/{swarm}/queues"),
        ("get", "/v1/swarms/{swarm}/queues/{queue}"),
        ("put", "/v1/swarms/{swarm}/queues/{queue}"),
        ("post", "/v1/swarms/{swarm}/queues/{queue}/drain"),
        ("post", "/v1/swarms/{swarm}/queues/{queue}/pause"),
        ("post", "/v1/swarms/{swarm}/queues/{queue}/purge"),
        ("post", "/v1/swarms/{swarm}/queues/{queue}/replay"),
        ("post", "/v1/swarms/{swarm}/queues/{queue}/resume"),
        ("post", "/v1/swarms/{swarm}/resume"),
        ("get", "/v1/swarms/{swarm}/schedules"),
        ("delete", "/v1/swarms/{swarm}/schedules/{name}"),
        ("get", "/v1/swarms/{swarm}/schedules/{name}"),
        ("put", "/v1/swarms/{swarm}/schedules/{name}"),
        ("post", "/v1/swarms/{swarm}/schedules/{name}/run"),
        ("post", "/v1/swarms/{swarm}/settlements"),
        ("get", "/v1/swarms/{swarm}/snapshot"),
        ("put", "/v1/swarms/{swarm}/snapshot"),
        ("get", "/v1/swarms/{swarm}/state"),
        ("delete", "/v1/swarms/{swarm}/state/{key}"),
        ("get", "/v1/swarms/{swarm}/state/{key}"),
        ("patch", "/v1/swarms/{swarm}/state/{key}"),
        ("put", "/v1/swarms/{swarm}/state/{key}"),
        ("post", "/v1/swarms/{swarm}/state/{key}/increment"),
        ("get", "/v1/swarms/{swarm}/stats"),
        ("get", "/v1/swarms/{swarm}/tasks"),
        ("post", "/v1/swarms/{swarm}/tasks"),
        ("post", "/v1/swarms/{swarm}/tasks/actions"),
        ("post", "/v1/swarms/{swarm}/tasks/batch"),
        ("get", "/v1/swarms/{swarm}/tasks/count"),
        ("get", "/v1/swarms/{swarm}/tasks/{id}"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/assign"),
        ("get", "/v1/swarms/{swarm}/tasks/{id}/attempts"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/cancel"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/complete"),
        ("get", "/v1/swarms/{swarm}/tasks/{id}/events"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/fail"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/heartbeat"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/input"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/input-request"),
        ("get", "/v1/swarms/{swarm}/tasks/{id}/output"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/output"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/release"),
        ("post", "/v1/swarms/{swarm}/tasks/{id}/retry"),
        ("post", "/v1/swarms/{swarm}/transactions"),
        ("get", "/v1/tokens"),
        ("post", "/v1/tokens"),
        ("delete", "/v1/tokens/{name}"),
    ];

    fn parsed() -> Value {
        serde_json::from_str(&document()).unwrap()
    }

    /// Each operation with its method and path.
    fn operations(document: &Value) -> Vec<(String, String, Value)> {
        let paths = document["paths"].as_object().unwrap().iter();
        let items = paths.flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (path, method, operation))
        });
        items.map(|(path, method, operation)| (method.clone(), path.clone(), operation.clone())).collect()
    }

    #[test]
    fn the_document_lists_exactly_the_routes_there_are() {
        let document = parsed();
        let documented: BTreeSet<_> =
            operations(&document).into_iter().map(|(method, path, _)| (method, path)).collect();
        let expected: BTreeSet<_> =
            ROUTES.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
        assert_eq!(documented, expected);
    }

    #[tokio::test]
    async fn every_documented_route_answers() {
        let service = Service::start().await;
        for (method, path) in ROUTES {
            let path = path
                .replace("{swarm}", "default")
                .replace("{id}", "01a205aa-cb6a-75fc-94de-ef603ee1f01a")
                .replace("{agent}", "a")
                .replace("{queue}", "q")
                .replace("{topic}", "t")
                .replace("{key}", "k");
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(&path);
            let answer = service.send(request.body(Body::empty()).unwrap()).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_ne!(answer.body["code"], "not_found", "{method} {path}");
        }
        service.stop().await;
    }

    #[test]
    fn every_operation_has_an_id_of_its_own_a_tag_and_responses_that_say_something() {
        let document = parsed();
        let mut ids = BTreeSet::new();
        for (method, path, operation) in operations(&document) {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert_eq!(operation["tags"].as_array().unwrap().len(), 1, "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(!response["description"].as_str().unwrap().is_empty(), "{method} {path} {status}");
                let problem = response["content"].get("application/problem+json").is_some();
                assert_eq!(problem, status.starts_with(['4', '5']), "{method} {path} {status}");
            }
        }
    }

    #[test]
    fn every_reference_of_the_document_leads_somewhere() {
        let document = parsed();
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"#").skip(1) {
            let pointer = reference.split('"').next().unwrap();
            assert!(document.pointer(pointer).is_some(), "{pointer}");
        }
    }

    #[test]
    fn a_payload_may_be_any_json() {
        let document = parsed();
        let payload = &document["components"]["schemas"]["Task"]["properties"]["payload"];
        assert_eq!(payload.as_object().unwrap().keys().collect::<Vec<_>>(), ["description"]);
        let listed = &document["components"]["schemas"]["Page_Task"]["properties"]["items"]["items"];
        assert!(listed["properties"]["payload"].get("oneOf").is_none());
        assert!(!document.to_string().contains("schemas/Json"));
    }

    #[test]
    fn the_checked_in_document_is_the_generated_one() {
        let checked_in = std::fs::read_to_string(CHECKED_IN).unwrap_or_default();
        assert!(
            checked_in == document(),
            "openapi/openapi.json is not what the handlers say: run `make openapi`"
        );
    }
}
