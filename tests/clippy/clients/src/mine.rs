//! Nothing here comes from a client crate.
mod redis {
    pub struct Client;

    impl Client {
        pub fn open(_: &str) -> Self {
            Self
        }
    }
}

pub fn own() {
    use redis::Client;
    Client::open("a");
    redis::Client::open("b");
    self::redis::Client::open("c");
}

pub fn block() {
    struct Pool;
    impl Pool {
        fn builder() -> Self {
            Self
        }
    }
    Pool::builder();
}
