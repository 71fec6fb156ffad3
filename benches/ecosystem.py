#!/usr/bin/env python3
"""Runs ssot on 20 packages of PyPI and 10 crates, pinned by version and sum, and counts what it says.

    benches/ecosystem.py target/release/ssot
    benches/ecosystem.py target/release/ssot --against /path/to/another/ssot

The first prints a table: violations by rule, problems, unresolved uses, time. With --against it prints what differs from another
program, as Markdown for a pull request, each violation that only one has included; the exit code is 1 if something does.
Packages are fetched with pip and cargo into --cache and only unpacked; nothing of them is built, installed or run.
"""
import argparse
import collections
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

PACKS = ["redis", "database", "environment", "http-client", "ids", "jwt", "logging", "messaging", "object-storage", "time"]

# Name, version, SHA-256 of the wheel.
WHEELS = [
    ("alembic", "1.20.1", "9970712cfb81ea26c8658d378aaa5b8f6ff9146e5bb111d70497c164016cf598"),
    ("boto3", "1.44.8", "099caf21553bbbfef118904aa02fadb8776a534704cf00bede0ed9f29a4da88e"),
    ("celery", "5.7.0", "18310a9c919f9029e4735367484d93e6a25cdfd30afdc474622cc263d9b35f6e"),
    ("django-redis", "7.0.0", "4b23aa6e0cd0937bb1242e9a463809e6004de3ca2150f34e986306bb6220d688"),
    ("dramatiq", "2.2.1", "4e2466d07d5a1c4910b49944e5b45704c123b82325384e1319f6d08d94559c46"),
    ("fastapi", "0.165.0", "896f48462042bb4f162147eb8fac7e858753dc1f486765709baf105d70e4fc5b"),
    ("flask", "3.1.3", "f4bcbefc124291925f1a26446da31a5178f9483862233b23c0c96a20701f670c"),
    ("httpx", "0.28.1", "d909fcccc110f8c7faf814ca82a9a4d816bc5a6dbfea25d6591d6985b8ba59ad"),
    ("kombu", "5.7.0", "dede73bff4c89175be382c4203d2f167cf7017c384396ec75c36a1b5678f1587"),
    ("limits", "5.8.0", "ae1b008a43eb43073c3c579398bd4eb4c795de60952532dc24720ab45e1ac6b8"),
    ("pydantic", "2.14.4", "653a2ad9f6d8858529c77c72717d0ea991d6c6837fe683246b2f4b2bbfc3fadc"),
    ("redis", "8.1.0", "a4fe1aac3d3b3cc791d4b3d5931c5a956045dc951ee74d1c913ee3ac4d2ee9fb"),
    ("requests", "2.34.2", "2a0d60c172f83ac6ab31e4554906c0f3b3588d37b5cb939b1c061f4907e278e0"),
    ("rich", "15.0.0", "33bd4ef74232fb73fe9279a257718407f169c09b78a87ad3d296f548e27de0bb"),
    ("rq", "3.0.0", "71b92cb7b2880e0d0ac2a462945e3f09243122f61465cec4238689d8ddf2abf4"),
    ("sentry-sdk", "2.75.0", "9a10e97de2cbd42ad7e4a6e02a0d5af19de9811eb02445077d41ba14c08e170c"),
    ("sqlalchemy", "2.1.9", "449fed5c2caa3b278cc57499d09db001fb3f28dc7f18affc48142aee4dcc0cdf"),
    ("starlette", "1.10.0", "478c0ab3b4ced6e82719849c118fa406f0278a3499c1a898cd15cd31bdc38ce4"),
    ("structlog", "26.1.0", "e081a26d6c373e6d201eca24eede26d8ffab07f88f477822e679183428d3d91e"),
    ("uvicorn", "0.54.0", "505bdb0f318731d45f1f712071fc781a8981f6847a31c902c9f5e652d4f67faf"),
]

