//! The conditions of a change, as the functions want them.

use waggle_core::Call;

use crate::model::{StateGuard, WriterLease};

impl StateGuard {
    /// Adds the task and the token of the lease, or nothing twice.
    pub(super) fn add_lease(&self, call: &mut Call) {
        match &self.lease {
            Some(lease) => call.arg(lease.task().encode(&mut [0; 36])).arg(WriterLease::token(lease)),
            None => call.arg("").arg(""),
        };
    }
}
