//! The OpenAPI document, generated from the handlers.

use utoipa::OpenApi;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayItems, Object, SchemaType};
use utoipa::openapi::{OpenApi as Generated, RefOr, Schema};

use crate::problem::ProblemBody;

/// The schema of JSON that passes through unread.
const JSON: &str = "Json";

/// What is not said by any single operation.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Waggle",
        description = "Task orchestration for swarms of agents. Delivery is at least once; each task is completed \
                       effectively once, under the lease that holds it. Errors are `application/problem+json`. What a \
                       browser sends for a page of another site, and would change something, is refused with 403 \
                       `cross_site`.",
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
        (name = "operators", description = "Health, metrics and this document"),
    ),
)]
pub(crate) struct Document;

/// The document as text: pretty JSON and a last newline.
pub(crate) fn written(mut document: Generated) -> String {
    if let Some(components) = &mut document.components {
        components.schemas.remove(JSON);
        components.schemas.values_mut().for_each(open);
        components.schemas.values_mut().for_each(overlap);
    }
    let mut text = document.to_pretty_json().expect("a document is made of strings and numbers alone");
    text.push('\n');
    text
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
