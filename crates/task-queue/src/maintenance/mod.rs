//! What has to happen without anybody asking: leases end, times come, deadlines pass, retention runs out.
//!
//! Each role has a bounded `run_once` for one swarm; several servers may run it at once, because each step is one
//! function that looks before it acts. The loops sleep until something is known to be due, a second at most.

mod alarm;
mod clearer;
mod custodian;
mod duty;
mod promoter;
mod pruner;
mod reaper;
mod resolver;
mod scheduler;
mod service;
mod sweep;
mod timekeeper;
mod watch;

pub(crate) use alarm::Alarms;
pub use clearer::Clearer;
pub use custodian::Custodian;
pub use promoter::Promoter;
pub use pruner::Pruner;
pub use reaper::Reaper;
pub use resolver::Resolver;
pub use scheduler::Scheduler;
pub use service::Maintenance;
pub use sweep::Swept;
pub use timekeeper::Timekeeper;
