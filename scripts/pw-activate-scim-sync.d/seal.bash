# seal.bash: the seal of a stage, which is the last line of its stream. A run reads one for each stage. A start of jq for each of them would
# take longer than everything else that the run does between two stages.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2016,SC2154 # stages.bash reads the results; the dollars are jq's; variables of other parts

# A member of a seal: after its name a text, a number, a word, or an object or list of these. The programs write no spaces.
# In a text, JSON excludes the control characters below U+0020 only; [:cntrl:] has others, too.
readonly seal_text=$'"([^"\\\\\x01-\x1f]|\\\\(["\\\\/bfnrt]|u[0-9A-Fa-f]{4}))*"'
readonly seal_plain="$seal_text|-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)?|true|false|null"
readonly seal_object="\\{($seal_text:($seal_plain)(,$seal_text:($seal_plain))*)?\\}"
readonly seal_inner="$seal_plain|$seal_object|\\[(($seal_plain)(,($seal_plain))*)?\\]"
readonly seal_list="\\[(($seal_inner)(,($seal_inner))*)?\\]"
readonly seal_name='^,"([^"\\]+)":'
readonly seal_start='{"type":"end"'

# read_seal FILE: reads the last line of a stream, which is alone in FILE. Sets seal_counts to the members of an object with all counts in
# the seal, seal_sentence to the counts in words, and seal_approvals to the list of approvals, as JSON. Fails if the line is not a seal.
seal_counts='' seal_sentence='' seal_approvals=''
read_seal() {
    local rest name value list counts='' sentence='' approvals=''
    seal_counts='' seal_sentence='' seal_approvals=''
    # Up to a NUL byte, which no seal has. A line without a newline is cut off.
    ! IFS= read -r -d '' rest <"$1" && [[ $rest == "$seal_start"*$'\n' ]] || return 1
    rest=${rest:${#seal_start}:-1}
    # In three patterns, because most members are plain: a pattern of all values takes twenty times as long.
    while [[ $rest == ,* && ($rest =~ $seal_name($seal_plain) || $rest =~ $seal_name($seal_object) || $rest =~ $seal_name($seal_list)) ]]; do
        name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]} rest=${rest:${#BASH_REMATCH[0]}}
        case $name in
            approvals) [[ $value != '['*'{'* ]] || approvals=$value ;;
            approved)
                IFS=, read -ra list <<<"${value//[][]/}"
                value=${#list[@]}
                ;;
        esac
        [[ $name =~ ^[A-Za-z]+$ && $value =~ ^[0-9]+$ ]] || continue
        counts+=",\"$name\":$value"
        # A rare count is part of the sentence if it is not 0.
        [[ $value == 0 && $name != @(asked|users|groups|confirmations|create|update|deactivate|unchanged|applied|failed) ]] || sentence+=", $name $value"
    done
    [[ $rest == '}' ]] || return 1
    seal_counts=${counts#,} seal_sentence=${sentence#, } seal_approvals=$approvals
}
