mod fleet;
mod history;
mod report;
