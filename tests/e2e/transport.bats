#!/usr/bin/env bats
# shellcheck disable=SC2030,SC2031,SC2154 # a test is a shell of its own; `run` sets status, output, stderr
#
# The connection to the service: verified TLS, HTTP/2 on demand, proxies, time-outs, and rate limits.

bats_require_minimum_version 1.5.0
load servers.bash

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
        -keyout key.pem -out cert.pem 2>/dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
    stop_all
}

# plan_of N - N users to create.
plan_of() {
    seq "$1" | jq -c '{type: "change", id: "c-\(.)", action: "create", resource: "User", externalId: "pw-activate:user:\(.)", method: "POST", path: "/Users",
        data: {schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], externalId: "pw-activate:user:\(.)", userName: "u\(.)@acme.org", active: true}}' |
        cat <(jq -cn --arg target "${CW_SCIM_BASE_URL%/}" '{type: "stream", format: 1, kind: "plan", target: $target}') - |
        node "$BATS_TEST_DIRNAME/../support/check-lines.mjs" | "$SCRIPTS/reseal"
}

@test "an untrusted certificate ends the run before the credential is sent; --ca-file makes it trusted" {
    start_scimpatch --tls "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
    export CW_SCIM_BASE_URL=${CW_SCIM_BASE_URL/#*:\/\//https:\/\/}
    run --separate-stderr scim-export
    [ "$status" -eq 69 ]
    [[ $stderr == *"certificate is not trusted"* ]]
    [ -z "$output" ] || ! grep -q '"type":"end"' <<<"$output"
    scim-export --ca-file="$BATS_FILE_TMPDIR/cert.pem" >current.jsonl
    [ "$(seal current.jsonl .users)" -eq 0 ]
    [[ $stderr == *"give its file with --ca-file, SYNC_CA_FILE or SSL_CERT_FILE"* ]]
    SSL_CERT_FILE=$BATS_FILE_TMPDIR/cert.pem scim-export >current.jsonl
    SYNC_CA_FILE=$BATS_FILE_TMPDIR/cert.pem CW_SCIM_BASE_URL=HTTPS${CW_SCIM_BASE_URL#https} scim-export >current.jsonl
    SYNC_CA_FILE=$BATS_FILE_TMPDIR/cert.pem scim-export >current.jsonl
    # SYNC_CA_FILE is added to the certificates of SSL_CERT_FILE. A missing or empty file is rejected.
    SYNC_CA_FILE=$BATS_FILE_TMPDIR/cert.pem SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt scim-export >current.jsonl
    run --separate-stderr env SYNC_CA_FILE=/nonexistent/ca.pem scim-export
    [ "$status" -eq 78 ]
    [[ $stderr == *"SYNC_CA_FILE names /nonexistent/ca.pem, which is not a file that can be read"* ]]
    : >empty.pem
    run --separate-stderr env SSL_CERT_FILE="$PWD/empty.pem" scim-export
    [ "$status" -eq 78 ]
    [[ $stderr == *"SSL_CERT_FILE names "*"which holds no certificate"* ]]
    # The name must be that of the certificate, too.
    run --separate-stderr env CW_SCIM_BASE_URL="${CW_SCIM_BASE_URL/127.0.0.1/localhost}" scim-export --ca-file="$BATS_FILE_TMPDIR/cert.pem"
    [ "$status" -eq 69 ]
}

@test "with --http2 many requests share a connection, and every change is made once" {
    start_scimpatch --tls "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
    export CW_SCIM_BASE_URL=${CW_SCIM_BASE_URL/#*:\/\//https:\/\/}
    plan_of 200 >plan.jsonl
    scim-apply --http2 --max-in-flight=64 --ca-file="$BATS_FILE_TMPDIR/cert.pem" plan.jsonl >results.jsonl
    [ "$(seal results.jsonl .applied)" -eq 200 ]
    SYNC_HTTP2=true scim-export --ca-file="$BATS_FILE_TMPDIR/cert.pem" >current.jsonl
    [ "$(seal current.jsonl .users)" -eq 200 ]
}

@test "with --http2 a connection that ends (GOAWAY) makes no create fail, and creates nothing twice" {
    start_scimpatch --goaway 50 --tls "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
    export CW_SCIM_BASE_URL=${CW_SCIM_BASE_URL/#*:\/\//https:\/\/}
    plan_of 200 >plan.jsonl
    scim-apply --http2 --max-in-flight=16 --ca-file="$BATS_FILE_TMPDIR/cert.pem" plan.jsonl >results.jsonl
    [ "$(seal results.jsonl .applied)" -eq 200 ]
    scim-export --ca-file="$BATS_FILE_TMPDIR/cert.pem" >current.jsonl
    [ "$(seal current.jsonl .users)" -eq 200 ]
}

@test "a proxy in the environment is used, but not for loopback" {
    cat >proxy.mjs <<'EOM'
import http from "node:http";
const server = http.createServer((request, response) => response.writeHead(502).end());
server.on("connect", (request, socket) => {
    console.log("CONNECT", request.url, request.headers["user-agent"]);
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
});
server.on("request", (request) => console.log(request.method, request.url));
server.listen(0, "127.0.0.1", () => console.log(`ready http://127.0.0.1:${server.address().port}`));
EOM
    start proxy '^ready ' node proxy.mjs
    export CW_SCIM_BEARER_TOKEN=t http_proxy=$URL https_proxy=${URL/:\/\//://ada:proxy-secret@} NO_PROXY='' no_proxy=''
    run --separate-stderr env CW_SCIM_BASE_URL=https://scim.test/v2 scim-export
    [ "$status" -eq 69 ]
    [[ $stderr != *proxy-secret* ]]
    grep -qE '^CONNECT scim\.test:443 scim-export/[0-9.]+$' proxy.out
    run --separate-stderr env CW_SCIM_BASE_URL=https://scim.test/v2 https_proxy=odd://ada:proxy-secret@127.0.0.1 scim-export
    [ "$status" -ne 0 ]
    [[ $stderr != *proxy-secret* && $stderr == *scim* ]]
    CW_SCIM_BASE_URL=http://127.0.0.1:9/scim/v2 run --separate-stderr scim-export --retry-budget=0
    [ "$status" -eq 75 ]
    run ! grep -q '127.0.0.1:9' proxy.out
}

@test "a service that does not answer, or stops in the middle, times out, and the status permits another try" {
    start_sandbox
    for fault in delayMs stall; do
        sandbox POST /faults "{\"match\":\"/scim/v2/Users\",\"$fault\":15000}"
        run --separate-stderr scim-export "$([[ $fault == stall ]] && echo --stall-timeout=1 || echo --timeout=2)" --retry-budget=0
        [ "$status" -eq 75 ]
        [[ $stderr == *"no answer in time"* ]]
        sandbox DELETE /faults
    done
}

@test "a redirect is reported, not followed: the credential is not sent elsewhere" {
    start_sandbox
    sandbox POST /faults '{"match":"/scim/v2/Users","status":302,"headers":{"Location":"/scim/v2/Groups"}}'
    run --separate-stderr scim-export
    [ "$status" -eq 69 ]
    [[ $stderr == *"redirects are not followed"* ]]
}

@test "under a rate limit every change is made, once, and few requests are refused" {
    start_sandbox
    sandbox POST /faults '{"match":"POST /scim/v2/Users","rate":20,"burst":5,"status":429,"retryAfter":1}'
    plan_of 100 >plan.jsonl
    scim-apply --verbose plan.jsonl >results.jsonl 2>words
    [ "$(seal results.jsonl .applied)" -eq 100 ]
    [ "$(sandbox GET /scim | jq '[.Users[] | select(.externalId // "" | test("^pw-activate:user:[0-9]+$"))] | length')" -eq 100 ]
    (($(grep -c 'HTTP 429' words) < 30))
}

@test "with --rate nothing is refused" {
    start_sandbox
    sandbox POST /faults '{"match":"POST /scim/v2/Users","rate":20,"burst":5,"status":429,"retryAfter":1}'
    plan_of 60 >plan.jsonl
    scim-apply --verbose --rate=18 plan.jsonl >results.jsonl 2>words
    [ "$(seal results.jsonl .applied)" -eq 60 ]
    run ! grep -q 'HTTP 429' words
}

@test "a POST that was carried out without an answer is looked up, and never sent twice" {
    start_sandbox
    # On a kept connection libcurl would send it again by itself.
    sandbox POST /faults '{"match":"POST /scim/v2/Users","skip":3,"count":4,"apply":true,"reset":true}'
    plan_of 20 >plan.jsonl
    sandbox DELETE /requests
    scim-apply --max-in-flight=1 plan.jsonl >results.jsonl
    [ "$(seal results.jsonl .applied)" -eq 20 ]
    [ "$(sandbox GET /requests | jq .byMethod.POST)" -eq 20 ]
    sandbox GET /scim | jq -e '[.Users[].externalId // empty] | length == (unique | length)'
}
