# Fakes of the four tools as small scripts, so that the rules of the entrypoint can be tested alone. Sourced by the .bats files.
#
# A fake prints its stream ($STATE/NAME.out) and its messages ($STATE/NAME.err), and ends with $STATE/NAME.status. Its arguments,
# environment and input are kept in $STATE/NAME.{args,env,in}. $STATE/NAME.hook, if there is one, runs before it prints.
# shellcheck shell=bash

SOURCE_DIR=${SOURCE_DIR:-$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)}
SCRIPTS=${SCRIPTS:-$SOURCE_DIR/scripts}

forget_settings() {
    local name
    for name in $(compgen -e); do
        case $name in
            ACTIVATE_* | CW_* | SYNC_* | PW_* | DRY_RUN | LOG_LEVEL | LOG_FORMAT | CAPTURE_* | HEARTBEAT_URL | RUN_ID) unset "$name" ;;
            METRICS_FILE | PUSHGATEWAY_URL) unset "$name" ;;
            XDG_RUNTIME_DIR | BIN | *_proxy | *_PROXY) unset "$name" ;;
        esac
    done
}

setup_fakes() {
    forget_settings
    FAKES=$BATS_TEST_TMPDIR/bin
    export STATE=$BATS_TEST_TMPDIR/state TMPDIR=$BATS_TEST_TMPDIR/tmp
    export SYNC_LOCK_FILE=$TMPDIR/sync.lock # each test has its own
    mkdir -p "$FAKES" "$STATE" "$TMPDIR" "$BATS_TEST_TMPDIR/here"
    cd "$BATS_TEST_TMPDIR/here" || return 1
    PATH=$FAKES:$PATH
    SYNC=$SCRIPTS/pw-activate-scim-sync
    local tool
    for tool in activate-export scim-export scim-diff scim-apply activate-confirm scim-confirm activate-check scim-check; do
        cat >"$FAKES/$tool" <<'FAKE'
#!/bin/bash
name=${0##*/}
[[ " $* " != *' --side=desired '* ]] || name=activate-export # ACTIVATE's own SCIM service
[[ " $* " != *' --confirm '* ]] || name=${name%-export}-confirm # confirmations
[[ " $* " != *' --check '* ]] || name=${name%-export}-check
[[ ${1:-} != --version ]] || { echo "$name 1.2.3"; exit 0; }
printf '%s\n' "$@" >"$STATE/$name.args"
env >"$STATE/$name.env"
echo "$name" >>"$STATE/called"
[[ $name != scim-apply ]] || cat >"$STATE/$name.in"
[[ ! -e $STATE/$name.hook ]] || source "$STATE/$name.hook"
[[ ! -e $STATE/$name.err ]] || cat "$STATE/$name.err" >&2
cat "$STATE/$name.out"
exit "$(cat "$STATE/$name.status")"
FAKE
        chmod +x "$FAKES/$tool"
        echo 0 >"$STATE/$tool.status"
    done
    cat >"$STATE/activate-export.out" <<'STREAM'
{"type":"stream","format":1,"kind":"directory","side":"desired"}
{"type":"user","externalId":"pw-activate:user:ada","userName":"ada@acme.org","active":true}
{"type":"end","users":1,"groups":0}
STREAM
    cat >"$STATE/scim-export.out" <<'STREAM'
{"type":"stream","format":1,"kind":"directory","side":"current"}
{"type":"end","users":0,"groups":0}
STREAM
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations"}' '{"type":"end","confirmations":0}' >"$STATE/activate-confirm.out"
    printf '%s\n' '{"type":"stream","format":1,"kind":"confirmations","side":"current"}' '{"type":"end","asked":0,"users":0,"groups":0}' >"$STATE/scim-confirm.out"
    echo 'ok    ACTIVATE: key accepted' >"$STATE/activate-check.out"
    echo 'ok    SCIM: token accepted' >"$STATE/scim-check.out"
    rm "$FAKES"/{activate,scim}-c*
    # shellcheck disable=SC2016 # the dollar is the fake's
    printf '#!/bin/bash\ncat >"$STATE/plan-show.in" "$@"\necho "a plan for people"\n' >"$FAKES/plan-show"
    chmod +x "$FAKES/plan-show"
    plan '{"create":1,"unchanged":194}' '{"type":"change","action":"create","id":"c-1"}'
    results '{"applied":1}' '{"type":"outcome","action":"create","outcome":"applied"}'
}

# stream NAME KIND SEAL LINE...: the stream that NAME prints; the variable `otherwise` has the fields that SEAL does not have.
stream() {
    local name=$1 kind=$2 seal=$3
    shift 3
    {
        printf '{"type":"stream","format":1,"kind":"%s"}\n' "$kind"
        ((!$#)) || printf '%s\n' "$@"
        jq -c --argjson otherwise "${otherwise:-null}" '{type: "end"} + $otherwise + .' <<<"$seal"
    } >"$STATE/$name.out"
}

# plan COUNTS LINE..., results COUNTS LINE...: the output of scim-diff and scim-apply; counts that are not given are 0.
plan() {
    local otherwise='{"desired":{"users":1,"groups":0},"create":0,"update":0,"deactivate":0,"reactivate":0,"adopt":0,"unchanged":0,"skipped":0,"held":0,"withheld":0,"unresolved":0,"partial":0,"acknowledged":0}'
    stream scim-diff plan "$@"
}
results() {
    local otherwise='{"applied":0,"failed":0,"skipped":0,"held":0,"unresolved":0,"partial":0}'
    stream scim-apply results "$@"
}

# ends NAME STATUS [MESSAGES]
ends() {
    echo "$2" >"$STATE/$1.status"
    [[ $# -lt 3 ]] || printf '%s\n' "$3" >"$STATE/$1.err"
}

# before NAME: sets its hook, from standard input.
before() { cat >"$STATE/$1.hook"; }

# fail_jq WORD: a jq with WORD in its arguments is killed, as the kernel does if memory is short.
fail_jq() {
    printf '#!/bin/bash\n[[ "$*" != *%q* ]] || kill -KILL $$\nexec %q "$@"\n' "$1" "$(PATH=${PATH#"$FAKES:"} type -P jq)" >"$FAKES/jq"
    chmod +x "$FAKES/jq"
}

cut_short() { sed -i '$d' "$STATE/$1.out"; }

# shellcheck disable=SC2120 # the .bats files give it arguments
sync() { run --separate-stderr "$SYNC" "$@"; }

# refute COMMAND...: bash does not count a bare "! command" that fails as a failure.
refute() { ! "$@"; }

called() { [[ -e $STATE/called ]] && grep -qx -- "$1" "$STATE/called"; }

# shellcheck disable=SC2154 # bats' variables
# The last line of standard error, where Kubernetes looks for the reason.
last_line() { printf '%s' "${stderr_lines[-1]}"; }

# expect STATUS [PART OF THE LAST LINE]: shows everything if it does not hold.
# shellcheck disable=SC2154 # status and friends are bats'
expect() {
    if [[ $status != "$1" || $(last_line) != *"${2:-}"* ]]; then
        printf 'status %s, wanted %s\nwanted in the last line: %s\nstderr:\n%s\nstdout:\n%s\n' \
            "$status" "$1" "${2:-}" "$stderr" "$output"
        return 1
    fi
}

# No temporary directory and no lock may remain.
nothing_left() {
    local left
    left=$(ls -A "$TMPDIR")
    [[ -z $left ]] || {
        echo "left in TMPDIR: $left"
        return 1
    }
}

# wait_for FILE: waits until it exists, at most a minute.
wait_for() {
    local deadline=$((SECONDS + 60))
    until [[ -e $1 ]]; do
        ((SECONDS < deadline)) || {
            echo "$1 did not appear"
            return 1
        }
        sleep 0.02
    done
}

# ends_with WANTED STAGE=STATUS...: the status of the run if the stages end with these.
ends_with() {
    local wanted=$1 pair
    shift
    rm -f "$STATE/called"
    for pair in activate-export=0 scim-export=0 scim-diff=0 scim-apply=0 "$@"; do ends "${pair%%=*}" "${pair#*=}"; done
    # shellcheck disable=SC2119
    sync
    expect "$wanted" || {
        echo "with $*"
        return 1
    }
}

# captured FILE: its path in the only capture, decompressed.
captured() {
    local directories=("$BATS_TEST_TMPDIR/captures"/20*/)
    [[ ! -e ${directories[0]}$1.gz ]] || gzip -d -- "${directories[0]}$1.gz"
    echo "${directories[0]}$1"
}

# env_file: writes a private .env in this directory from standard input.
env_file() {
    cat >.env
    chmod 600 .env
}
