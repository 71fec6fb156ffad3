//! Metrics: a client of its own behind a rename.

use redis::Client as Metrics;

pub fn gauge() -> redis::RedisResult<Metrics> {
    Metrics::open("redis://localhost:6379/4")
}
