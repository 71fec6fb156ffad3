//! `ssot server`, driven over its standard streams by a client of our own.

#![allow(clippy::expect_used, clippy::disallowed_methods, reason = "tests make files and may end at once")]

mod actions;
mod client;
mod equality;
mod neovim;
#[path = "../pages/mod.rs"]
mod pages;
mod protocol;
#[allow(dead_code, reason = "it serves the tests of the command line as well")]
#[path = "../cli/support.rs"]
mod support;
mod typing;
