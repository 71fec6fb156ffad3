use redis::{Client, RedisResult};

macro_rules! open {
    ($url:expr) => {
        redis::Client::open($url)
    };
}

macro_rules! call {
    ($type:ty, $url:expr) => {
        <$type>::open($url)
    };
}

pub fn opened(url: &str) -> RedisResult<Vec<Client>> {
    println!("{:?}", Client::open(url));
    assert!(Client::open(url).is_ok(), "{:?}", Client::open(url).is_err());
    Ok(vec![open!(url)?, call!(Client, url)?])
}

std::thread_local! {
    static LOCAL: Option<Client> = Client::open("redis://localhost").ok();
}
