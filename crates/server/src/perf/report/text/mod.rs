//! A report for people to read.

mod clean;
mod figures;
mod head;
mod machinery;
mod notices;
mod page;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub(crate) use clean::clean;
pub use page::text;
