# manual.bash: the manual pages and their sections, for manual.bats and manual_examples.bats.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # variables of the .bats files

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "$BATS_TEST_DIRNAME/../.." && pwd)}
    SCRIPTS=${SCRIPTS:-$SOURCE_DIR/scripts}
    : "${BIN:?the directory of the tools}"
    TOOLS=${TOOLS:-$SOURCE_DIR/tools}
    tools=(activate-export scim-export scim-diff scim-apply)
    scripts=(pw-activate-scim-sync plan-show reseal rehearse sync-captures)
    pages=("${tools[@]/#/$TOOLS/}" "${scripts[@]/#/$SCRIPTS/}")
    pages=("${pages[@]/%/.1}")
    shared=("$TOOLS"/scim-{streams,plan}.5 "$TOOLS"/scim-{explain,limits,metrics,policy,reasons,restore,review,http,log,notify}.7)
    local name
    for name in $(compgen -e); do
        case $name in
            ACTIVATE_* | CW_* | SYNC_* | DRY_RUN | LOG_LEVEL | LOG_FORMAT | CAPTURE_* | HEARTBEAT_URL | RUN_ID | XDG_RUNTIME_DIR) unset "$name" ;;
        esac
    done
    cd "$BATS_TEST_TMPDIR" || return 1
}

# section NAME PAGE: its lines.
section() { sed -n "/^\.Sh $1\$/,/^\.Sh /p" "$2" | sed '1d;/^\.Sh /d'; }

same() {
    diff -u --label "$3" --label "$4" "$1" "$2"
}
