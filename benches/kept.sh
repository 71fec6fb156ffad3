#!/bin/sh
# Measures runs with kept results beside a word search, by processor time. Nothing of the corpus is kept changed.
#
#   benches/kept.sh BINARY CORPUS POLICY WORD FILE HUB
#
# FILE is a file that nobody imports, HUB one that many do, both relative to CORPUS.
set -eu
[ $# -eq 6 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
binary=$(realpath "$1") corpus=$2 policy=$(realpath "$3") word=$4 file=$5 hub=$6
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
SSOT_CACHE_DIR=$scratch/cache
export SSOT_CACHE_DIR
cd "$corpus"
timed() { # NAME COMMAND...
    name=$1
    shift
    python3 - "$name" "$@" <<'PY'
import resource, subprocess, sys
before = resource.getrusage(resource.RUSAGE_CHILDREN)
subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
after = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{sys.argv[1]:24} {after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime:6.2f} s CPU")
PY
}
search() { timed "word search" rg -c -g '*.py' "$word" .; }
check() { name=$1; shift; timed "$name" "$binary" check --config "$policy" --format json "$@" .; }
edited() { # NAME PATH
    cp -p "$2" "$scratch/saved"
    printf '\ndef added_by_the_benchmark():\n    return 1\n' >> "$2"
    check "$1"
    cp -p "$scratch/saved" "$2"
    "$binary" check --config "$policy" --format json . > /dev/null 2>&1 || :
}
for _ in 1 2 3 4 5; do search; done
check "without kept results" --no-cache
check "nothing was kept"
for _ in 1 2 3 4 5; do search; check "nothing changed"; edited "one file changed" "$file"; edited "the hub changed" "$hub"; done
