# spelling.bash: the correct word for a misspelt option or variable, by edit distance.
# shellcheck shell=bash

# nearest GIVEN WORD...: REPLY is the WORD that is most like GIVEN. If no WORD is like GIVEN, nearest fails and REPLY is empty.
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

# distance WORD WORD: REPLY is their edit distance (Levenshtein), computed with one row of the table.
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
