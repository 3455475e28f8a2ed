# One scenario on SCIM servers of other projects. independent-servers.bats runs it for each row of the table.
#
# A server that cannot do a step has another step in its place, which shows what the run reports then. The expected state is computed from
# ACTIVATE's side by expected.jq, never from the output of the tools.
# shellcheck shell=bash
# shellcheck disable=SC2154 # `run` sets status, output, stderr, stderr_lines

# server NAME - sets `start`, the command that starts the server; `settings`, variables that a run needs for it; and `steps`.
server() {
    local all=(killed converge leave return) many=()
    [[ ! ${MORE_SERVERS:-} ]] || all+=(change duplicate adopt take_over one_member_each restore) many=(many_members)
    settings=()
    case $1 in
        scimmy) start=(start_scimmy --fast-list) steps=("${all[@]}" "${many[@]}") ;;
        scim-patch) start=(start_scimpatch) steps=("${all[@]}" "${many[@]}") ;;
        # It answers each request for a list with the first 20 records, so it cannot hold more.
        express-5) start=(start_scimmy --express 5) steps=("${all[@]}" list_cut_off) ;;
        # It rejects the extension that has the SSH keys, filters by equality only, and has at most 1,000 members in a group.
        better-auth) start=(start_more better-auth) settings=(ACTIVATE_SSH_KEYS=none) steps=(no_place_for_keys "${all[@]}" "${many[@]/many_members/members_above_1000}") ;;
        # It shows no members, and stores no key in a PATCH. Each run takes half a minute, because a filter is answered with 500.
        saml-jackson) start=(start_more saml-jackson) steps=(members_not_shown keys_not_stored leaver_inactive) ;;
    esac
}

# scenario NAME - starts the server and carries out its steps in this order.
scenario() {
    local step start settings steps unmanaged duplicate
    server "$1"
    start_sandbox --fixture "$FIXTURE"
    "${start[@]}"
    make_unmanaged
    for step in "${steps[@]}"; do
        "step_$step"
    done
}

# start_more NAME - a server whose packages are in tests/servers/more.
start_more() {
    local log
    log=$(servers_dir)/npm.log
    "$SOURCE_DIR/tests/node-modules.sh" servers/more >"$log" 2>&1 3>&- 4>&- || {
        complain "$(tail -n 4 "$log" | tr '\n' ' ')"
        return 1
    }
    start_scim "more/$1"
}

# with_settings COMMAND... - with the variables of the server.
with_settings() { env "${settings[@]}" "$@"; }

# sync STATUS [OPTION]... - a run with that exit status.
sync() {
    local wanted=$1
    shift
    run --separate-stderr with_settings "$SCRIPTS/pw-activate-scim-sync" "$@"
    [ "$status" -eq "$wanted" ] || {
        printf 'status %s, not %s\n%s\n' "$status" "$wanted" "$stderr"
        return 1
    }
}

# scim METHOD PATH [BODY] - a request of an operator.
scim() {
    curl -fsS -X "$1" -H "Authorization: Bearer $SCIM_TOKEN" -H 'Content-Type: application/scim+json' ${3:+--data "$3"} "$SCIM_URL$2"
}

# listed KIND - all records of a server, read page by page.
listed() {
    local page at=1 total=1
    while ((at <= total)); do
        page=$(scim GET "/$1?startIndex=$at&count=100")
        jq -c '.Resources[]?' <<<"$page"
        at=$((at + 100)) total=$(jq .totalResults <<<"$page")
    done
}

# state - {"Users":[],"Groups":[]} of the server.
state() {
    case ${start[0]} in
        start_more) jq -nc --slurpfile Users <(listed Users) --slurpfile Groups <(listed Groups) '{$Users, $Groups}' ;;
        *) scim_state ;;
    esac
}

# record_of NAME - the record of the user with this name in ACTIVATE.
record_of() { state | jq -ce --arg id "pw-activate:user:$(sandbox GET "/activate/users/$1" | jq -r .id)" '.Users[] | select(.externalId == $id)'; }

