//! End-to-end tests of the real binary, in directories of their own.

mod check;
mod config;
mod files;
mod process;
mod support;
