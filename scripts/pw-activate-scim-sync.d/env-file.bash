# env-file.bash: reading an env file (.env or --env-file). Its lines are never expanded and never run.
# shellcheck shell=bash
# shellcheck disable=SC2154 # option is in options.bash

# A .env that is there and cannot be read ends the run: it may have DRY_RUN=true.
find_env_file() {
    local file=${option["env-file"]:-}
    if [[ -n $file ]]; then
        [[ -f $file && -r $file ]] || die 64 "--env-file names $file, which is not a file that can be read"
    elif [[ -e .env || -L .env ]]; then
        file=.env
        [[ -f $file ]] || die 78 "the .env here is not a file, or a link to a file that is not there; correct or remove it, or give --env-file"
        [[ -r $file ]] || die 78 "the .env here cannot be read; chmod u+r .env, or give --env-file"
    elif [[ ! -x . ]]; then
        die 78 "the working directory $PWD cannot be searched, so a .env in it would not be found; start the run in another directory, or give --env-file"
    else
        return 0
    fi
    check_owner_and_mode "$file"
    load_env_file "$file"
}

check_owner_and_mode() {
    local file=$1 owner mode
    read -r owner mode <<<"$(stat -Lc '%u %a' -- "$file")"
    if [[ -z ${option["env-file"]:-} && $owner != "$EUID" && $owner != 0 ]]; then
        die 78 "$file belongs to another user (uid $owner); give --env-file=$file to use it all the same"
    fi
    if ((8#$mode & 8#022)); then
        die 78 "$file can be written by others (mode $mode), who could decide what is synchronized; chmod 600 $file"
    fi
    if ((8#$mode & 8#077)); then
        warn "$file can be read by others (mode $mode) and may hold a credential; chmod 600 $file"
    fi
}

# load_env_file FILE: exports the variables of FILE that the environment does not set.
load_env_file() {
    local file=$1 line name number=0 is_cut='' unknown=()
    local -A environment=()       # name -> "given", or empty if its value is empty
    local -A values=() numbers=() # of the names in the file
    for name in $(compgen -e); do environment[$name]=${!name:+given}; done
    # A crash can cut off or replace by NUL bytes the lines of DRY_RUN and of the groups to synchronize.
    [[ -s $file ]] || die 78 "$file is empty; write the settings into it, or remove it"
    ! IFS= read -rd '' line <"$file" || die 78 "$file has a NUL byte, so it is damaged; write it again"
    # Extended patterns would take time that is quadratic in the length of a line. read removes spaces and tabs at both ends.
    while IFS=$' \t' read -r line || { is_cut=true && [[ -n $line ]]; }; do
        number=$((number + 1))
        ((number > 1)) || line=${line#$'\uFEFF'}
        line=${line%$'\r'}
        [[ $line != *$'\r'* ]] || die 78 "$file:$number: a carriage return in the middle; end each line with a newline"
        [[ -z $line || $line == \#* ]] || load_line "$line"
    done <"$file"
    judge_unknown
}

# The variables of the file that no program here reads: a misspelt one ends the run, any other is ignored. SYNC_IGNORE_VARIABLES can come
# after them.
judge_unknown() {
    local entry value
    for entry in "${unknown[@]}"; do
        read -r name number value <<<"$entry"
        ! is_ignored "$name" || continue
        [[ -z $value ]] || ! intended "$name" || die 78 "$file:$number: $name is not a variable of this program; did you mean $REPLY? Correct the name, or list it in SYNC_IGNORE_VARIABLES"
        ! nearest "$name" "${ours[@]}" || REPLY="; did you mean $REPLY?"
        warn "$file:$number: $name is not a variable of this program and is left alone$REPLY"
    done
}

# load_line LINE: exports the variable of LINE; file, number, is_cut, unknown, environment, values and numbers are those of load_env_file.
load_line() {
    local name value
    [[ $1 =~ ^(export[[:blank:]]+)?([A-Za-z_][A-Za-z0-9_]*)[[:blank:]]*=([[:blank:]]*)(.*)$ ]] || die 78 "$file:$number: this is not NAME=value"
    name=${BASH_REMATCH[2]}
    unquote "${BASH_REMATCH[4]}" "${BASH_REMATCH[3]}" || die 78 "$file:$number: the quotes of $name do not close, or more follows them"
    value=$REPLY
    [[ -n $value || -z $is_cut ]] || die 78 "$file:$number: $name has no value, and the last line has no newline, so the file may be cut off; write the value, and end the line"
    if ! is_ours "$name"; then
        unknown+=("$name $number ${value:+set}")
        return 0
    fi
    [[ ${values[$name]-$value} == "$value" ]] ||
        die 78 "$file:${numbers[$name]} and $file:$number: $name has two different values; delete one of these lines"
    values[$name]=$value numbers[$name]=$number
    refuse_found_policy "$name"
    # A .env is read because it is in the working directory. The operator has not named it.
    [[ $name != SYNC_NOTIFY_COMMAND || -z $value || -n ${option["env-file"]:-} ]] ||
        die 78 "$file:$number: SYNC_NOTIFY_COMMAND is a program to run, so a .env cannot set it; set it in the environment, or give --env-file=$file"
    rival_of "$name"
    [[ -z $REPLY || -z ${environment[$REPLY]:-} ]] || return 0
    # An empty value usually comes from a variable of another program that was not set, as in DRY_RUN=$TEST_ONLY.
    [[ $name != @(DRY_RUN|ACTIVATE_*|CW_*|SYNC_*) || -n ${environment[$name]-unset} || ${value,,} == @(|false|no) ]] ||
        die 78 "$name is empty in the environment, and $file:$number sets it; unset it in the environment, or remove that line for a run without this setting"
    [[ -v environment[$name] ]] || export "$name=$value"
}

# unquote TEXT SPACES: REPLY is the value of TEXT, the right side of a line after SPACES, without its quotes and the comment after it. As in
# bash, a comment begins after white space. Fails if TEXT is not well formed.
unquote() {
    local text=$1 rest='' chunk
    REPLY=''
    case $text in
        \'*)
            text=${text:1}
            REPLY=${text%%\'*}
            [[ $REPLY != "$text" ]] || return 1
            rest=${text:${#REPLY}+1}
            ;;
        \"*)
            text=${text:1}
            while chunk=${text%%[\"\\]*} && REPLY+=$chunk text=${text:${#chunk}} && [[ $text != \"* ]]; do
                [[ -n $text ]] || return 1
                [[ $text != \\[\"\\\$\`]* ]] || text=${text:1}
                REPLY+=${text:0:1} text=${text:1}
            done
            rest=${text:1}
            ;;
        *)
            text=$2$text
            IFS=$' \t' read -r REPLY <<<"${text%%[[:blank:]]#*}"
            ;;
    esac
    [[ $rest =~ ^[[:blank:]]*(#|$) ]]
}

# REPLY: the variable that sets the same thing as $1, if there is one. If the environment sets one of them, a file cannot add the other. A
# rule for all names with _FILE would let a variable that no program reads switch off a line of the file.
rival_of() {
    case $1 in
        CW_SCIM_ORG_USERID) REPLY=CW_SCIM_BASE_URL ;;
        CW_SCIM_BASE_URL) REPLY=CW_SCIM_ORG_USERID ;;
        ACTIVATE_API_KEY | @(ACTIVATE|CW)_SCIM_BEARER_TOKEN) REPLY=$1_FILE ;;
        ACTIVATE_API_KEY_FILE | @(ACTIVATE|CW)_SCIM_BEARER_TOKEN_FILE) REPLY=${1%_FILE} ;;
        *) REPLY='' ;;
    esac
}