# holds - the server has what ACTIVATE has, each record once, and the unmanaged records are as they were.
holds() {
    local without=.
    [[ " ${settings[*]} " != *' ACTIVATE_SSH_KEYS=none '* ]] || without='del(.users[].keys)'
    sandbox GET /activate | expected | jq -S "$without" >wanted
    state >all
    actual <all | jq -S ".users |= map(select(.active)) | $without" >there
    same wanted there
    jq -e '[.Users[], .Groups[] | .externalId | values] | length == (unique | length)' all >/dev/null
    unmanaged_unchanged
}

# unmanaged_unchanged - the two records of an operator are as they were.
unmanaged_unchanged() {
    state | jq -c '[.Users[], .Groups[] | select(.id | IN($ARGS.positional[]))]' --args "${unmanaged[@]}" >unmanaged.now
    same unmanaged.before unmanaged.now
}

# settled - and the next run has nothing to do.
settled() {
    holds
    sync 0
    [[ ${stderr_lines[-1]} == *'nothing to do'* ]]
    state | jq -S . >later
    jq -S . all >earlier
    same earlier later
}

# an_active_user N - the name in ACTIVATE of the Nth user with access, a key and a group, who does not own the API key.
an_active_user() {
    jq -re --argjson n "$1" '.credentials.activateApiKeyUser as $owner | .activate.groups as $groups
        | [.activate.users[] | select(.active and .email and .username != $owner and (.sshKeys | length == 1))
           | select(.username as $name | [$groups[] | select(.members | index($name))] | length >= 1)][$n].username' "$FIXTURE"
}
core() { printf '"schemas":["urn:ietf:params:scim:schemas:core:2.0:%s"]' "$1"; }

make_unmanaged() {
    local user group
    user=$(scim POST /Users "{$(core User),\"userName\":\"console@elsewhere.example\",\"emails\":[{\"value\":\"console@elsewhere.example\"}],\"active\":true}" | jq -r .id)
    group=$(scim POST /Groups "{$(core Group),\"displayName\":\"console-only\"}" | jq -r .id)
    unmanaged=("$user" "$group")
    state | jq -c '[.Users[], .Groups[]]' >unmanaged.before
    [ "$(jq length unmanaged.before)" -eq 2 ]
}

# The first load ends by SIGKILL after five outcomes. Each request of it waits for the one before.
step_killed() {
    local pid line outcomes=0 fd made
    with_settings activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    mkfifo outcomes
    scim-apply --max-in-flight=1 --rate=20 plan.jsonl >outcomes 2>/dev/null 3>&- &
    pid=$!
    exec {fd}<outcomes
    while ((outcomes < 5)) && read -r line <&"$fd"; do
        [[ $line != *'"outcome":'* ]] || ((++outcomes))
    done
    kill -KILL "$pid"
    exec {fd}<&-
    wait "$pid" || true
    made=$(state | jq '[.Users[] | select(.externalId)] | length')
    [ "$made" -ge 5 ]
    [ "$made" -lt "$(jq -s 'map(select(.type == "user" and .active and .email)) | length' desired.jsonl)" ]
}

step_converge() {
    sync 0
    settled
}

# A name, a key, and two members of a group.
step_change() {
    local who other
    who=$(an_active_user 0) other=$(an_active_user 1)
    sandbox PATCH "/activate/users/$who" '{"name":"Renamed Person","sshKeys":["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM9+4oqTXlB0+UuO7S8AJOiFOc1Qhm9exqJsNfNaeFFx"]}'
    sandbox PATCH "/activate/groups/$(jq -r '.activate.groups[0].name' "$FIXTURE")" "{\"members\":[\"$who\",\"$other\"]}"
    sync 0
    [[ ${stderr_lines[-1]} == *' 2 updated, '* ]]
    settled
}

step_leave() {
    local who
    who=$(an_active_user 0)
    sandbox GET "/activate/users/$who" >leaver
    sandbox GET /activate | jq --arg name "$who" '[.groups[] | select(.members | index($name)) | {name, members}]' >groups
    record_of "$who" >record
    sandbox DELETE "/activate/users/$who"
    sync 0
    [[ ${stderr_lines[-1]} == *' 1 deactivated, '* ]]
    state | jq -e --slurpfile old record 'any(.Users[]; .id == $old[0].id and .active == false)' >/dev/null
    settled
}

