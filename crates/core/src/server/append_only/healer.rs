use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use redis::RedisError;
use redis::aio::MultiplexedConnection;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::info::{Info, connected};
use super::room::{self, Room};
use super::trouble::Trouble;
use super::watch::LOOK;
use crate::backoff::Backoff;
use crate::server::data_dir::DataDir;

/// The longest pause after a try that failed: each may fill the disk, and leaves one more file until one succeeds.
pub(super) const MAX_PAUSE: Duration = Duration::from_secs(120);

/// What was seen of one process of Redis.
#[derive(Debug)]
pub(in crate::server) struct Healer {
    data_dir: DataDir,
    /// Writes that it has refused because of its disk.
    refused: u64,
    /// A write may have been cut off, or a sync been lost, since everything was written anew.
    pub(super) has_hole: bool,
    /// It was told to write everything anew.
    begun: Option<Begun>,
    pub(super) pauses: Backoff,
    pub(super) next_try: Instant,
    /// What was said last, which is not said again.
    said: Option<Discriminant<Trouble>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    /// How often it had begun before.
    pub(super) before: Option<u64>,
    /// A sync was lost.
    pub(super) is_lost: bool,
}

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Whole,
    /// Something may be missing in the file, and is written anew or will be.
    Pending,
    /// As before, and it cannot be written anew now.
    Trouble,
    /// All is on the disk again, and Redis goes on refusing until it is restarted.
    Restart,
}

impl Healer {
    pub(in crate::server) fn new(data_dir: &DataDir) -> Self {
        let pauses = Backoff::new(LOOK, MAX_PAUSE);
        let (data_dir, next_try) = (data_dir.clone(), Instant::now());
        Self { data_dir, refused: 0, has_hole: false, begun: None, pauses, next_try, said: None }
    }

    pub(super) fn is_whole(&self) -> bool {
        !self.has_hole && self.begun.is_none()
    }

    /// For Redis, which writes everything anew.
    pub(super) fn is_waiting(&self) -> bool {
        self.begun.is_some()
    }

    /// Goes on from what it finds. An error is a Redis that does not answer now.
    pub(super) async fn look(&mut self) -> Result<Seen, RedisError> {
        let mut redis = connected(&self.data_dir.socket()).await?;
        let info = Info::of(&mut redis).await?;
        self.note(&info);
        if self.is_whole() {
            return Ok(Seen::Whole);
        }
        if info.is_rewriting() {
            return Ok(Seen::Pending);
        }
        match self.begun.take() {
            Some(begun) => Ok(self.conclude(begun, &info)),
            None => self.begin(&mut redis, &info).await,
        }
    }

    /// One that fails and works again between two looks has refused somebody.
    pub(super) fn note(&mut self, info: &Info) {
        let refused = info.refused();
        self.has_hole |= refused > self.refused || !info.writes();
        self.refused = refused;
    }

    /// Redis is not writing everything anew any more.
    pub(super) fn conclude(&mut self, begun: Begun, info: &Info) -> Seen {
        if info.rewrites() == begun.before {
            // It never heard of it.
            self.has_hole = true;
            return Seen::Pending;
        }
        if !info.is_rewritten() {
            return self.put_off(&Trouble::Failed);
        }
        tracing::warn!("the private Redis has written its append-only file anew, after its disk failed");
        self.pauses.reset();
        self.said = None;
        match (begun.is_lost && info.is_lost(), self.has_hole) {
            (true, _) => Seen::Restart,
            (false, true) => Seen::Pending,
            (false, false) => Seen::Whole,
        }
    }

    /// Tells Redis to write everything anew, where that can succeed. What is written meanwhile goes into the new file, too.
    async fn begin(&mut self, redis: &mut MultiplexedConnection, info: &Info) -> Result<Seen, RedisError> {
        let is_lost = info.is_lost();
        // One that refuses all writes anyhow has nothing to lose.
        if let Some(room) = self.too_little_room(info).await.filter(|_| !is_lost) {
            return Ok(self.say(&Trouble::NoRoom(room)));
        }
        // A write that Redis has yet to try again would be in the new file twice.
        if Instant::now() < self.next_try || !(info.writes() || is_lost) {
            return Ok(Seen::Pending);
        }
        self.has_hole = false;
        self.begun = Some(Begun { before: info.rewrites(), is_lost });
        match redis::cmd("BGREWRITEAOF").exec_async(redis).await {
            Err(error) if error.code().is_some() => Ok(self.put_off(&Trouble::Refused(error))),
            told => told.map(|()| Seen::Pending),
        }
    }

    /// A disk that does not say how much it has is tried.
    async fn too_little_room(&self, info: &Info) -> Option<Room> {
        let (needed, directory) = (room::needed(info), self.data_dir.append_only());
        // It may keep whoever asks it waiting.
        let free = spawn_blocking(move || room::free(&directory)).await.ok()?.ok()?;
        (free < needed).then_some(Room { needed, free })
    }

    fn put_off(&mut self, trouble: &Trouble) -> Seen {
        self.begun = None;
        self.has_hole = true;
        self.next_try = Instant::now() + self.pauses.next_delay();
        self.say(trouble)
    }

    /// Once, however often it is found.
    fn say(&mut self, trouble: &Trouble) -> Seen {
        let kind = Some(discriminant(trouble));
        if self.said != kind {
            self.said = kind;
            trouble.log(self.data_dir.path());
        }
        Seen::Trouble
    }
}
