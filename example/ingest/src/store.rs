//! The one owner of the connection.

use redis::{Client, Connection, RedisResult};

pub fn connection() -> RedisResult<Connection> {
    Client::open("redis://localhost:6379/0")?.get_connection()
}
