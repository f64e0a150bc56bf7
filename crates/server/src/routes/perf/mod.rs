pub(crate) mod history;
pub(crate) mod report;
pub(crate) mod validate;
