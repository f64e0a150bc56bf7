//! One agent: how long it is believed to be there.

/// A presence is exact to this part of the time to live, and lasts that much longer.
const PARTS: i64 = 8;

/// An agent that is registered.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) capacity: u64,
    pub(super) ttl_ms: i64,
    pub(super) draining: bool,
    pub(super) lost: bool,
    pub(super) seen_at: i64,
    /// When it counts as lost unless it is seen.
    pub(super) until: i64,
    pub(super) completed: u64,
    /// Leases that it let end; absent where one before it had its name and left some to the reaper: those may count as well.
    pub(super) expired: Option<u64>,
}

impl Agent {
    pub(super) const fn new(now: i64, capacity: u64, ttl_ms: i64) -> Self {
        let until = now + ttl_ms + ttl_ms / PARTS;
        Self {
            capacity,
            ttl_ms,
            draining: false,
            lost: false,
            seen_at: now,
            until,
            completed: 0,
            expired: Some(0),
        }
    }

    /// Told anew how long it lives.
    pub(super) const fn put(&mut self, now: i64, capacity: u64, ttl_ms: i64) {
        self.capacity = capacity;
        self.ttl_ms = ttl_ms;
        self.lost = false;
        self.seen_at = now;
        self.until = now + ttl_ms + ttl_ms / PARTS;
    }

    /// Did something: it is there for its time to live, at least, and an eighth of it longer, at most.
    pub(super) fn see(&mut self, now: i64) {
        let exactly = now - self.seen_at < self.ttl_ms / PARTS;
        if self.lost || !exactly || now + self.ttl_ms > self.until {
            self.seen_at = now;
            self.until = self.until.max(now + self.ttl_ms + self.ttl_ms / PARTS);
            self.lost = false;
        }
        assert!(self.until >= now + self.ttl_ms, "who was seen lives as long as it said");
    }

    pub(super) const fn is_lost(&self, now: i64) -> bool {
        self.lost || self.until <= now
    }
}
