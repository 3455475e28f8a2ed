#!/bin/bash
# demo.sh: installs missing packages, builds, and shows complete runs of the real pipeline against a test server on loopback for both
# services. Takes no argument. Needs no account, and leaves no process and no file (except build/dev).
set -euo pipefail
export LC_ALL=C.UTF-8
# shellcheck source=scripts/setup.bash
source "$(dirname -- "${BASH_SOURCE[0]}")/setup.bash"

tmp='' sandbox='' url=''

finish() {
    trap - EXIT
    trap '' INT TERM
    if [[ -n $sandbox ]]; then
        kill -TERM "$sandbox" 2>/dev/null || true
        for _ in {1..100}; do
            kill -0 "$sandbox" 2>/dev/null || break
            sleep 0.05
        done
        kill -KILL "$sandbox" 2>/dev/null || true
        wait "$sandbox" 2>/dev/null || true
    fi
    [[ -z $tmp ]] || rm -rf -- "$tmp"
}

start_sandbox() {
    "$root/build/dev/tests/sandbox/sandbox" --port 0 --env-file "$tmp/sandbox.env" \
        >"$tmp/sandbox.out" 2>"$tmp/sandbox.err" </dev/null &
    sandbox=$!
    for _ in {1..200}; do
        url=$(sed -n 's/^ready //p' "$tmp/sandbox.out")
        [[ -z $url ]] || return 0
        kill -0 "$sandbox" 2>/dev/null || break
        sleep 0.05
    done
    cat -- "$tmp/sandbox.err" >&2
    die 70 "the sandbox server did not start"
}

step() { printf '\n== %s\n' "$*"; }

# From here on no setting of the caller is used: not the real accounts, and no proxy for loopback.
forget_settings() {
    local name
    for name in $(compgen -e); do
        case $name in
            ACTIVATE_* | CW_* | SYNC_* | PW_* | DRY_RUN | LOG_* | CAPTURE_DIR | HEARTBEAT_URL | METRICS_FILE | PUSHGATEWAY_URL | RUN_ID) unset "$name" ;;
            HTTP_PROXY | HTTPS_PROXY | ALL_PROXY | http_proxy | https_proxy | all_proxy) unset "$name" ;;
        esac
    done
    export PATH="$root/build/dev/tools:$root/scripts:$PATH" SYNC_LOCK_FILE="$tmp/lock"
}

# sync [OPTION]...: one run with its messages and its plan. A dry run shows the plan by itself. The run must end with $wanted, or 0.
sync() {
    local rc=0
    printf '$ %spw-activate-scim-sync%s\n' "${setting:+$setting }" "${*:+ $*}"
    rm -rf -- "$tmp/captures"
    env ${setting:+"$setting"} pw-activate-scim-sync "$@" --env-file="$tmp/sandbox.env" --capture="$tmp/captures" 2>&1 |
        tee "$tmp/words" | shorten || rc=$?
    ((rc == ${wanted:-0})) || die 1 "this run should have ended with ${wanted:-0}, not $rc; look at the lines above"
    if [[ $* != *--dry-run* ]]; then
        printf '\n$ plan-show plan.jsonl desired.jsonl current.jsonl\n'
        (cd -- "$tmp"/captures/[0-9]*/ && gzip -d -- *.gz && plan-show plan.jsonl desired.jsonl current.jsonl) | shorten
    fi
}

# Long lines are cut, and of lines that begin alike the first few are shown.
shorten() {
    sed --unbuffered -E 's/^(.{137}).{4,}$/\1.../' | awk '
        function rest() { if (more) printf "  ... and %d more\n", more; more = 0 }
        { kind = substr($0, 1, 2) == "  " ? ($1 ~ /^[-+~!]$/ ? $1 $2 : $1) : "" }
        kind != "" && kind == last { if (++same > 4) { more++; next } }
        kind == "" || kind != last { rest(); same = 1; last = kind }
        { print }
        END { rest() }'
}

# The run must have printed this; a demo that shows something else has failed.
expect() {
    grep -q -- "$1" "$tmp/words" || die 1 "the last run should have printed \"$1\"; look at the lines above"
}

