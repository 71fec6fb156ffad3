// Makes the npm packages of a release: `node npm/packages.mjs ARCHIVES OUT`. ARCHIVES has the archives of the release, OUT gets a
// directory for each package: one for each platform with the program in it, and the one that people install, last by name.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TARGETS = {
  "darwin-arm64": "aarch64-apple-darwin",
  "darwin-x64": "x86_64-apple-darwin",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "linux-x64": "x86_64-unknown-linux-musl",
  "win32-x64": "x86_64-pc-windows-msvc",
};

const [archives, out] = process.argv.slice(2);
if (!archives || !out) {
  console.error("usage: node npm/packages.mjs ARCHIVES OUT");
  process.exit(2);
}
const here = dirname(fileURLToPath(import.meta.url));
const main = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const write = (path, value) => writeFileSync(path, JSON.stringify(value, null, 2) + "\n");

for (const [platform, target] of Object.entries(TARGETS)) {
  const archive = readdirSync(archives).find((name) => name.endsWith(`-${target}.tar.gz`));
  if (!archive) {
    console.error(`there is no archive for ${target} in ${archives}`);
    process.exit(1);
  }
  const directory = join(out, platform);
  const unpacked = mkdtempSync(join(tmpdir(), "ssot-npm-"));
  mkdirSync(directory, { recursive: true });
  execFileSync("tar", ["-xzf", join(archives, archive), "-C", unpacked, "--strip-components=1"]);
  const [os, cpu] = platform.split("-");
  const program = os === "win32" ? "ssot.exe" : "ssot";
  cpSync(join(unpacked, program), join(directory, program));
  cpSync(join(here, "..", "LICENSE"), join(directory, "LICENSE"));
  rmSync(unpacked, { recursive: true });
  write(join(directory, "package.json"), {
    name: `@ssot-bin/${platform}`,
    version: main.version,
    description: `The program ssot for ${platform}; install the package ssot`,
    license: main.license,
    os: [os],
    cpu: [cpu],
    preferUnplugged: true,
  });
}
const whole = join(out, "ssot");
mkdirSync(whole, { recursive: true });
for (const name of ["package.json", "ssot.js"]) cpSync(join(here, name), join(whole, name));
for (const name of ["README.md", "LICENSE"]) cpSync(join(here, "..", name), join(whole, name));
