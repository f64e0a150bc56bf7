//! Every limit of the settings, at the limit and one beyond, over HTTP.

mod bytes;
mod connections;
mod http2;
mod long_polls;
mod requests;
mod times;
