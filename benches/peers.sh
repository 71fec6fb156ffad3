#!/usr/bin/env bash
# Runs the peers and this program on one tree, side by side, and prints what each costs as ratios to a word search:
#
#   benches/peers.sh CORPUS [POLICY] [WORD]
#
# POLICY (a rules file; its literal Python bans are what the peers are asked for) is the pack's if none is given; WORD is
# `redis`. Peers are looked for on PATH and in $PEERS (a virtual environment made by
# `python3 -m venv DIR && DIR/bin/pip install ruff semgrep ast-grep-cli`); one that is missing is left out with a notice.
# RUNS sets the number of rounds, RECORD=NAME writes the table into the block of that name in docs/performance.md.
set -euo pipefail

corpus=${1:?usage: benches/peers.sh CORPUS [POLICY] [WORD]}
here=$(cd "$(dirname "$0")/.." && pwd)
[ -n "${PEERS:-}" ] && PATH="$PATH:$PEERS/bin"
(cd "$here" && cargo build --release --quiet --bin ssot)
exec python3 "$here/benches/peers.py" "${CARGO_TARGET_DIR:-$here/target}/release/ssot" "$corpus" "${2:-}" "${3:-redis}"
