//! `waggle doctor`: what keeps the service from working, said one by one.

mod args;
mod checks;
mod info;
mod report;

pub(super) use args::DoctorArgs;
