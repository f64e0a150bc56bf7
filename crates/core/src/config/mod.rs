//! Settings: their sections, their limits, and the loader that layers
//! defaults, file, environment and flags.

mod breaker;
mod check;
mod codec;
mod environment;
mod error;
mod file;
mod hot;
mod layers;
mod pipeline;
mod pool;
mod private;
mod redis;
mod redis_address;
mod redis_tls;
mod schema;
mod setting;
#[cfg(test)]
mod tests;

pub use breaker::BreakerConfig;
pub use check::{Invalid, Validate, within};
pub use codec::CodecConfig;
pub use error::ConfigError;
pub use hot::HotConfig;
pub use layers::Layers;
pub use pipeline::PipelineConfig;
pub use pool::PoolConfig;
pub use private::{Durability, PrivateConfig};
pub use redis::{Mode, RedisConfig};
pub use redis_address::check_user;
pub use redis_tls::RedisTlsConfig;
pub use setting::Origin;