# of_activate METHOD users|groups/NAME [BODY]: asks the test server to show or change the state of ACTIVATE.
of_activate() {
    curl --silent --show-error --fail --noproxy '*' --request "$1" ${3:+--data "$3"} "$url/sandbox/activate/$(jq -nr --arg path "$2" '$path | split("/") | map(@uri) | join("/")')"
}

# A user who is in a group and has a key, by the username in ACTIVATE.
somebody() {
    (
        set -a
        # shellcheck source=/dev/null
        source "$tmp/sandbox.env"
        ACTIVATE_USER_NAME=username activate-export
    ) | jq -nr '[inputs] | (map(select(.type == "group") | .members[]?) | unique) as $members
            | [.[] | select(.type == "user" and .active and (.sshKeys // [] | length > 0)
                and (.externalId | IN($members[])))][0].userName // empty'
}

(($# == 0)) || die 64 "the argument $1 is not known; call scripts/demo.sh without arguments"
need "$build_needs" "$sandbox_needs"
# Warnings of another compiler are errors in test.sh, not in a first demonstration.
build dev -DSCIM_SYNC_WERROR=OFF activate-export scim-export scim-diff scim-apply sandbox
trap finish EXIT
trap 'exit 143' TERM
trap 'exit 130' INT
tmp=$(mktemp -d "${TMPDIR:-/tmp}/pw-activate-scim-sync.XXXXXX")
cd -- "$tmp"
forget_settings

step "A test server plays both services: an ACTIVATE organization and a CoreWeave SCIM service"
start_sandbox
echo "listening on $url"

step "1. Dry run: what would be done, and nothing is sent"
sync --dry-run
expect 'dry run: would create'

step "2. The run: users, groups and SSH keys are synchronised"
sync
expect 'done: '

step "3. Once more: all is as it should be, so no write is sent"
sync
expect 'nothing to do'

leaver=$(somebody)
[[ -n $leaver ]] || die 1 "the sandbox has no user who could leave"
step "4. $leaver leaves ACTIVATE: deactivated and out of every group, never deleted"
account=$(of_activate GET "users/$leaver")
groups=$(of_activate GET '' | jq -c --arg name "$leaver" '[.groups[] | select(.members | index($name)).name]')
of_activate DELETE "users/$leaver"
sync
expect '1 deactivated'

step "5. And again nothing is left to do"
sync
expect 'nothing to do'

group=$(of_activate GET '' | jq -r '[.groups[] | select(.members | length > 2)] | min_by(.members | length).name')
step "6. Group $group is deleted in ACTIVATE and made again: the new group takes the old record over, members included"
made_again=$(of_activate GET "groups/$group" | jq -c 'del(.id)')
of_activate DELETE "groups/$group"
of_activate PUT "groups/$group" "$made_again"
sync
expect '1 adopted'

step "7. $leaver comes back with a new account: an operator must check the identity, so the takeover is held"
of_activate PUT "users/$leaver" "$(jq -c --argjson groups "$groups" 'del(.id) + {groups: $groups}' <<<"$account")"
wanted=3 sync
expect '[1-9] held'
digest=$(tail -n 1 "$tmp"/captures/[0-9]*/plan.jsonl | jq -r .heldDigest)
printf '\nThe same person, confirmed by an operator:\n'
setting=SYNC_APPROVE=$digest sync
expect 'done: '

step "8. A conflict: a new user would get the name that another user has on the cluster; no run can decide that"
address=$(jq -r .email <<<"$account")
of_activate PUT users/newcomer "$(jq -nc --arg email "${address%@*}@partner.example.org" '{name: "New Comer", email: $email}')"
wanted=4 sync
expect 'access differs and no later run changes that until an operator acts'
printf '\nOnce the operator accepts that, the run has done all it can:\n'
setting=SYNC_ACKNOWLEDGED=${address%@*}@partner.example.org=posix-collision sync
expect '1 acknowledged'

printf '\nTo do this with your own accounts: copy env.example to .env, fill it in, and start with\n'
printf '    scripts/pw-activate-scim-sync --bin=build/dev/tools --dry-run\n'
