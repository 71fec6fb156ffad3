//! The stand-in for a library: what is constructed prints the place of its caller.

use std::panic::Location;

#[track_caller]
fn record() {
    println!("built {}", Location::caller());
}

/// Prints the place of a caller that constructs something else.
#[track_caller]
pub fn note() {
    println!("other {}", Location::caller());
}

pub struct Client;

impl Client {
    #[track_caller]
    pub fn open(_: u32) -> Client {
        record();
        Client
    }
}

pub struct Other;

impl Other {
    #[track_caller]
    pub fn open(_: u32) -> Other {
        note();
        Other
    }
}

#[track_caller]
pub fn connect(_: u32) {
    record();
}

#[track_caller]
pub fn other(_: u32) {
    note();
}
