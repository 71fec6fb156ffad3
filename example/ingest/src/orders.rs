//! Orders: goes through the store.

use redis::{Commands, RedisResult};

use crate::store;

pub fn waiting() -> RedisResult<u64> {
    store::connection()?.llen("orders")
}
