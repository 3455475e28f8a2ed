#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr_lines
#
# scim-apply is killed (KILL, which it cannot handle) at more than fifty points, each a little later in a large plan: creates, changes,
# deactivations, groups. Finished changes stay, changes in flight may or may not be made, and the next run continues from there.

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    fixture_once --users 220 --groups 14
    start_sandbox --fixture "$FIXTURE"
    cd "$BATS_TEST_TMPDIR" || return
    sandbox GET /scim | strangers_of >strangers.before
}

teardown() {
    stop_all
}

# no_doubles STATE - no two records have one externalId or one name, and no user is a member twice.
no_doubles() {
    jq -e 'def once: length == (unique | length);
        ([.Users[], .Groups[] | .externalId | values] | once) and ([.Users[].userName | ascii_downcase] | once)
        and ([.Groups[].displayName] | once) and all(.Groups[]; [.members[]?.value] | once)' "$1" >/dev/null
}

# writes - the number of writes that the SCIM service has received.
writes() { sandbox GET /requests | jq .writes; }

# kill_behind N MADE OPTION... - makes a plan and applies it; the service answers only the first N writes. It carries out later writes if
# MADE is true, but does not answer. Then scim-apply is killed. Fails if the plan has fewer changes, so that it was completed.
kill_behind() {
    local most=$1 made=$2 pid line count=0 got deadline=$((SECONDS + 20))
    shift 2
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    got=$(writes)
    if [[ $made == true ]]; then
        sandbox POST /faults "{\"match\":\"^(POST|PATCH) /scim\",\"skip\":$most,\"stall\":60000}"
    else
        sandbox POST /faults "{\"match\":\"^(POST|PATCH) /scim\",\"skip\":$most,\"delayMs\":60000,\"status\":503}"
    fi
    rm -f outcomes
    mkfifo outcomes
    scim-apply --max-in-flight=2 "$@" plan.jsonl >outcomes 2>>words 3>&- &
    pid=$!
    exec {fifo}<outcomes
    while ((count < most)) && read -r line <&"$fifo"; do
        [[ $line != *'"outcome":'* ]] || ((++count))
    done
    if ((count == most)); then
        until (($(writes) > got + most)) || ! kill -0 "$pid" 2>/dev/null; do
            ((SECONDS < deadline))
            sleep 0.02
        done
    fi
    local status=0
    kill -KILL "$pid" 2>/dev/null || status=1
    exec {fifo}<&-
    wait "$pid" 2>/dev/null || true
    sandbox DELETE /faults
    return "$status"
}

# killed_until_done OPTION... - kills run after run, each some writes later, until one completes. Sets kills.
killed_until_done() {
    kills=0
    while kill_behind $((kills % 5 + 4)) "$( ((kills % 2)) && echo true || echo false)" "$@"; do
        kills=$((kills + 1))
        sandbox GET /scim >state
        no_doubles state
    done
}

# half_a_year_later - the same organization: two in three have another name, every seventh has left.
half_a_year_later() {
    jq -c 'if .type == "user" and (.externalId | explode | add) % 3 != 0 then .displayName += " II" else . end
        | select(.type != "user" or (.externalId | explode | add) % 7 != 0)' first.jsonl >changed.jsonl
    jq -c --slurpfile records changed.jsonl '([$records[] | select(.type == "user").externalId]) as $left
        | if .type == "group" then .members -= (.members - $left) else . end' changed.jsonl | "$SCRIPTS/reseal" >desired.jsonl
}

# settles - one run that is not killed, and one that finds nothing to do.
settles() {
    scim-export >current.jsonl
    scim-diff --max-deactivations=100% --max-member-removals=100% --max-emptied-groups=100% desired.jsonl current.jsonl >plan.jsonl
    scim-apply plan.jsonl >results.jsonl
    sandbox DELETE /requests
    scim-export >current.jsonl
    scim-diff --exit-code desired.jsonl current.jsonl >plan.jsonl
    sandbox GET /scim >state
    no_doubles state
    strangers_of <state >strangers.after
    same strangers.before strangers.after
}