step_return() {
    local who name members
    who=$(an_active_user 0)
    sandbox PUT "/activate/users/$who" "$(jq -c 'del(.username)' leaver)"
    while read -r name members; do
        sandbox PATCH "/activate/groups/$name" "{\"members\":$members}"
    done < <(jq -r '.[] | "\(.name) \(.members | tojson)"' groups)
    sync 0
    [ "$(record_of "$who" | jq -c '[.id, .active]')" = "$(jq -c '[.id, true]' record)" ]
    settled
}

# An account appears between plan and application: the service refuses the second one. And no plan creates anything twice.
step_duplicate() {
    sandbox PUT /activate/users/newcomer '{"id":"65a1b2c3d4e5f60718293aaa","email":"newcomer@acme.example","name":"New Comer","active":true,"sshKeys":[]}'
    with_settings activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    duplicate=$(scim POST /Users "{$(core User),\"userName\":\"newcomer@acme.example\",\"emails\":[{\"value\":\"newcomer@acme.example\"}],\"active\":true}" | jq -r .id)
    run -4 --separate-stderr scim-apply plan.jsonl
    [[ $stderr == *'newcomer@acme.example'*'user-name-taken'* ]]
    sync 4
    [[ $stderr == *'newcomer@acme.example'*'user-name-taken'*SYNC_ADOPT_FILE* ]]
    [ "$(state | jq '[.Users[] | select(.userName | ascii_downcase == "newcomer@acme.example")] | length')" -eq 1 ]
}

step_adopt() {
    echo newcomer@acme.example >adopt
    SYNC_ADOPT_FILE=$PWD/adopt sync 0
    [[ $stderr == *'1 adopted'* ]]
    [ "$(record_of newcomer | jq -r .id)" = "$duplicate" ]
    settled
    scim-apply plan.jsonl >results.jsonl || [ "$?" -eq 2 ]
    settled
}

