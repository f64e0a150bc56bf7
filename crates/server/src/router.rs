//! Every address of the service: whoever reads this file has seen all of it.

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;
use crate::middleware::Around;
use crate::problem::ProblemBody;
use crate::routes::{health, metrics, openapi, swarms, tasks};

/// The router with its state and its layer.
pub fn router(app: App) -> Router {
    let (api, _) = api().split_for_parts();
    let docs: Router<App> = SwaggerUi::new("/docs").config(Config::from("/openapi.json")).into();
    api.merge(docs).layer(Around::new(app.clone())).with_state(app)
}

/// The OpenAPI document, generated from the handlers: pretty JSON and a last newline.
pub fn document() -> String {
    let (_, document) = api().split_for_parts();
    let mut text = document.to_pretty_json().expect("a document is made of strings and numbers alone");
    text.push('\n');
    text
}

#[rustfmt::skip]
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        // submitters
        .routes(routes!(tasks::submit::submit, tasks::list::list))
        .routes(routes!(tasks::submit_batch::submit_batch))
        .routes(routes!(tasks::get::get))
        .routes(routes!(tasks::cancel::cancel))
        .routes(routes!(tasks::retry::retry))
        // agents
        .routes(routes!(tasks::claim::claim))
        .routes(routes!(tasks::heartbeat::heartbeat))
        .routes(routes!(tasks::complete::complete))
        .routes(routes!(tasks::fail::fail))
        .routes(routes!(tasks::release::release))
        .routes(routes!(tasks::settle::settle))
        // swarms
        .routes(routes!(swarms::put::put, swarms::get::get))
        // operators
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
        .routes(routes!(metrics::metrics))
        .routes(routes!(openapi::openapi))
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waggle",
        description = "Task orchestration for swarms of agents. Delivery is at least once; each task is completed \
                       effectively once, under the lease that holds it. Errors are `application/problem+json`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody<'static>)),
    tags(
        (name = "tasks", description = "Submitting tasks and looking at them"),
        (name = "work", description = "Claiming tasks and finishing them"),
        (name = "swarms", description = "The unit of consistency"),
        (name = "operators", description = "Health, metrics and this document"),
    ),
)]
struct Document;