# Name, version, SHA-256 of the crate.
CRATES = [
    ("clap_builder", "4.6.7", "ec0797fb7aeb1406c84efac526901f7ec3ead2124f946b494e72879d4b54704d"),
    ("rayon-core", "1.13.0", "22e18b0f0062d30d4230b2e85ff77fdfe4326feb054b9783a3460d8435c8ab91"),
    ("regex-automata", "0.4.19", "41d60ef07df457506a0a1a2073112eb4aae5733dbd2813c3da77d1b0fd441158"),
    ("serde_json", "1.0.154", "e7e9cc8b1b85264074fbcc02a88680c4096b1e47df8f739dceb03bf482f04bd6"),
    ("notify", "8.2.2", "c41a04a5f59df9322cc657286dd2d79f90816119b22c5f847607c850110205ab"),
    ("tempfile", "3.27.0", "32497e9a4c7b38532efcdebeef879707aa9f794296a4f0244f6f69e9bc8574bd"),
    ("ignore", "0.4.34", "484be5657551d7868d67587df967fb4fcbe9d266a761cc855aaa148fda0b3cc7"),
    ("lsp-server", "0.10.0", "3ee25a31f2e571e426eef2896179450cafc7e2f5be00d8a93b1c2d21c0ff7656"),
    ("proptest", "1.12.0", "b8530004ccb15eae51c7e40009fbe317f341f804db54dc033eec1c50be28cfa0"),
    ("insta", "1.49.0", "b67d3d2e287e4b86c10b3f3b641033d1f89b74bdb39d05f34952e2b9a6fe21cd"),
]


def checked(file, wanted):
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != wanted:
        sys.exit(f"error: {file.name} has the sum {found}, not {wanted}")
    return file


def wheel(name, version, digest, cache):
    """Returns the wheel of a package, fetched if it is not there."""
    stem = f"{name.replace('-', '_')}-{version}-"
    present = [file for file in cache.glob("*.whl") if file.name.lower().startswith(stem.lower())]
    if not present:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", cache]
        subprocess.run([*map(str, command), f"{name}=={version}"], check=True)
        present = [file for file in cache.glob("*.whl") if file.name.lower().startswith(stem.lower())]
    return checked(present[0], digest)


def crates(cache):
    """Returns the files of all crates by name and version, fetched by cargo into its own registry if one is not there."""
    home = pathlib.Path(os.environ.get("CARGO_HOME", pathlib.Path.home() / ".cargo"))

    def present():
        found = {}
        for name, version, digest in CRATES:
            for file in home.glob(f"registry/cache/*/{name}-{version}.crate"):
                found[name, version] = checked(file, digest)
        return found

    found = present()
    if len(found) < len(CRATES):
        # A package that only names them: cargo fetches what it depends on and runs nothing of it.
        scratch = cache / "fetch"
        (scratch / "src").mkdir(parents=True, exist_ok=True)
        (scratch / "src" / "lib.rs").write_text("")
        lines = ["[package]", 'name = "fetch"', 'version = "0.0.0"', 'edition = "2021"', "[workspace]", "[dependencies]"]
        lines += [f'{name} = "={version}"' for name, version, _ in CRATES]
        (scratch / "Cargo.toml").write_text("\n".join(lines) + "\n")
        subprocess.run(["cargo", "fetch", "--quiet"], cwd=scratch, check=True)
        found = present()
    missing = [name for name, version, _ in CRATES if (name, version) not in found]
    if missing:
        sys.exit(f"error: cargo did not fetch {', '.join(missing)}")
    return found


def trees(cache):
    """Unpacks every package into a directory of its own and returns the directories by name."""
    directories = {}
    for name, version, digest in WHEELS:
        directory = cache / "trees" / f"{name}-{version}"
        if not directory.is_dir():
            with zipfile.ZipFile(wheel(name, version, digest, cache)) as archive:
                archive.extractall(directory)
        directories[name] = directory
    missing = [crate for crate in CRATES if not (cache / "trees" / f"{crate[0]}-{crate[1]}.crate").is_dir()]
    files = crates(cache) if missing else {}
    for name, version, _ in CRATES:
        directory = cache / "trees" / f"{name}-{version}.crate"
        if not directory.is_dir():
            with tarfile.open(files[name, version]) as archive:
                archive.extractall(directory, filter="data")
        directories[f"{name} (crate)"] = directory
    return directories


