pub(crate) mod alerts;
pub(crate) mod dashboard;
pub(crate) mod history;
pub(crate) mod report;
pub(crate) mod stream;
pub(crate) mod validate;
