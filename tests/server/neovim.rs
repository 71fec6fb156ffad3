//! Neovim's own client against the server.
//!
//! Without Neovim there is nothing to test with, which is said.

use std::process::Command;

use super::actions;

#[test]
fn neovim_shows_a_diagnostic_and_applies_its_fix() {
    if Command::new("nvim").arg("--version").output().is_err() {
        eprintln!("skipped: no Neovim here; `apt-get install neovim` brings it");
        return;
    }
    let tree = actions::tree();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/server/neovim.lua");
    let mut command = Command::new("nvim");
    command.args(["--headless", "-u", "NONE", "-i", "NONE", "-l", script]);
    // `-l` came with 0.9; before, a command reads the script.
    let version = Command::new("nvim").arg("--version").output().expect("it ran before").stdout;
    if ["v0.7", "v0.8"].iter().any(|old| String::from_utf8_lossy(&version).contains(old)) {
        command = Command::new("nvim");
        command.args(["--headless", "-u", "NONE", "-i", "NONE", "-c", &format!("luafile {script}")]);
    }
    command.env("SSOT_BINARY", env!("CARGO_BIN_EXE_ssot")).env("SSOT_ROOT", tree.root()).env_remove("SSOT_CONFIG");
    let output = command.output().expect("Neovim runs");
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && words.contains("no-old 1 0"), "{words}");
    let fixed = tree.read("app/use.py");
    assert!(!fixed.contains("app.old"), "{fixed}");
}
