#!/usr/bin/env bats
# The README as a new user follows it. Every command in it is run as printed, against the sandbox, and the shown output is that of the
# programs.
# shellcheck disable=SC2154 # bats' variables

bats_require_minimum_version 1.5.0
load servers.bash

setup() {
    start_sandbox
    cd "$BATS_TEST_TMPDIR" || return
    cp -r "$SOURCE_DIR"/{env.example,k8s} .
    mkdir -p tests bin
    cp -r "$SOURCE_DIR/tests/readme" tests/
}

teardown() { stop_all; }

# blocks LANGUAGE - the fenced blocks of the README in that language, without the indentation of a list; a line "# --- N" begins each.
blocks() {
    awk -v language="$1" '
        $0 ~ "^ *```" language "$" { open = 1; indent = match($0, /[^ ]/) - 1; print "# --- " ++count; next }
        open && /^ *```$/ { open = 0; next }
        open { print substr($0, indent + 1) }' "$SOURCE_DIR/README.md"
}

# For programs that need root, a registry or a cluster, only the given files are checked.
stand_ins() {
    local name
    for name in apt-get cmake docker journalctl kubectl systemctl; do
        cat >"bin/$name" <<'END'
#!/bin/bash
printf '%s' "${0##*/}" >>called
printf ' %s' "$@" >>called
echo >>called
while (($#)); do
    case $1 in
        -f) [[ ! -v 2 || $2 == -* || -f $2 ]] || exit 1 ;;
        -k) [[ -f $2/kustomization.yaml ]] || exit 1 ;;
        ./*.deb) [[ -f $1 ]] || exit 1 ;;
        package) mkdir -p build/release && touch build/release/pw-activate-scim-sync_0.2.0_amd64.deb ;;
    esac
    shift
done
END
    done
    printf '#!/bin/bash\nexec "$@"\n' >bin/sudo
    chmod +x bin/*
}

# member_of GROUP - the userName of its first member.
member_of() {
    sandbox GET /activate | jq -r --arg name "$1" '(.groups[] | select(.name == $name).members[0]) as $member | .users[] | select(.username == $member).email'
}

# An account and a group that were created in the console.
created_in_the_console() {
    local body
    for body in "/Users {\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"$(member_of hpc-users)\",\"active\":true}" \
        '/Groups {"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"hpc-users"}'; do
        curl -fsS -o /dev/null -X POST -H "Authorization: Bearer $CW_SCIM_BEARER_TOKEN" -H 'Content-Type: application/scim+json' \
            --data "${body#* }" "$CW_SCIM_BASE_URL${body%% *}"
    done
}

# Actions between the commands of the README: the user fills in .env, half of a group is removed in ACTIVATE, and another run follows the
# one to undo.
between() {
    cat <<'END'
fill_in() { while IFS='=' read -r name value; do sed -i "s|^$name=.*|$name=$value|" .env; done <sandbox.env; }
remove_members() {
    local group
    group=$(curl -fsS "$SANDBOX_URL/sandbox/activate" | jq -c '[.groups[] | select(.members | length > 40)][0] | .members |= .[0:2]')
    curl -fsS -X PUT -H 'Content-Type: application/json' --data "$group" "$SANDBOX_URL/sandbox/activate/groups/$(jq -r .name <<<"$group")"
    pw-activate-scim-sync 2>held.log
}
run_to_undo() {
    undone_run=$(jq -r 'select(.type == "run").run' captures/index.jsonl | tail -n 1)
    pw-activate-scim-sync 2>quiet.log
    sync-captures path | grep -v -- "$undone_run" >other-capture
}
END
}

@test "every command of the README runs as printed: install, check, dry run, adoption, runs, recipes, approval, undo" {
    local variable
    created_in_the_console
    stand_ins
    grep -E '^(ACTIVATE_API|CW_)' sandbox.env >settings && mv settings sandbox.env
    {
        echo 'set -uo pipefail'
        # shellcheck disable=SC2016,SC2028 # for the other shell
        echo 'trap '\''printf "%s %s\n" $? "${BASH_COMMAND%% > *}" >>failures'\'' ERR'
        between
        blocks sh | sed -e 's/^chmod 600 \.env$/&\nfill_in/'
    } >commands
    # The held changes to approve are made before the first command of that part.
    sed -i 's/^sync-captures show$/remove_members\n&/' commands
    # shellcheck disable=SC2016 # for the other shell
    sed -i 's/^undone=.* RUN)$/run_to_undo\n&/; s/ RUN)$/ "$undone_run")/' commands
    for variable in $(compgen -e); do
        case $variable in ACTIVATE_* | CW_*) unset "$variable" ;; esac
    done
    PATH=$PWD/bin:$SCRIPTS:$PATH SANDBOX_URL=$SANDBOX_URL bash commands >out 2>err || {
        tail -n 20 err
        return 1
    }
    # The dry runs before the adoption report unmanaged records (4), and the run after the removal holds it (3).
    cat failures err >&2
    diff - failures <<'END'
4 ACTIVATE_SYNC_GROUPS=hpc-users pw-activate-scim-sync --dry-run
3 pw-activate-scim-sync 2> held.log
END
    [[ $(<adopt.txt) == "$(member_of hpc-users)" ]]
    grep -q 'would .* adopt 2' err
    grep -q 'nothing to do' err
    grep -q 'nothing to do' quiet.log
    grep -q 'restored .*/captures/.*[1-9][0-9]* updated.*suspend the schedule now' err
    [[ $(tail -n 1 err) == *'sync-captures: state at'*'as run '* ]]
    [[ $(tail -n 3 out) == *$'\tapplied\t'*'hpc-users'* ]]
    [[ $(cut -d' ' -f1 called | sort -u | paste -sd' ') == 'apt-get cmake docker journalctl kubectl systemctl' ]]
}

@test "the output shown in the README is the output of that command" {
    blocks console | sed 1d >shown
    PATH=$SCRIPTS:$PATH
    run bash -c "$(sed -n '1s/^\$ //p' shown) 2>&1"
    [[ $status == 3 ]]
    mask() { sed -E 's/[0-9]+\.[0-9] s/N s/g; s/made [0-9TZ:-]+/made T/'; }
    diff <(sed 1d shown | mask) <(mask <<<"$output")
}
