# monitoring.bash: METRICS_FILE, PUSHGATEWAY_URL and HEARTBEAT_URL.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154 # the dollars are jq's; variables of other parts

measured=''                      # true if this run writes metrics
coreweave_org='' activate_org='' # the labels of each metric

# The labels are those of the configuration, so that a run that fails early has the same. Credentials in the wrong variable are not used.
name_organizations() {
    if [[ -n ${CW_SCIM_BASE_URL:-}${CW_SCIM_ORG_USERID:-} ]] && read_service; then
        without_secrets "${REPLY##*/}"
        coreweave_org=$REPLY
    fi
    without_secrets "${ACTIVATE_ORG_NAME:-}"
    activate_org=$REPLY
}

# settle_metrics: the metrics replace METRICS_FILE. A device, or a link to one such as /dev/stdout, would be gone after that. Another link is
# replaced and not followed, because another user can have made it.
settle_metrics() {
    local file=${METRICS_FILE:-}
    ! is_special "$file" || die 78 "METRICS_FILE is $file, which is a device, a pipe or a directory; give the path of a file, which each run replaces"
    ! is_of_others "$file" || die 78 "METRICS_FILE is $file, which has contents of another program; give a path that nothing else uses"
}

is_special() { [[ -e $1 && ! -f $1 ]]; }

# is_of_others FILE: its first line is not of metrics of this script.
is_of_others() {
    local line=''
    [[ -s $1 && ! -L $1 ]] || return 1
    IFS= read -r line 2>/dev/null <"$1" || true
    [[ $line != ?('# '@(HELP|TYPE)' ')pw_scim_sync_* ]]
}

# REPLY: when a complete run last came to its end, by the metrics in FILE; empty if that is not known. Two organizations with one file would
# overwrite the metrics of each other.
read_last_complete_run() {
    local other
    other=$(sed -nE '/^pw_scim_sync_last_run_status\{/{s/.*coreweave_org="([^"]*)".*/\1/p;q}' "$1" 2>/dev/null) || true
    REPLY=$(sed -nE 's/^pw_scim_sync_last_sealed_run_timestamp_seconds(\{.*\})? //p' "$1" 2>/dev/null) || true
    [[ -n $other && $other != "$coreweave_org" ]] || return 0
    warn "METRICS_FILE $1 had the metrics of the organization $other, and now has those of ${coreweave_org:-another}; give each organization a file of its own"
    REPLY=''
}

# write_metrics STATUS: the metrics of this run, with any result. mv replaces the file in one step. The time of the last complete run is the
# only value that is kept from run to run; it is read from the file itself.
write_metrics() {
    local file=${METRICS_FILE:-$tmp/metrics} new before='' complete=false
    ! is_special "$file" && ! is_of_others "$file" || return 0 # it has ended the run, or another error has ended the run before
    ! is_complete || complete=true
    printf -v new '%s.%08x%08x' "$file" "$SRANDOM" "$SRANDOM"
    read_last_complete_run "$file"
    before=$REPLY
    since "$started"
    {
        { cat -- "${work:-/dev/null}/plan.jsonl" "${work:-/dev/null}/results.jsonl" || true; } |
            with_module metrics 'lines as $lines | metrics({$coreweave_org, $activate_org}; $stages; $did; $differs; $lines; $status; $seconds; $dry_run; $complete; $before; $capture_failed; $latency)' -nrR \
                --arg coreweave_org "$coreweave_org" --arg activate_org "$activate_org" --slurpfile stages "$records" --argjson did "$did" --argjson differs "$differs" --argjson status "$1" --arg seconds "$REPLY" \
                --argjson dry_run "${dry_run:-false}" --argjson complete "$complete" --arg before "$before" --argjson capture_failed "${capture_failed:-false}" --argjson latency "$leaver_latency" >"$new" &&
            chmod 644 -- "$new" && mv -fT -- "$new" "$file"
    } 2>/dev/null || { rm -f -- "$new" && warn "cannot write the metrics to $file" && return; }
    # A pod that must stop has no time to wait for a Pushgateway that does not answer.
    [[ -z ${PUSHGATEWAY_URL:-} || -n $signal ]] || call PUSHGATEWAY_URL --data-binary "@$file"
}

# call NAME [CURL-OPTION]...: one request to the URL in variable NAME. The URL may contain a secret, so it is not an argument of curl.
call() {
    local name=$1 rc=0 code=''
    if ! type -P curl >/dev/null; then
        warn "$name is set, but there is no curl on PATH to call it"
        return 0
    fi
    printf 'url = "%s"\n' "${!name}" >"$tmp/curl"
    # Loopback, or a Pushgateway in the same cluster.
    [[ ${!name} != http:* && ! ${!name} =~ ^https://$loopback([/?#].*)?$ ]] || printf 'noproxy = "*"\n' >>"$tmp/curl"
    if [[ -n ${SYNC_CA_FILE:-} && ${!name} == https:* ]]; then
        # curl has no option that adds to the system's certificates.
        cat -- /etc/ssl/certs/ca-certificates.crt "${SSL_CERT_FILE:-/dev/null}" "$SYNC_CA_FILE" >"$tmp/ca.pem" 2>/dev/null || true
        printf 'cacert = "%s"\n' "$tmp/ca.pem" >>"$tmp/curl"
    fi
    curl --disable --config "$tmp/curl" --silent --fail --globoff --proto =http,https --max-redirs 0 \
        --connect-timeout 5 --max-time 10 --output /dev/null --write-out '%{http_code}\n' "${@:2}" >"$tmp/http-code" 2>/dev/null &
    wait "$!" || rc=$?
    ((!rc)) || warn "$name request failed (curl exit status $rc); the run itself is done"
    read -r code <"$tmp/http-code" || true
    [[ $code != 3* ]] || warn "$name request failed: HTTP $code, and no redirect is followed; give the final address; the run itself is done"
}
