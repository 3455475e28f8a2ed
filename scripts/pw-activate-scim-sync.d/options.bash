# options.bash: the option parser of all scripts. It reads a command line by the script's own table of options.
# shellcheck shell=bash
# shellcheck disable=SC2034 # the scripts read what is found here
#
# The table is the array options, with a row for each option, spelled as in --help: '-n, --dry-run', --check, --capture=DIR. If a value is
# one of a few words, the row lists them: '--format=text|markdown'. The row -- allows "--" to end the options. The row --exec takes all
# arguments after it, which are not options of the script. The script also defines help, take_operand ARGUMENT and die STATUS SENTENCE.

options=()
declare -A option=() # long name -> value; "true" for a flag
rest=()              # the arguments after "--" or --exec
suggests_options=''  # if it is set, an unknown option is answered with the nearest one (spelling.bash)
unknown_option_hint='--help lists the options'

is_one_of() {
    local wanted=$1 item
    shift
    for item; do [[ $item != "$wanted" ]] || return 0; done
    return 1
}

# parse_options ARGUMENT...: fills option and rest. The first --help prints the help and ends the script.
parse_options() {
    local argument name
    while (($#)); do
        argument=$1
        shift
        case $argument in
            --exec)
                is_one_of --exec "${options[@]}" || refuse_option --exec
                set_option exec true
                rest=("$@")
                return 0
                ;;
            --)
                is_one_of -- "${options[@]}" || refuse_option --
                rest=("$@")
                return 0
                ;;
            --=*) refuse_option "$argument" ;;
            -?*) ;;
            *)
                take_operand "$argument"
                continue
                ;;
        esac
        find_option "$argument" || refuse_option "$argument"
        name=${REPLY#--}
        if [[ $name != *=* ]]; then
            [[ $argument != *=* ]] || die 64 "--$name takes no value"
            set_option "$name" true
        elif [[ $argument == *=* ]]; then
            set_option "${name%%=*}" "${argument#*=}" "${name#*=}"
        else
            (($#)) || die 64 "--${name%%=*} needs a value: --${name%%=*}=VALUE"
            set_option "${name%%=*}" "$1" "${name#*=}"
            shift
        fi
    done
}

# find_option ARGUMENT: REPLY is the row of the option in ARGUMENT, without the letter.
find_option() {
    local row
    for row in "${options[@]}"; do
        REPLY=${row#-?, }
        [[ $1 != "${row%%, *}" && ${1%%=*} != "${REPLY%%=*}" ]] || return 0
    done
    return 1
}

# set_option NAME VALUE [CHOICES]
set_option() {
    if [[ $1 == help ]]; then
        must_print 'to standard output' help
        exit 0
    fi
    [[ -n $2 || ${3:-} == *'|'* ]] || die 64 "--$1 is empty; leave it out or give it a value"
    if [[ ${3:-} == NAMES && -n ${option[$1]:-} ]]; then
        option[$1]+=,$2
        return
    fi
    [[ -z ${option[$1]:-} ]] || die 64 "--$1 is given twice"
    if [[ ${3:-} == *'|'* ]]; then
        [[ "|$3|" == *"|$2|"* && $2 != *'|'* ]] || die 64 "--$1 is \"${2:0:40}\"; choose one of ${3//|/ }"
    fi
    option[$1]=$2
}

refuse_option() {
    local given=$1 names
    if [[ -n $suggests_options ]]; then
        names=("${options[@]#-?, }")
        names=("${names[@]#--}")
        given=${1%%=*}
        given=${given:0:40}
        ! nearest "${given##+(-)}" "${names[@]%%=*}" || die 64 "unknown option $given; did you mean --$REPLY?"
    fi
    die 64 "unknown option ${given:0:40}; $unknown_option_hint"
}
