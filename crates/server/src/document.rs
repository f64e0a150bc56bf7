//! The OpenAPI document, generated from the handlers.

use std::collections::BTreeMap;

use axum::http::Method;
use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayItems, Object, SchemaType};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{OpenApi as Generated, RefOr, Response, Schema};
use waggle_task_queue::model::Scope;

use crate::auth::{Need, need_of};
use crate::middleware::{HEALTH, answers_while_draining};
use crate::problem::{ProblemBody, problem};

/// The schema of JSON that passes through unread.
const JSON: &str = "Json";
/// What shows who calls.
const SCHEME: &str = "token";
const BEARER: &str = "A token as `waggle token new` makes it, where the service has any. Any one of the scopes named will do; a token bound to \
                      swarms sees no other (404 `swarm_not_found`), one bound to an agent acts as no other.";

/// What is not said by any single operation.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waggle",
        description = "Task orchestration for swarms of agents. Delivery is at least once; each task is completed \
                       effectively once, under the lease that holds it. Errors are `application/problem+json`. What a \
                       browser sends for a page of another site, and would change something, is refused with 403 \
                       `cross_site`; where no token is asked for, so is with 403 `unknown_host` what was sent to a name \
                       (`Host`) other than `localhost` and those that the settings list.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(ProblemBody<'static>)),
    tags(
        (name = "tasks", description = "Submitting tasks and looking at them"),
        (name = "work", description = "Claiming tasks and finishing them"),
        (name = "agents", description = "Who works, and whether it is there"),
        (name = "messages", description = "Inboxes, topics and what agents write to each other"),
        (name = "queues", description = "Where tasks wait"),
        (name = "swarms", description = "The unit of consistency"),
        (name = "state", description = "Keys with versions that all agents of a swarm share"),
        (name = "schedules", description = "Tasks that are submitted again and again"),
        (name = "events", description = "What happens in a swarm, as it happens"),
        (name = "tokens", description = "Who may do what"),
        (name = "operators", description = "Health, metrics and this document"),
    ),
)]
pub(crate) struct Document;

/// The document as text: pretty JSON and a last newline.
pub(crate) fn written(mut document: Generated) -> String {
    secure(&mut document);
    if let Some(components) = &mut document.components {
        components.schemas.remove(JSON);
        components.schemas.values_mut().for_each(open);
        components.schemas.values_mut().for_each(overlap);
    }
    let mut text = document.to_pretty_json().expect("a document is made of strings and numbers alone");
    text.push('\n');
    text
}

/// What each operation asks for, and how it refuses who does not have it: as the one table of needs says.
fn secure(document: &mut Generated) {
    let scheme = Http::builder().scheme(HttpAuthScheme::Bearer).description(Some(BEARER)).build();
    let components = document.components.get_or_insert_default();
    components.security_schemes.insert(SCHEME.to_owned(), RefOr::T(SecurityScheme::Http(scheme)));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            (Method::GET, &mut item.get),
            (Method::PUT, &mut item.put),
            (Method::POST, &mut item.post),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                require(operation, need_of(&method, Some(path)));
                turn_away(path, &mut operation.responses.responses);
            }
        }
    }
}

/// How any request may be refused before its operation sees it.
fn turn_away(path: &str, responses: &mut BTreeMap<String, RefOr<Response>>) {
    let mut lacking = |status: &str, reason: &str| {
        responses.entry(status.to_owned()).or_insert_with(|| problem(reason));
    };
    lacking("414", "`too_large`: the address is too long.");
    if !answers_while_draining(path) {
        lacking("503", "`draining`: the service stops; another one, or this one in a moment, answers.");
    }
    if !path.starts_with(HEALTH) {
        lacking(
            "403",
            "`unknown_host`: where no token is asked for, and `Host` is none of the service's names.",
        );
    }
}

fn require(operation: &mut Operation, need: Need) {
    let scopes: Vec<_> = match need {
        Need::Open => return,
        Need::Any => Scope::ALL.to_vec(),
        Need::Of(scopes) | Need::Metrics(scopes) => scopes.iter().collect(),
    };
    let one = |scope: &Scope| SecurityRequirement::new(SCHEME, [scope.as_str()]);
    operation.security = Some(scopes.iter().map(one).collect());
    let responses = &mut operation.responses.responses;
    add(responses, "401", "`unauthorized`: no valid token was shown, and this service asks for one.");
    if need != Need::Any {
        let words: Vec<_> = scopes.iter().map(|scope| format!("`{}`", scope.as_str())).collect();
        add(
            responses,
            "403",
            &format!(
                "`forbidden`: the token has none of the scopes {}, or is bound to another agent.",
                words.join(", ")
            ),
        );
    }
    add(
        responses,
        "429",
        "`rate_limited`: the token asks too often, as many of its requests wait as may, as many bytes of this address are \
         in memory as may be, or too many wrong tokens came from this address.",
    );
}

/// Says one more reason for a status.
fn add(responses: &mut BTreeMap<String, RefOr<Response>>, status: &str, reason: &str) {
    match responses.get_mut(status) {
        Some(RefOr::T(response)) => {
            response.description.push(' ');
            response.description.push_str(reason);
        }
        _ => {
            responses.insert(status.to_owned(), problem(reason));
        }
    }
}

/// Lets one value be several of a named choice at once: `oneOf` would refuse the answer to `task.complete`, which
/// is also shaped like that to `task.fail`.
fn overlap(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::OneOf(choice)) = schema {
        let any = choice.items.drain(..).fold(AnyOfBuilder::new(), AnyOfBuilder::item);
        *schema = RefOr::T(Schema::AnyOf(any.description(choice.description.take()).build()));
    }
}

/// Lets every place of free JSON take any value. Derived, such a place is either an object or null;
/// and were it any value or null, then null would be both, which `oneOf` refuses.
fn open(schema: &mut RefOr<Schema>) {
    if let Some(description) = free_json(schema) {
        *schema = any(description);
        return;
    }
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.values_mut().for_each(open),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                open(items);
            }
        }
        _ => {}
    }
}

/// The description of a place that refers to free JSON, by itself or as one of two.
fn free_json(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::Ref(to) if to.ref_location.ends_with("/Json") => Some(to.description.clone()),
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter().find_map(free_json),
        _ => None,
    }
}

fn any(description: String) -> RefOr<Schema> {
    let mut any = Object::with_type(SchemaType::AnyValue);
    any.description = Some(description);
    RefOr::T(Schema::Object(any))
}
