#!/usr/bin/env bats
# Every message of the product is in messages.txt, so that a review shows each message that is new, changed or gone.
# messages.awk defines a message. If a change is intended, write the list again and review the difference:
#
#   UPDATE=1 bats tests/scripts/messages.bats && git diff tests/scripts/messages.txt

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    cd "$SOURCE_DIR" || return 1
    list=tests/scripts/messages.txt
}

# common/cli/help.cpp writes --help and completions, which are not messages.
sources() {
    find common tools -name '*.[ch]pp' ! -path common/cli/help.cpp
    find scripts/pw-activate-scim-sync scripts/pw-activate-scim-sync.d scripts/plan-show scripts/rehearse scripts/reseal scripts/sync-captures -type f
}

# messages FILE...: the messages of each file, sorted, under its path.
messages() {
    set -o pipefail
    printf '%s\0' "$@" | LC_ALL=C xargs -0 awk -f tests/scripts/messages.awk | LC_ALL=C sort -u |
        awk -F '\t' '$1 != file { print (NR > 1 ? "\n" : "") $1; file = $1 } { print "    " $2 }'
}

@test "the messages in the sources are those in messages.txt" {
    local files
    mapfile -t files < <(sources)
    ((${#files[@]} >= 100))
    (messages "${files[@]}") >"$BATS_TEST_TMPDIR/messages"
    [[ -z ${UPDATE:-} ]] || cp "$BATS_TEST_TMPDIR/messages" "$list"
    diff -u --label "$list" --label sources "$list" "$BATS_TEST_TMPDIR/messages" || {
        printf '%s\n' 'If these changes are meant, write the list again and review it: UPDATE=1 bats tests/scripts/messages.bats'
        false
    }
}

@test "the list joins the strings of a message, marks its variable parts, and leaves out comments, options and --help" {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir -p tests/scripts
    cp "$SOURCE_DIR/tests/scripts/messages.awk" tests/scripts
    cat >a.cpp <<'END'
#include "not a message.hpp"
constexpr cli::Option kOption{.name = "name", .help = "not a message"};  // "not a message"
const char quote = '"';
throw Error(ExitStatus::usage, std::string("cannot \"read\" ") + name(1'000, "of two") + " at "
    "line " + (known ? "the first" : "another one") + ", " + std::to_string(line) + "; see " + help);
change.why = {"absent in SCIM"};
END
    cat >b.bash <<'END'
# die 64 "not a message"
help() {
    cat <<'TEXT'
This is "not a message".
TEXT
}
[[ -n $x ]] || die 64 "no ${name[1]} in $(find "the folder")${where:+ of $where}; $# given" # "not a message"
must_write 'to standard output' jq '.type == "not a message"'
END
    cat >c.jq <<'END'
# "not a message"
"\(.a | plural("held change")) of \(.b)", metric("name"; "not a message"; [])
END
    diff -u - <(messages a.cpp b.bash c.jq) <<'END'
a.cpp
    absent in SCIM
    another one
    cannot "read" <...> at line <...>, <...>; see <...>
    of two
    the first

b.bash
    no <...> in <...>[ of <...>]; <...> given
    the folder
    to standard output

c.jq
    held change
END
}
