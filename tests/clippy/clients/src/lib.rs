//! Constructions as real code writes them, to be judged by two tools.
#![allow(dead_code)]

mod macros;
mod mine;
mod pools;
mod values;

use redis::{Client, RedisResult};

pub mod shared {
    pub use redis::aio::ConnectionManager;
    pub use redis::*;
}

type Own = redis::Client;

pub fn paths(url: &str) -> RedisResult<Vec<Client>> {
    use redis::Client as Renamed;
    Ok(vec![
        redis::Client::open(url)?,
        ::redis::Client::open(url)?,
        Client::open(url)?,
        Client::open::<&str>(url)?,
        Renamed::open(url)?,
        <redis::Client>::open(url)?,
        Own::open(url)?,
        shared::Client::open(url)?,
        bb8_redis::redis::Client::open(url)?,
        deadpool_redis::redis::Client::open(url)?,
    ])
}

pub fn globs(url: &str) -> RedisResult<Client> {
    use crate::shared::*;
    Client::open(url)
}

pub async fn connections(url: &str) -> RedisResult<()> {
    let client = Client::open(url)?;
    let _a = redis::aio::ConnectionManager::new(client.clone()).await?;
    let _b = shared::ConnectionManager::new(client).await?;
    let nodes = vec![url];
    let _c = redis::cluster::ClusterClient::new(nodes.clone())?;
    let _d = redis::cluster::ClusterClient::builder(nodes.clone()).build()?;
    let _e = redis::cluster::ClusterClientBuilder::new(nodes.clone()).build()?;
    let _f = redis::sentinel::Sentinel::build(nodes)?;
    Ok(())
}

pub fn renamed(url: &str) -> store::RedisResult<store::Client> {
    store::Client::open(url)
}

#[cfg(feature = "extra")]
pub fn gated(url: &str) -> RedisResult<Client> {
    Client::open(url)
}

trait Connect: Sized {
    fn connect(url: &str) -> RedisResult<Self>;
}

impl Connect for Client {
    fn connect(url: &str) -> RedisResult<Self> {
        Self::open(url)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn opens() {
        assert!(super::Client::open("redis://localhost").is_ok());
    }
}
