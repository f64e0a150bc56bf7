pub(crate) mod dashboard;
pub(crate) mod history;
pub(crate) mod report;
