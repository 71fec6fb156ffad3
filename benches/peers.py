"""Times a word search, the peers and ssot on one tree in turns; called by peers.sh.

Wall time, CPU time (user and system, children included) and peak memory are those that the kernel counts for each
process; medians of RUNS rounds. Before each run the files are read, so that none pays for a page cache that another one
emptied. Slow peers run once.
"""

import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib

RUNS = int(os.environ.get("RUNS", "5"))
LIMIT = 600


def measured(command, directory):
    """Wall seconds, CPU seconds and peak memory in MB of one run."""
    start = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command, cwd=directory, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{command[0]} failed with {status}: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bans(policy):
    """The literal Python symbols that the rules of a policy ban, by kind."""
    rules = tomllib.loads(pathlib.Path(policy).read_text()).get("rule", [])
    found = {"import": [], "construct": []}
    for rule in rules:
        for symbol in rule.get("ban", []):
            if "*" not in symbol and "::" not in symbol and rule["kind"] in found:
                found[rule["kind"]].append(symbol)
    return found


def peers(scratch, banned):
    """The commands of the peers that are installed; each gets the same bans in its own form."""
    every = banned["import"] + banned["construct"]
    ruff = scratch / "ruff.toml"
    table = "".join(f'"{symbol}".msg = "banned"\n' for symbol in every)
    ruff.write_text('[lint]\nselect = ["TID251"]\n[lint.flake8-tidy-imports.banned-api]\n' + table)
    semgrep = scratch / "semgrep.yml"
    patterns = "".join(f"      - pattern: {symbol}(...)\n" for symbol in banned["construct"])
    patterns += "".join(f"      - pattern: import {symbol}\n" for symbol in banned["import"])
    semgrep.write_text(
        "rules:\n  - id: banned\n    message: banned\n    severity: ERROR\n    languages: [python]\n    pattern-either:\n" + patterns
    )
    tails = sorted({".".join(symbol.split(".")[-2:]) for symbol in banned["construct"]})
    ast_grep = scratch / "ast-grep.yml"
    ast_grep.write_text(
        "id: banned\nlanguage: python\nrule:\n  any:\n" + "".join(f"    - pattern: {tail}($$$ARGS)\n" for tail in tails)
    )
    commands = {
        "ruff TID251": ["ruff", "check", "--no-cache", "--quiet", "--config", str(ruff), "."],
        "ast-grep": ["ast-grep", "scan", "--rule", str(ast_grep), "."],
        "semgrep": ["semgrep", "scan", "--quiet", "--metrics=off", "--disable-version-check", "--config", str(semgrep), "."],
    }
    return {name: command for name, command in commands.items() if shutil.which(command[0]) or missing(command[0])}


def missing(tool):
    print(f"{tool} is not installed: left out", file=sys.stderr)


def main():
    ssot, corpus, policy, word = sys.argv[1:]
    ssot, corpus = str(pathlib.Path(ssot).resolve()), pathlib.Path(corpus).resolve()
    policy = str(pathlib.Path(policy).resolve()) if policy else ""
    searched = [path for kind in ("*.py", "*.pyi", "*.rs") for path in corpus.rglob(kind) if path.is_file()]
    size = sum(path.stat().st_size for path in searched)
    with tempfile.TemporaryDirectory() as directory:
        scratch = pathlib.Path(directory)
        given = scratch / "ssot.toml"
        given.write_text(pathlib.Path(policy).read_text() if policy else 'extends = ["redis"]\n')
        banned = bans(given) if policy else {"import": [], "construct": ["redis.Redis", "redis.asyncio.Redis"]}
        commands = {"ripgrep, one word": ["rg", "-c", "-tpy", "-trust", word, "."]}
        commands["ssot"] = [ssot, "check", "--config", str(policy or given), "--format", "json", "."]
        # What the peers are asked for is in Python.
        commands |= peers(scratch, banned) if any(banned.values()) else {}
        results = {name: [] for name in commands}
        for at in range(RUNS):
            for name, command in commands.items():
                if at == 0 or statistics.median(run[0] for run in results[name]) * RUNS < LIMIT:
                    for path in searched:
                        path.read_bytes()
                    results[name].append(measured(command, corpus))
    show(results, searched, size)


def show(results, searched, size):
    """Prints the table; with RECORD it also replaces the block of docs/performance.md that has this name."""
    lines = list(table(results, searched, size))
    print("\n".join(lines))
    if name := os.environ.get("RECORD"):
        page = pathlib.Path(__file__).parent.parent / "docs" / "performance.md"
        head, rest = page.read_text().split(f"<!-- measured:{name} -->\n", 1)
        _, tail = rest.split("<!-- end -->\n", 1)
        page.write_text(head + f"<!-- measured:{name} -->\n" + "\n".join(lines) + "\n<!-- end -->\n" + tail)


def table(results, searched, size):
    medians = {name: [statistics.median(column) for column in zip(*runs)] for name, runs in results.items()}
    base = medians["ripgrep, one word"]
    yield f"{len(searched):,} files, {size / 1e6:.0f} MB; {platform.machine()}, {os.cpu_count()} cores, {platform.system()}."
    yield ""
    yield "| work | wall s | CPU s | peak MB | wall to ripgrep | CPU to ripgrep | runs |"
    yield "|---|---|---|---|---|---|---|"
    for name, (wall, cpu, memory) in medians.items():
        ratios = f"{wall / base[0]:.1f} | {cpu / base[1]:.1f}"
        yield f"| {name} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {ratios} | {len(results[name])} |"


if __name__ == "__main__":
    main()
