//! Takes orders from a queue.

pub mod metrics;
pub mod orders;
pub mod store;
