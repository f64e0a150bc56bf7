mod delete;
mod due;
mod get;
mod list;
mod put;
mod run;
mod support;
