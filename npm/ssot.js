#!/usr/bin/env node
// Starts the program of this platform, which npm installs as an optional dependency; nothing is downloaded at install time
// and no script runs then. SSOT_BINARY names another program.
"use strict";

const { spawnSync } = require("node:child_process");
const { constants } = require("node:os");

const platform = `${process.platform}-${process.arch}`;

function program() {
  if (process.env.SSOT_BINARY) return process.env.SSOT_BINARY;
  const name = process.platform === "win32" ? "ssot.exe" : "ssot";
  try {
    return require.resolve(`@ssot-bin/${platform}/${name}`);
  } catch {
    console.error(
      `error: there is no ssot for ${platform} in node_modules; install with optional dependencies, ` +
        "or build it with cargo and name it in SSOT_BINARY",
    );
    process.exit(2);
  }
}

const path = program();
const run = spawnSync(path, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
if (run.error) {
  console.error(`error: ${path} cannot be started: ${run.error.message}`);
  process.exit(2);
}
// A program that a signal ended has no code: the shell's convention for it.
process.exit(run.status ?? 128 + (constants.signals[run.signal] ?? 0));
