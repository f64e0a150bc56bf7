//! Answers of axum itself, which come without a body that says anything.

use axum::http::StatusCode;

use super::{Code, Problem};

impl Problem {
    /// The problem that an answer with nothing but a status stands for.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => {
                (Code::NotFound, "there is nothing at this address: see /openapi.json for what there is")
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                (Code::MethodNotAllowed, "this address takes other methods: see the header Allow")
            }
            StatusCode::REQUEST_TIMEOUT => (Code::RequestTimeout, "the request did not arrive in time"),
            StatusCode::PAYLOAD_TOO_LARGE => (Code::TooLarge, "the body is too large"),
            StatusCode::URI_TOO_LONG => (Code::TooLarge, "the address is too long"),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (Code::TooLarge, "the headers are too large"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                (Code::UnsupportedMediaType, "send the body as application/json")
            }
            status if status.is_server_error() => {
                return Self::internal(format!("an answer without a problem: {status}")).with_status(status);
            }
            _ => (Code::BadRequest, "the request cannot be read"),
        };
        Self::new(code, detail).with_status(status)
    }
}