@test "after many kills in a first load, the next run completes it: nothing twice, nothing lost" {
    activate-export >desired.jsonl
    killed_until_done
    [ "$kills" -ge 28 ]
    settles
    expected <<<"$(sandbox GET /activate)" >wanted
    actual <state | jq -S '.users |= map(select(.active))' >there
    same wanted there
}

@test "after many kills in a large change, the next run completes it: nothing twice, nothing lost" {
    export SYNC_MAX_DEACTIVATIONS=100% SYNC_MAX_MEMBER_REMOVALS=100% SYNC_MAX_EMPTIED_GROUPS=100%
    activate-export >first.jsonl
    scim-export >current.jsonl
    scim-diff first.jsonl current.jsonl | scim-apply >results.jsonl
    half_a_year_later
    killed_until_done --verify
    [ "$kills" -ge 22 ]
    settles
    # The stream agrees with the state of the service.
    jq -s '[.[] | select(.type == "user" and .active and .email) | {externalId, displayName}] | sort_by(.externalId)' desired.jsonl >wanted
    actual <state | jq '[.users[] | select(.active) | {externalId, displayName}] | sort_by(.externalId)' >there
    same wanted there
    jq -s '([.[] | select(.type == "user" and .active and .email).externalId]) as $people
        | [.[] | select(.type == "group") | {externalId, members: (.members - (.members - $people) | sort)}] | sort_by(.externalId)' desired.jsonl >wanted
    actual <state | jq '[.groups[] | {externalId, members}] | sort_by(.externalId)' >there
    same wanted there
}

@test "if scim-apply is killed while the answer to a create is in flight, the next run finds the record" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl >plan.jsonl
    # The third record is created, and the answer stops in the middle of its body.
    sandbox POST /faults '{"match":"POST /scim/v2/Users","skip":2,"count":1,"stall":60000}'
    scim-apply --max-in-flight=1 plan.jsonl >outcomes 2>words 3>&- &
    local pid=$! deadline=$((SECONDS + 20))
    until [ "$(sandbox GET /requests | jq '.byMethod.POST // 0')" -eq 3 ] && [ "$(sandbox GET /scim | jq '[.Users[] | select((.externalId // "") | startswith("pw-activate:"))] | length')" -eq 3 ]; do
        ((SECONDS < deadline))
        sleep 0.05
    done
    [ "$(jq -s '[.[] | select(.outcome)] | length' outcomes)" -eq 2 ]
    kill -KILL "$pid"
    wait "$pid" || true
    # The plan can be applied again, and so can a new one.
    scim-apply plan.jsonl >results.jsonl
    [ "$(seal results.jsonl .failed)" -eq 0 ]
    [ "$(jq -s '[.[] | select(.detail == "the record was there already")] | length' results.jsonl)" -eq 3 ]
    settles
}

# stopped_while RULE OPTION... - applies the plan while the service behaves as in RULE, and sends TERM when the service has received one of
# the requests of RULE. Sets status.
stopped_while() {
    local pid deadline=$((SECONDS + 20))
    sandbox DELETE /requests
    sandbox POST /faults "$1"
    shift
    scim-apply "$@" plan.jsonl >results.jsonl 2>words 3>&- &
    pid=$!
    until [ "$(sandbox GET /requests | jq .total)" -ge 1 ]; do
        ((SECONDS < deadline))
        sleep 0.02
    done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    sandbox DELETE /faults
}

@test "stopped while the users are listed, scim-apply ends by the signal, and its results are sealed" {
    activate-export >desired.jsonl
    scim-export >current.jsonl
    scim-diff desired.jsonl current.jsonl | scim-apply >results.jsonl
    jq -c 'if .type == "group" then .members = .members[1:] else . end' desired.jsonl | "$SCRIPTS/reseal" >fewer.jsonl
    scim-export >current.jsonl
    scim-diff --max-member-removals=100% --max-emptied-groups=100% fewer.jsonl current.jsonl >plan.jsonl
    stopped_while '{"match":"GET /scim/v2/Users","delayMs":1000}' --group-writes=add-remove --page-size=20
    [ "$status" -eq 143 ]
    [ "$(seal results.jsonl .applied)" -eq 0 ]
    grep -q 'stopped by a signal' words
}
