mod delete;
mod put;