def examined(binary, directory, packs):
    """Runs a program on a tree and returns what it says, with the seconds that it took."""
    rules = f"extends = {json.dumps(packs)}\n"
    # Without owners none is inferred: what is counted is every place.
    rules += "".join(f'[[source]]\nid = "{pack}"\ncanonical = []\nowners = []\n' for pack in packs)
    with tempfile.TemporaryDirectory() as scratch:
        config = pathlib.Path(scratch, "ssot.toml")
        config.write_text(rules)
        start = time.monotonic()
        command = [binary, "check", "--config", config, "--format", "json", "--no-cache", "--exit-zero", "--no-respect-gitignore"]
        run = subprocess.run(command, cwd=directory, capture_output=True, text=True)
        took = time.monotonic() - start
    if run.returncode != 0:
        sys.exit(f"error: {binary} ended with {run.returncode} in {directory}\n{run.stderr}")
    said = json.loads(run.stdout)
    places = collections.Counter()
    for it in said["violations"]:
        places[it["rule"], f"{it['path']}:{it['line']}:{it['column']}", it["symbol"]] += 1
    return {
        "places": places,
        "rules": collections.Counter(it["rule"] for it in said["violations"]),
        "problems": sorted(f"{it['path']}:{it['line']} {it['message']}" for it in said["problems"]),
        "unresolved": sum(said["unresolved"].values()) if isinstance(said["unresolved"], dict) else len(said["unresolved"]),
        "files": said["summary"]["files_scanned"],
        "seconds": took,
    }


def print_table(results):
    print("| package | files | violations | problems | unresolved | seconds | by rule |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
    total = collections.Counter()
    for name, it in results.items():
        by_rule = ", ".join(f"{rule} {count}" for rule, count in sorted(it["rules"].items()))
        row = [it["files"], sum(it["rules"].values()), len(it["problems"]), it["unresolved"]]
        total.update(dict(enumerate(row)), seconds=it["seconds"])
        print(f"| {name} | {' | '.join(map(str, row))} | {it['seconds']:.2f} | {by_rule} |")
    print(f"| all | {' | '.join(str(total[at]) for at in range(4))} | {total['seconds']:.2f} | |")


def print_differences(before, after):
    """Prints what differs and returns whether something does; time is shown and counts for nothing."""
    print("| package | violations | problems | unresolved | seconds |")
    print("| --- | ---: | ---: | ---: | ---: |")
    lines, differs = [], False
    for name in after:
        old, new = before[name], after[name]
        counts = [
            (sum(old["rules"].values()), sum(new["rules"].values())),
            (len(old["problems"]), len(new["problems"])),
            (old["unresolved"], new["unresolved"]),
        ]
        gone, come = old["places"] - new["places"], new["places"] - old["places"]
        if not (gone or come or old["problems"] != new["problems"] or counts[2][0] != counts[2][1]):
            continue
        differs = True
        cells = [str(a) if a == b else f"{a} → {b}" for a, b in counts]
        print(f"| {name} | {' | '.join(cells)} | {old['seconds']:.2f} → {new['seconds']:.2f} |")
        for sign, places in (("-", gone), ("+", come)):
            lines += [f"{sign} {name}: {place} [{rule}] {symbol}" for (rule, place, symbol) in sorted(places.elements())]
        lines += [f"- {name}: problem {it}" for it in old["problems"] if it not in new["problems"]]
        lines += [f"+ {name}: problem {it}" for it in new["problems"] if it not in old["problems"]]
    seconds = [sum(it["seconds"] for it in side.values()) for side in (before, after)]
    print(f"| {len(after)} packages | | | | {seconds[0]:.2f} → {seconds[1]:.2f} |")
    print("\n" + ("```diff\n" + "\n".join(lines) + "\n```" if lines else "No violation and no problem differs."))
    return differs


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", type=os.path.abspath, help="the program")
    parser.add_argument("--against", type=os.path.abspath, metavar="BINARY", help="print only what differs from this program")
    parser.add_argument("--packs", default=",".join(PACKS), help="the packs that are used, with commas between them")
    parser.add_argument("--cache", type=pathlib.Path, default=pathlib.Path("target/ecosystem"), help="where packages are kept")
    parser.add_argument("--json", type=pathlib.Path, help="write the counts there as well")
    options = parser.parse_args()
    cache = options.cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    packs = options.packs.split(",")
    directories = trees(cache)
    results = {name: examined(options.binary, directory, packs) for name, directory in directories.items()}
    if options.json:
        plain = {name: {key: value for key, value in it.items() if key not in ("places", "seconds")} for name, it in results.items()}
        options.json.write_text(json.dumps(plain, indent=1, sort_keys=True) + "\n")
    if not options.against:
        print_table(results)
        return
    before = {name: examined(options.against, directory, packs) for name, directory in directories.items()}
    sys.exit(1 if print_differences(before, results) else 0)


if __name__ == "__main__":
    main()
