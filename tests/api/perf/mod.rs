mod alerts;
mod fleet;
mod history;
mod report;
mod stream;
