# Sourced by pw-activate-scim-sync: its command line.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2004 # takes and option are in the script, and map names

is_one_of() {
    local wanted=$1 item
    shift
    for item; do [[ $item != "$wanted" ]] || return 0; done
    return 1
}

# REPLY: the edit distance of $1 and $2.
distance() {
    local i j above diagonal least
    local -a row=()
    for ((j = 0; j <= ${#2}; ++j)); do row[j]=$j; done
    for ((i = 1; i <= ${#1}; ++i)); do
        diagonal=${row[0]} row[0]=$i
        for ((j = 1; j <= ${#2}; ++j)); do
            above=${row[j]} least=$diagonal
            [[ ${1:i-1:1} == "${2:j-1:1}" ]] || least=$((diagonal + 1))
            ((above + 1 >= least)) || least=$((above + 1))
            ((row[j - 1] + 1 >= least)) || least=$((row[j - 1] + 1))
            diagonal=$above row[j]=$least
        done
    done
    REPLY=${row[-1]}
}

# nearest GIVEN WORD...: REPLY is the word that GIVEN may have been meant to be. Fails, with REPLY empty, when it is like none.
nearest() {
    local given=${1:0:40} word found='' least=999
    shift
    for word; do
        distance "$given" "$word"
        ((REPLY >= least)) || { least=$REPLY && found=$word; }
    done
    REPLY=''
    ((least <= 2 || least <= (${#given} + 2) / 3)) || return 1
    REPLY=$found
}

refuse_option() {
    local given=${1%%=*}
    given=${given:0:40}
    nearest "${given##+(-)}" "${!takes[@]}" || die 64 "unknown option $given; --help lists the options"
    die 64 "unknown option $given; did you mean --$REPLY?"
}

parse_options() {
    local argument name value given=''
    while (($#)); do
        argument=$1 value=true
        shift
        case $argument in
            -n) argument=--dry-run ;;
            -q) argument=--quiet ;;
            -v) argument=--verbose ;;
            -h) argument=--help ;;
            -?*) ;;
            *) die 64 "unexpected operand \"$argument\"; --help shows the usage" ;;
        esac
        name=${argument%%=*}
        name=${name#--}
        [[ $argument == --* ]] || refuse_option "$argument"
        is_one_of "$name" "${!takes[@]}" || refuse_option "$argument"
        if [[ -z ${takes[$name]} ]]; then
            [[ $argument != *=* ]] || die 64 "--$name takes no value"
        elif [[ $argument == *=* ]]; then
            value=${argument#*=}
        else
            (($#)) || die 64 "--$name needs a value: --$name=VALUE"
            value=$1
            shift
        fi
        [[ -n $value ]] || die 64 "--$name is empty; leave it out or give it a value"
        [[ -z ${option[$name]:-} ]] || die 64 "--$name is given twice"
        option[$name]=$value
    done
    for name in check replay apply-plan; do [[ -z ${option[$name]:-} ]] || given+=" and --$name"; done
    [[ $given != *and*and* ]] || die 64 "${given# and } do not go together"
}
