#!/usr/bin/env bash
# The shell steps of action.yml. Everything that a workflow's author or a pull request can write comes in through the
# environment and is only ever used as a quoted argument.
#   identify  writes `sources`, a hash of what the program is built from, to GITHUB_OUTPUT
#   install   builds the program into RUNNER_TEMP/ssot-bin, unless the cache has brought it
#   check     runs it: annotations on standard output, a summary, and the outputs of the action; ends with its exit code
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program="$RUNNER_TEMP/ssot-bin/bin/ssot"

identify() {
    local sources
    sources=$(cd "$here" && find Cargo.toml Cargo.lock src rules ssot.schema.json -type f -print0 | LC_ALL=C sort -z |
        xargs -0 cat | git hash-object --stdin)
    echo "sources=$sources" >>"$GITHUB_OUTPUT"
}

install() {
    if [[ -x $program || -x $program.exe ]]; then
        echo "ssot comes from the cache"
    else
        cargo install --quiet --locked --path "$here" --root "$RUNNER_TEMP/ssot-bin"
    fi
    "$program" --version
}

# Puts the lines of $1 that are not empty into the array `lines`; written for bash 3.2, which macOS has.
read_lines() {
    local line
    lines=()
    while IFS= read -r line; do
        line=${line%$'\r'}
        if [[ -n $line ]]; then lines+=("$line"); fi
    done <<<"$1"
}

check() {
    local reports arguments code=0
    reports=$(mktemp -d "$RUNNER_TEMP/ssot-reports.XXXXXX")
    arguments=(check --no-progress --format github)
    arguments+=(--report "json=$reports/ssot.json" --report "sarif=$reports/ssot.sarif")
    if [[ -n ${SSOT_INPUT_CONFIG:-} ]]; then arguments+=("--config=$SSOT_INPUT_CONFIG"); fi
    if [[ -n ${SSOT_INPUT_FAIL_UNDER:-} ]]; then arguments+=("--fail-under=$SSOT_INPUT_FAIL_UNDER"); fi
    if [[ -n ${SSOT_INPUT_GATE:-} ]]; then arguments+=("--gate=$SSOT_INPUT_GATE"); fi
    if [[ -n ${SSOT_INPUT_AGAINST:-} ]]; then arguments+=("--against=$SSOT_INPUT_AGAINST"); fi
    if [[ ${SSOT_INPUT_STRICT:-} == true ]]; then arguments+=(--strict); fi
    read_lines "${SSOT_INPUT_OPTIONS:-}"
    if ((${#lines[@]})); then arguments+=("${lines[@]}"); fi
    read_lines "${SSOT_INPUT_PATHS:-}"
    if ((${#lines[@]})); then arguments+=(-- "${lines[@]}"); fi

    cd -- "${SSOT_INPUT_WORKING_DIRECTORY:-.}"
    "$program" "${arguments[@]}" || code=$?
    # After a configuration error there is no report, and no output either. The format `github` writes the step summary.
    if [[ -f $reports/ssot.json ]]; then
        {
            jq -r '"score=\(if .summary.files_scanned > 0 then .score.overall else "" end)"' "$reports/ssot.json"
            jq -r '"new=\(.comparison.new // .summary.violations.new)"' "$reports/ssot.json"
            jq -r '"delta=\(.comparison.delta // "")", "fixed=\(.comparison.fixed // "")"' "$reports/ssot.json"
            # An upload without results closes every alert, so that there must have been something to look at.
            jq -r --arg sarif "$reports/ssot.sarif" '"sarif=\(if .summary.files_scanned > 0 then $sarif else "" end)"' \
                "$reports/ssot.json"
        } | tr -d '\r' >>"$GITHUB_OUTPUT"
    fi
    return "$code"
}

case ${1:-} in
identify | install | check) "$1" ;;
*)
    echo "usage: action.sh identify | install | check" >&2
    exit 2
    ;;
esac
