use std::sync::{LazyLock, OnceLock};

use redis::{Client, RedisResult};

static LAZY: LazyLock<RedisResult<Client>> = LazyLock::new(|| Client::open("redis://localhost"));
static ONCE: OnceLock<RedisResult<Client>> = OnceLock::new();
const OPEN: fn(&'static str) -> RedisResult<Client> = Client::open;

pub fn values(urls: &[&str]) -> Vec<RedisResult<Client>> {
    let open = redis::Client::open;
    let _ = ONCE.get_or_init(|| Client::open("redis://localhost"));
    let mut made: Vec<RedisResult<Client>> = urls.iter().copied().map(Client::open).collect();
    made.extend(urls.iter().map(|url| Client::open(*url)));
    made.push(open("redis://localhost"));
    made
}

pub async fn later(url: String) -> RedisResult<Client> {
    let task = async move { Client::open(url) };
    task.await
}
