# tools.bash: the paths of the programs of a run: in --bin, on PATH, or in the directory of the script.
# shellcheck shell=bash
# shellcheck disable=SC2154 # option and here are the script's

declare -A program=() # tool -> path

find_tools() {
    local tool missing=()
    for tool in activate-export scim-export scim-diff scim-apply; do
        if [[ -n ${option[bin]:-} ]]; then
            program[$tool]=${option[bin]}/$tool
        else
            program[$tool]=$(type -P "$tool") || program[$tool]=$here/$tool
        fi
        [[ -f ${program[$tool]} && -x ${program[$tool]} ]] || missing+=("$tool")
    done
    if ((${#missing[@]})) && [[ -n ${option[bin]:-} ]]; then
        die 64 "--bin names ${option[bin]}, where there is no ${missing[*]}"
    elif ((${#missing[@]})); then
        die 69 "cannot find ${missing[*]} on PATH or in $here; install them or give --bin=DIR"
    fi
    for tool in plan-show reseal; do program[$tool]=$(type -P "$tool") || program[$tool]=$here/$tool; done
    type -P jq >/dev/null || die 69 "cannot find jq on PATH; install it"
}

print_version() {
    local line
    line=$("${program["scim-diff"]}" --version) || die 69 "scim-diff does not say its version"
    must_print 'to standard output' printf '%s %s\n' "$me" "${line##* }"
}
