//! What one client may take: connections, waiting requests and bytes, counted while they last.
//!
//! A client is the owner of a token, else an address; a network of IPv6 counts as one. All agents may come through one
//! proxy, or from one machine, so that the limits are high: they keep one client from taking everything, and no more.

mod client;
mod in_flight;
mod long_polls;
mod seats;

pub(crate) use client::{Client, address, one_owner};
pub(crate) use in_flight::{Account, Charge, InFlight, SMALL};
pub(crate) use long_polls::{LongPolls, Waits};
pub(crate) use seats::{Seat, Seats};
