# Servers on loopback for these tests: starts one, waits until it listens, stops all. Sourced by the .bats files.
#
# Environment variables (ctest sets them; each has a default for a tree built with the dev preset):
#   SOURCE_DIR   the source tree               BIN       folder of the four tools
#   SCRIPTS      folder of the shell scripts   SANDBOX   the sandbox program
#
# Every server takes a free port and prints it in its `ready` line. Its files, NAME.{out,err,pid}, are in the temporary directory of the
# test that started it, or of the file if setup_file did; stop_all in the teardown of the same kind ends it.
# shellcheck shell=bash

SOURCE_DIR=${SOURCE_DIR:-$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}
BIN=${BIN:-$SOURCE_DIR/build/dev/tools}
SCRIPTS=${SCRIPTS:-$SOURCE_DIR/scripts}
SANDBOX=${SANDBOX:-$SOURCE_DIR/build/dev/tests/sandbox/sandbox}
PATH=$BIN:$PATH
export SOURCE_DIR BIN SCRIPTS SANDBOX PATH
# A test sets its variables itself. No variable is taken from outside, and no proxy is used for loopback (npm may need one). Once a file:
# the variables of its setup_file stay.
if [[ ${E2E_SCRUBBED_FOR:-} != "$BATS_TEST_FILENAME" ]]; then
    for variable in $(compgen -e); do
        case $variable in
            ACTIVATE_* | CW_* | SYNC_* | PW_* | DRY_RUN | LOG_LEVEL | LOG_FORMAT | CAPTURE_* | HEARTBEAT_URL | RUN_ID) unset "$variable" ;;
        esac
    done
    unset variable
    export E2E_SCRUBBED_FOR=$BATS_TEST_FILENAME
fi
export NO_PROXY=127.0.0.1,localhost no_proxy=127.0.0.1,localhost

servers_dir() { echo "${BATS_TEST_TMPDIR:-$BATS_FILE_TMPDIR}"; }

# Prints one line for the developer, past bats' capture of output.
complain() { echo "# $*" >&3; }

# start NAME READY COMMAND... - runs COMMAND in the background until stop_all; sets URL to the first http:// address in the line of its
# output that matches READY. Gives up after START_SECONDS, or at once if the command ends.
start() {
    local name=$1 ready=$2 dir out err pid line deadline=$((SECONDS + ${START_SECONDS:-60}))
    shift 2
    dir=$(servers_dir) out=$dir/$name.out err=$dir/$name.err
    "$@" </dev/null >"$out" 2>"$err" 3>&- 4>&- &
    pid=$!
    echo "$pid" >"$dir/$name.pid"
    until line=$(grep -m1 -- "$ready" "$out"); do
        if ! kill -0 "$pid" 2>/dev/null; then
            complain "$name ended before it was ready: $(tail -n 3 "$err" | tr '\n' ' ')"
            return 1
        fi
        if ((SECONDS >= deadline)); then
            complain "$name was not ready in ${START_SECONDS:-60} s: $(tail -n 3 "$err" | tr '\n' ' ')"
            return 1
        fi
        sleep 0.05
    done
    URL=http${line#*http}
    URL=${URL%%[[:space:]]*}
}

# stop NAME - ends that server and waits for it; kills it if it does not end.
stop() {
    local file pid deadline=$((SECONDS + 10))
    file=$(servers_dir)/$1.pid
    [[ -e $file ]] || return 0
    pid=$(<"$file")
    rm -f -- "$file"
    kill -TERM "$pid" 2>/dev/null || return 0
    while kill -0 "$pid" 2>/dev/null; do
        if ((SECONDS >= deadline)); then
            kill -KILL "$pid" 2>/dev/null || true
            complain "$1 did not end on SIGTERM"
            return 1
        fi
        sleep 0.05
    done
}

# For teardown and teardown_file: ends everything that start() started.
stop_all() {
    local file dir status=0
    dir=$(servers_dir)
    for file in "$dir"/*.pid; do
        [[ ! -e $file ]] || stop "$(basename "$file" .pid)" || status=1
    done
    return "$status"
}

# need_node_modules - tests/node_modules as tests/package-lock.json lists it.
need_node_modules() {
    local log
    log=$(servers_dir)/npm.log
    "$SOURCE_DIR/tests/node-modules.sh" >"$log" 2>&1 3>&- 4>&- && return
    complain "$(grep -iE '^(npm (ERR!|error)|node-modules.sh:)' "$log" | tail -n 4 | tr '\n' ' ')"
    return 1
}

# start_scimmy [OPTION]..., start_scimpatch [OPTION]... - a third-party SCIM server. Set SCIM_URL and SCIM_TOKEN, and the variables of the
# tools: CW_SCIM_BASE_URL, CW_SCIM_BEARER_TOKEN.
start_scimmy() { start_scim scimmy "$@"; }
start_scimpatch() { start_scim scimpatch "$@"; }
start_scim() {
    local name=$1
    shift
    need_node_modules || return 1
    SCIM_TOKEN=e2e-scim-token
    start "${name##*/}" '^ready ' node "$SOURCE_DIR/tests/servers/$name.mjs" --token "$SCIM_TOKEN" "$@" || return 1
    SCIM_URL=$URL
    export SCIM_URL SCIM_TOKEN CW_SCIM_BASE_URL=$SCIM_URL CW_SCIM_BEARER_TOKEN=$SCIM_TOKEN
}
scim_state() { curl -fsS "${SCIM_URL%/scim/v2}/__state"; }
# The number of write requests so far.
scim_writes() { curl -fsS "${SCIM_URL%/scim/v2}/__requests" | jq '[to_entries[] | select(.key != "GET") | .value] | add // 0'; }

