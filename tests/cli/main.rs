//! End-to-end tests of the real binary, in directories of their own.

mod files;
mod process;
mod support;
