pub(crate) mod history;
pub(crate) mod report;