# start_sandbox [OPTION]... - both services in one program. Sets SANDBOX_URL and the variables of the tools.
start_sandbox() {
    if [[ ! -x $SANDBOX ]]; then
        complain "$SANDBOX is not there; build it first, or say where it is in SANDBOX"
        return 1
    fi
    local environment
    environment=$(servers_dir)/sandbox.env
    start sandbox '^ready ' "$SANDBOX" --port 0 --env-file "$environment" "$@" || return 1
    SANDBOX_URL=$URL
    set -a
    # shellcheck source=/dev/null
    source "$environment"
    set +a
    # Each test has a lock of its own: another test at the same time uses another organization.
    SYNC_LOCK_FILE=$(servers_dir)/sync.lock
    export SANDBOX_URL SYNC_LOCK_FILE ACTIVATE_SSH_KEYS=rest
}
# sandbox METHOD PATH [BODY] - its control API: /activate and /scim are the states of the services, /requests counts the requests.
sandbox() {
    curl -fsS -X "$1" ${3:+-H 'Content-Type: application/json' --data "$3"} "$SANDBOX_URL/sandbox$2"
}

# start_prism UPSTREAM - ACTIVATE's published API, checked between a client and UPSTREAM: a violation is answered with 500 and the header
# sl-violations. Sets PRISM_URL.
start_prism() {
    need_node_modules || return 1
    start prism 'Prism is listening on ' node "$SOURCE_DIR/tests/node_modules/.bin/prism" proxy "$SOURCE_DIR/tests/contract/activate-openapi.json" "$1" \
        --errors --host 127.0.0.1 --port 0 --multiprocess false || return 1
    PRISM_URL=$URL
    export PRISM_URL
}

# fixture_once [OPTION]... - sets FIXTURE to a fixture from make-fixture.mjs, made once per test file, also if tests run in parallel.
fixture_once() {
    local lock status=0
    FIXTURE=$BATS_FILE_TMPDIR/fixture.json
    exec {lock}<"$BATS_FILE_TMPDIR"
    flock "$lock"
    [[ -s $FIXTURE ]] || node "$SOURCE_DIR/tests/e2e/make-fixture.mjs" "$@" >"$FIXTURE" || status=1
    exec {lock}<&-
    return "$status"
}

# ends STATUS COMMAND... - the command ends with that status.
ends() {
    local wanted=$1 status=0
    shift
    "$@" || status=$?
    [ "$status" -eq "$wanted" ]
}

# sync_once DIR - one complete run with files between the stages; every stage must end with 0.
sync_once() {
    mkdir -p "$1"
    activate-export >"$1/desired.jsonl" &&
        scim-export >"$1/current.jsonl" &&
        scim-diff "$1/desired.jsonl" "$1/current.jsonl" >"$1/plan.jsonl" &&
        scim-apply "$1/plan.jsonl" >"$1/results.jsonl"
}

# seal FILE [FILTER] - the seal of a stream, which can be compressed.
seal() { gzip -dcf -- "$1" | tail -n 1 | jq -c "${2:-.}"; }

# The expected state, from ACTIVATE's {"users":[],"groups":[]}; the actual state, from a SCIM service's {"Users":[],"Groups":[]}.
expected() { jq -S -f "$SOURCE_DIR/tests/e2e/expected.jq"; }
actual() { jq -S -f "$SOURCE_DIR/tests/e2e/actual.jq"; }

# The unmanaged rows, unchanged: a difference in a single byte is found.
strangers_of() { jq -c '(.Users, .Groups) |= map(select((.externalId // "") | startswith("pw-activate:") | not))'; }

# same FILE FILE - or prints the first lines in which they differ.
same() {
    cmp -s "$1" "$2" && return 0
    diff -u "$1" "$2" | head -n 40
    return 1
}
