use deadpool_redis::{Config, Manager, Pool, Runtime};
use fred::prelude::*;

pub fn deadpool(url: &str) {
    let _ = Config::from_url(url).create_pool(Some(Runtime::Tokio1));
    let _ = deadpool_redis::Config::default();
    let _ = Config { url: Some(url.to_owned()), ..Default::default() };
    if let Ok(manager) = Manager::new(url) {
        let _ = Pool::builder(manager).build();
    }
}

pub fn bb8(url: &str) {
    let _ = bb8_redis::RedisConnectionManager::new(url);
}

pub fn fred(url: &str) -> Result<fred::clients::Client, Error> {
    let _ = fred::prelude::Client::default();
    let _ = fred::clients::Client::new(fred::types::config::Config::from_url(url)?, None, None, None);
    let config = fred::prelude::Config::from_url_centralized(url)?;
    let _ = fred::clients::Pool::new(config.clone(), None, None, None, 2)?;
    let _ = Builder::default_centralized().build()?;
    fred::types::Builder::from_config(config).build()
}
