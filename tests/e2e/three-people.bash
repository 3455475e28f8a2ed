# three-people.bash: three users and a group for tests of writes: their desired stream, a plan of it, and its result.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the .bats files

# three_people: ada and ben, who have keys and are in the group hpc, and cyd.
three_people() {
    key=$(sandbox GET /activate | jq -r '[.users[].sshKeys[]? | select(startswith("ssh-ed25519"))][0] | split(" ")[0:2] | join(" ")')
    other=$(sandbox GET /activate | jq -r '[.users[].sshKeys[]? | select(startswith("ssh-ed25519"))][1] | split(" ")[0:2] | join(" ")')
    third=$(sandbox GET /activate | jq -r '[.users[].sshKeys[]? | select(startswith("ssh-ed25519"))][2] | split(" ")[0:2] | join(" ")')
    someone ada "$key" >people
    someone ben "$other" >>people
    someone cyd >>people
    group hpc '["ada","ben"]' >groups
}

# someone NAME [KEY] - a line of a desired stream.
someone() {
    jq -nc --arg name "$1" --arg key "${2:-}" '{type: "user", externalId: "pw-activate:user:\($name)", userName: "\($name)@acme.org", displayName: $name,
        givenName: $name, familyName: "Test", email: "\($name)@acme.org", active: true, sshKeys: (if $key == "" then [] else [$key] end)}'
}
group() { jq -nc --arg name "$1" --argjson members "$2" '{type: "group", externalId: "pw-activate:group:\($name)", displayName: $name, members: ($members | map("pw-activate:user:\(.)"))}'; }
desired() {
    {
        echo '{"type":"stream","format":1,"kind":"directory","side":"desired","source":"activate"}'
        cat people groups
        echo "{\"type\":\"end\",\"users\":$(wc -l <people),\"groups\":$(wc -l <groups)}"
    } >desired.jsonl
}
# change FILTER - applies jq to each user.
change() { jq -c "$1" people >people.new && mv people.new people; }

# plan [OPTION]... - of the files people and groups. The limits are for larger organizations.
plan() {
    desired
    scim-export >current.jsonl
    scim-diff --max-member-removals=100% --max-keyless-users=100% "$@" desired.jsonl current.jsonl >plan.jsonl
}
# applied STATUS [OPTION]... - applies the plan, with that status.
applied() {
    local wanted=$1 status=0
    shift
    scim-apply "$@" plan.jsonl >results.jsonl 2>words || status=$?
    [ "$status" -eq "$wanted" ] || {
        cat results.jsonl words
        return 1
    }
}
synced() { plan && applied 0 "$@"; }
surprise() { sandbox POST /faults "{\"surprise\":\"$1\"${2:+,$2}}"; }
calm() { sandbox DELETE /faults; }
outcome() { jq -c 'select(.type == "outcome" and .externalId == "pw-activate:'"$1"'") | [.outcome, .reason]' results.jsonl; }
user() { sandbox GET /scim | jq -ce ".Users[] | select(.externalId == \"pw-activate:user:$1\")"; }
members() { sandbox GET /scim | jq -c ".Groups[] | select(.externalId == \"pw-activate:group:$1\") | [.members[].display // .members[].value] | length"; }
reads() { sandbox GET /requests | jq '.byMethod.GET // 0'; }
# converged - the next plan is empty.
converged() {
    calm
    plan --exit-code
}
