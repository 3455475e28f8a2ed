#!/usr/bin/env bats
# Random lines of an env file: nothing in them is run, only variables of this program are set, and quoted values are read back. The same
# seed gives the same lines. ENV_LINES is their number; scripts/test.sh --thorough sets it to 1,000.
# shellcheck disable=SC1003,SC2016,SC2034 # dollars that must stay; the variables are read by the parts that are loaded

setup() {
    SOURCE_DIR=${SOURCE_DIR:-$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)}
    shopt -s extglob
    local part
    for part in variables env-file; do
        # shellcheck source=/dev/null
        source "$SOURCE_DIR/scripts/pw-activate-scim-sync.d/$part.bash"
    done
    cd "$BATS_TEST_TMPDIR" || return 1
    lines=${ENV_LINES:-25}
    RANDOM=1
    pieces=('$(touch ran)' '`touch ran`' '${PATH}' '$PATH' '"' "'" '\' '\\' '\"' '\$' '#' ' #' ' ' $'\t' '=' ';touch ran' '&&touch ran' '|touch ran'
        'export ' 'PW_A' 'PW_A=' 'SYNC_RATE' 'PATH=' 'LD_PRELOAD=x' 'BASH_ENV=x' 'IFS=x' 'environment[$(touch ran)]=' 'a[$(touch ran)]' '~' '*' '{a,b}' '!' 'é'
        $'\r' $'\x01' '%s' '-n' '' 'a' 'b c')
}

die() {
    printf '%s\n' "${*:2}" >&2
    exit "$1"
}
warn() { :; }
nearest() { return 1; }
is_one_of() {
    local word=$1 known
    shift
    for known; do [[ $known != "$word" ]] || return 0; done
    return 1
}

# text MOST: sets REPLY to at most MOST pieces.
text() {
    local -i count=$((RANDOM % $1))
    REPLY=''
    while ((count-- > 0)); do REPLY+=${pieces[RANDOM % ${#pieces[@]}]}; done
}

# read_file: a separate shell reads the file "given". Its status is the result, and its variables are in "after".
read_file() {
    (
        load_env_file given
        export -p | sort >after
    ) 2>said
}

@test "no line runs a command, and none sets a variable that is not of this program" {
    local -i number status
    export -p | sort >before
    for ((number = 0; number < lines; ++number)); do
        text 4 && name=PW_A
        ((number % 2 == 0)) || name=$REPLY
        text 8
        printf '%s' "$name=$REPLY" >given
        status=0
        read_file || status=$?
        [[ ! -e ran ]] || { echo "a line was run:" && cat given && false; }
        ((status == 0 || status == 78)) || { echo "status $status:" && cat given && false; }
        ((status == 78)) || ! comm -13 before after | grep -vE '^declare -x (PW_[A-Z0-9_]*|SYNC_RATE)=' | grep '^declare' || {
            echo "a variable was set:" && cat given && false
        }
        ((status == 0)) || [[ $(<said) == 'given:1: '* ]]
    done
}

@test "a value in quotes is read back as it was written" {
    local -i number
    for ((number = 0; number < lines; ++number)); do
        text 8 && value=${REPLY//[$'\r'$'\x01']/}
        quoted=${value//\\/\\\\} quoted=${quoted//\"/\\\"} quoted=${quoted//\$/\\\$} quoted=${quoted//\`/\\\`}
        printf 'PW_A="%s" # a comment\nPW_B='"'%s'"'\n' "$quoted" "${value//\'/}" >given
        (
            load_env_file given
            [[ $PW_A == "$value" && $PW_B == "${value//\'/}" ]]
        ) || { echo "read back as something else:" && cat given && false; }
    done
}
