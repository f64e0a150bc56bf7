//! What is promised over TLS: who can connect, how, for how long, and as whom.

mod clients;
mod reload;
mod served;
mod slow;
mod support;