# A user with the same name and another id: the old record passes to the new user only after an approval.
step_take_over() {
    local digest
    sandbox DELETE /activate/users/newcomer
    sandbox PUT /activate/users/newcomer '{"id":"65a1b2c3d4e5f60718293bbb","email":"newcomer@acme.example","name":"New Comer","active":true,"sshKeys":[]}'
    sync 3 --capture=held
    digest=$(seal held/*/plan.jsonl.gz '.heldDigests["max-takeovers"]' | jq -r .)
    [ "$(state | jq -r --arg id "$duplicate" '.Users[] | select(.id == $id).externalId')" = pw-activate:user:65a1b2c3d4e5f60718293aaa ]
    SYNC_APPROVE=$digest sync 0
    [ "$(record_of newcomer | jq -r .id)" = "$duplicate" ]
    settled
}

# Additions, and a removal for each member.
step_one_member_each() {
    local group
    group=$(jq -r '.activate.groups[0].name' "$FIXTURE")
    sandbox PATCH "/activate/groups/$group" "$(jq -nc --arg a "$(an_active_user 2)" --arg b "$(an_active_user 3)" '{members: [$a, $b, "newcomer"]}')"
    SYNC_GROUP_WRITES=add-remove sync 0
    settled
    sandbox PATCH "/activate/groups/$group" '{"members":["newcomer"]}'
    SYNC_GROUP_WRITES=add-remove SYNC_MAX_MEMBER_REMOVALS=100% sync 0
    settled
}

# Half of the users are disabled by mistake, and enabled again after the run.
step_restore() {
    local name capture
    local -x SYNC_MAX_DEACTIVATIONS=100% SYNC_MAX_MEMBER_REMOVALS=100% SYNC_MAX_EMPTIED_GROUPS=100% SYNC_MAX_REACTIVATIONS=100%
    state | actual >before
    sandbox GET /activate | jq -r --arg owner "$(jq -r .credentials.activateApiKeyUser "$FIXTURE")" \
        '[.users[] | select(.active and .email and .username != $owner)] | .[range(0; length; 2)].username' >names
    while read -r name; do sandbox PATCH "/activate/users/$name" '{"active":false}'; done <names
    sync 0 --capture=captures
    while read -r name; do sandbox PATCH "/activate/users/$name" '{"active":true}'; done <names
    [ "$(state | actual | jq '[.users[] | select(.active)] | length')" -lt "$(jq '[.users[] | select(.active)] | length' before)" ]
    capture=$(CAPTURE_DIR=$PWD/captures "$SCRIPTS/sync-captures" path)
    sync 0 --restore="$capture"
    state | actual >after
    same before after
    settled
}

# start_many - the same users among 1,300, and a group of more than 1,200.
start_many() {
    stop sandbox
    node "$SOURCE_DIR/tests/e2e/make-fixture.mjs" --users 1300 --groups 4 >many.json
    start_sandbox --fixture many.json
    export CW_SCIM_BASE_URL=$SCIM_URL CW_SCIM_BEARER_TOKEN=$SCIM_TOKEN
}

step_many_members() {
    local -x SYNC_MAX_DEACTIVATIONS=100% SYNC_MAX_MEMBER_REMOVALS=100% SYNC_MAX_EMPTIED_GROUPS=100%
    start_many
    sync 0
    settled
    [ "$(jq '[.groups[].members | length] | max' there)" -ge 1200 ]
    sandbox PATCH /activate/groups/everybody "$(jq -c '.activate.groups[] | select(.name == "everybody") | {members: .members[1:]}' many.json)"
    sync 0
    [[ ${stderr_lines[-1]} == *' 1 updated, '* ]]
    settled
}

# The first thousand have the membership, and the run shows why the others do not.
step_members_above_1000() {
    local -x SYNC_MAX_DEACTIVATIONS=100% SYNC_MAX_MEMBER_REMOVALS=100% SYNC_MAX_EMPTIED_GROUPS=100%
    start_many
    sync 4
    unresolved 'Group everybody .*Groups cannot contain more than 1000 direct members; some additions were applied'
    users_hold 'del(.users[].keys)'
    [ "$(state | jq '.Groups[] | select(.displayName == "everybody") | .members | length')" -eq 1000 ]
}

# The list without its end is never treated as complete: nothing is changed.
step_list_cut_off() {
    local i
    for i in {1..9}; do
        sandbox PUT "/activate/users/more.$i" "{\"id\":\"65a1b2c3d4e5f60718293cc$i\",\"email\":\"more.$i@acme.example\",\"name\":\"More $i\",\"active\":true,\"sshKeys\":[]}"
    done
    sync 0
    holds
    sync 75
    [[ ${stderr_lines[-1]} == *'SCIM /Users'*'nothing was changed'* ]]
    holds
}

# With keys, the run ends with 4 and shows the reason. Users without keys are created.
step_no_place_for_keys() {
    local settings=()
    sync 4
    [[ $stderr == *'create failed: refused: HTTP 400'*'Unsupported SCIM User schema urn:coreweave:'* ]]
    [[ ${stderr_lines[-1]} == *'access differs and no later run changes that until an operator acts'* ]]
}

# users_hold [FILTER] - as holds, for users alone, changed by the filter.
users_hold() {
    unmanaged_unchanged
    same <(sandbox GET /activate | expected | jq -S "{users} | ${1:-.}") <(state | actual | jq -S "{users} | .users |= map(select(.active)) | ${1:-.}")
}

# unresolved WORDS... - the run has ended with 4, and these words are in a line of it.
unresolved() {
    grep -q -- "$*" <<<"$stderr"
    [[ ${stderr_lines[-1]} == *'access differs and no later run changes that until an operator acts'* ]]
}

step_members_not_shown() {
    sync 4
    unresolved 'Group everybody .*did-not-take: .*members (15 missing)'
    users_hold
}

step_keys_not_stored() {
    local who
    who=$(an_active_user 0)
    sandbox GET "/activate/users/$who" >leaver
    sandbox PATCH "/activate/users/$who" '{"sshKeys":[]}'
    sync 4
    unresolved "User ${who,,}@.*did-not-take: .*sunkSshKeys"
    users_hold 'del(.users[].keys)'
}

step_leaver_inactive() {
    local who
    who=$(an_active_user 0)
    record_of "$who" >record
    sandbox DELETE "/activate/users/$who"
    sync 4
    unresolved 'Group everybody .*did-not-take'
    state | jq -e --slurpfile old record 'any(.Users[]; .id == $old[0].id and .active == false)' >/dev/null
    users_hold 'del(.users[].keys)'
}
