#!/usr/bin/env bats
# The image of the unchanged Dockerfile, in the pod of the unchanged CronJob, with the sandbox in the same pod. The script run.sh makes the
# base image and then starts this file.
# shellcheck disable=SC2154,SC2016 # bats' variables; the dollars of the shell in the image

bats_require_minimum_version 1.5.0
load environment
load ../e2e/servers

pod=pw-scim-test

setup_file() {
    export SOURCE_DATE_EPOCH=0 IMAGE=${IMAGE:-localhost/pw-activate-scim-sync:test}
    need_node_modules
    if [[ $IMAGE == localhost/pw-activate-scim-sync:test ]]; then
        build_image "$IMAGE" || {
            tail -n 30 "$BATS_FILE_TMPDIR/build.log" >&2
            return 1
        }
    fi
    # The sandbox as built here, with the libraries that it needs.
    local context=$BATS_FILE_TMPDIR/sandbox library
    mkdir -p "$context/root"
    for library in $(ldd "$SANDBOX" | grep -oE '/[^ ]+'); do
        mkdir -p "$context/root${library%/*}"
        cp -L "$library" "$context/root$library"
    done
    strip -o "$context/root/sandbox" "$SANDBOX"
    cp "$SOURCE_DIR/tests/sandbox/fixture.json" "$context/root/"
    printf 'FROM scratch\nCOPY root /\nENTRYPOINT ["/sandbox"]\n' >"$context/Dockerfile"
    buildah bud -t localhost/sandbox "$context" >"$BATS_FILE_TMPDIR/sandbox.log" 2>&1
}

# build_image TAG: as in the README, but without pulling the base.
build_image() {
    buildah bud --pull-never --layers=false --timestamp 0 -t "$1" "$SOURCE_DIR" >"$BATS_FILE_TMPDIR/build.log" 2>&1
}

teardown_file() { podman pod rm --all --force >/dev/null 2>&1 || true; }

# in_image COMMAND...: runs it in the image, with a root that can be read.
in_image() { podman run --rm --pull never --read-only --entrypoint /bin/bash "$IMAGE" -c "$*"; }

# Requests to the sandbox of the pod are sent from its network namespace, which has no other network.
sandbox() {
    nsenter --net="/proc/$(podman inspect --format '{{.State.Pid}}' "$pod-sandbox")/ns/net" \
        curl -fsS --noproxy '*' -X "$1" ${3:+--data "$3"} "$(<"$BATS_FILE_TMPDIR/url")/sandbox$2"
}

# The pod, with credentials of the sandbox as files that only its user may read.
play() {
    local folder=$BATS_FILE_TMPDIR/pod
    mkdir -p "$folder/secrets" "$folder/captures"
    # The credentials contain the address of the sandbox, so they are requested here, and the sandbox has the same port in the pod's own
    # network.
    start sandbox '^ready ' "$SANDBOX" --port 0 --env-file "$folder/sandbox.env"
    stop sandbox
    echo "$URL" >"$BATS_FILE_TMPDIR/url"
    # shellcheck source=/dev/null
    source "$folder/sandbox.env"
    printf '%s\n' "$ACTIVATE_API_KEY" >"$folder/secrets/activate-api-key"
    printf '%s\n' "$CW_SCIM_BEARER_TOKEN" >"$folder/secrets/cw-scim-bearer-token"
    chown -R 65532:65532 "$folder/secrets" "$folder/captures"
    chmod 500 "$folder/secrets"
    chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$folder" 2>/dev/null || true
    node "$SOURCE_DIR/tests/container/pod.mjs" "$IMAGE" localhost/sandbox "${URL##*:}" "$folder" \
        CW_SCIM_BASE_URL="$CW_SCIM_BASE_URL" CAPTURE_DIR=/captures SYNC_MAX_IN_FLIGHT=2 DRY_RUN=false >"$folder/pod.yaml"
    podman kube play "$folder/pod.yaml"
}

@test "the image is at most 100 MB, and has the tools, the scripts and their dependencies" {
    local size
    size=$(in_image 'du -sxm --apparent-size / 2>/dev/null | cut -f1')
    echo "# uncompressed: $size MB" >&3
    ((size <= 100))
    [[ $(in_image 'pw-activate-scim-sync --version') == 'pw-activate-scim-sync '* ]]
    in_image 'for tool in activate-export scim-export scim-diff scim-apply plan-show reseal rehearse sync-captures; do $tool --help >/dev/null || exit; done; type jq curl flock bash'
    [[ $(in_image 'ls -d /usr/share/man/man1/scim-diff.1* 2>/dev/null; type g++ cmake 2>/dev/null; true') == '' ]]
}

@test "the image runs as a number that is not root, with labels and without a health check" {
    local config
    config=$(podman inspect "$IMAGE")
    jq -e '.[0].Config | .User == "65532:65532" and .Entrypoint == ["/usr/bin/pw-activate-scim-sync"] and .Healthcheck == null
        and .Labels["org.opencontainers.image.title"] == "pw-activate-scim-sync"' <<<"$config"
    [[ $(in_image 'id -u; id -g') == $'65532\n65532' ]]
    [[ $(in_image 'touch /x 2>&1' || true) == *'Read-only file system' ]]
}

@test "the bill of materials lists exactly the packages of the image" {
    in_image 'cat /usr/share/doc/pw-activate-scim-sync/sbom.cdx.json' >"$BATS_TEST_TMPDIR/sbom"
    jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.5" and .metadata.timestamp == "1970-01-01T00:00:00Z"
        and all(.components[]; .purl == .["bom-ref"] and (.purl | startswith("pkg:deb/debian/")))' "$BATS_TEST_TMPDIR/sbom"
    jq -r '.components[] | "\(.name) \(.version)"' "$BATS_TEST_TMPDIR/sbom" | sort >"$BATS_TEST_TMPDIR/listed"
    in_image 'dpkg-query -W -f "\${Package} \${Version}\n"' | sort >"$BATS_TEST_TMPDIR/installed"
    (($(wc -l <"$BATS_TEST_TMPDIR/installed") > 80))
    diff "$BATS_TEST_TMPDIR/listed" "$BATS_TEST_TMPDIR/installed"
}

@test "the pod of the CronJob makes a complete run: restricted, with a read-only root, as its number" {
    local sync
    play
    sync=$(podman ps --all --format '{{.Names}}' | grep -- "$pod-sync")
    # The kernel's view of the first process, while it runs.
    for _ in {1..100}; do
        process=$(podman inspect --format '{{.State.Pid}}' "$sync")
        [[ $process == 0 ]] || break
        sleep 0.05
    done
    grep -E '^(Uid|Gid|Cap(Bnd|Eff|Prm)|NoNewPrivs|Seccomp):' "/proc/$process/status" | tr -s '\t' ' ' >"$BATS_TEST_TMPDIR/status"
    awk '$5 == "/" { print $6 }' "/proc/$process/mountinfo" >"$BATS_TEST_TMPDIR/root"
    [[ $(podman wait "$sync") == 0 ]] || {
        podman logs "$sync"
        false
    }
    grep -q '^Uid: 65532 65532 65532 65532$' "$BATS_TEST_TMPDIR/status"
    grep -q '^Gid: 65532 ' "$BATS_TEST_TMPDIR/status"
    [[ $(grep -c '^Cap.*: 0000000000000000$' "$BATS_TEST_TMPDIR/status") == 3 ]]
    grep -q '^NoNewPrivs: 1$' "$BATS_TEST_TMPDIR/status"
    grep -q '^Seccomp: 2$' "$BATS_TEST_TMPDIR/status"
    grep -qE '^ro(,|$)' "$BATS_TEST_TMPDIR/root"

    [[ $(podman logs "$sync" 2>&1 | tail -n 1) == 'pw-activate-scim-sync: done: '*' created, '* ]]
    sandbox GET /activate >"$BATS_TEST_TMPDIR/activate"
    expected <"$BATS_TEST_TMPDIR/activate" >"$BATS_TEST_TMPDIR/wanted"
    sandbox GET /scim | actual | jq -S '.users |= map(select(.active))' >"$BATS_TEST_TMPDIR/there"
    same "$BATS_TEST_TMPDIR/wanted" "$BATS_TEST_TMPDIR/there"
    nothing_in_work "$sync"
}

# The work directory, an emptyDir, is empty when the run is over.
nothing_in_work() {
    local folder
    folder=$(podman inspect "$1" | jq -r '.[0].Mounts[] | select(.Destination == "/work").Source')
    [[ -d $folder && -z $(ls -A "$folder") ]]
}

@test "TERM to PID 1 in the middle of the apply: it ends in time, its results are sealed, and the next run does the rest" {
    local sync=$pod-sync i writes started results
    for i in {1..60}; do
        sandbox PUT "/activate/users/late$i" "{\"email\":\"late$i@example.org\",\"name\":\"Late $i\"}" >/dev/null
    done
    sandbox POST /faults '{"match":"POST /scim/v2/Users","delayMs":400}' >/dev/null
    sandbox DELETE /requests >/dev/null
    podman start "$sync" >/dev/null
    for _ in {1..600}; do
        writes=$(sandbox GET /requests | jq .writes)
        ((writes < 4)) || break
        sleep 0.1
    done
    ((writes >= 4))
    started=$SECONDS
    podman kill --signal TERM "$sync" >/dev/null
    [[ $(podman wait "$sync") == 143 ]]
    ((SECONDS - started < 30))
    [[ $(podman logs "$sync" 2>&1 | tail -n 1) == *'stopped by SIGTERM while scim-apply ran; '*' applied and stand'*'; the next run continues from there' ]]
    nothing_in_work "$sync"
    results=$(find "$BATS_FILE_TMPDIR/pod/captures" -name results.jsonl | sort | tail -n 1)
    jq -es 'last | .type == "end" and .applied >= 4 and .notSent > 0' "$results"
    # The changes that it reports as applied exist.
    [[ $(seal "$results" .applied) == "$(sandbox GET /scim | jq '[.Users[] | select(.userName | startswith("late"))] | length')" ]]

    sandbox DELETE /faults >/dev/null
    podman start "$sync" >/dev/null
    [[ $(podman wait "$sync") == 0 ]]
    [[ $(sandbox GET /scim | jq '[.Users[] | select(.userName | startswith("late"))] | length') == 60 ]]
}

@test "the same sources and package versions give the same image" {
    [[ $IMAGE == localhost/pw-activate-scim-sync:test && -n ${CONTAINER_TESTS:-} && -z ${CI:-} ]] ||
        skip 'a second build, four minutes of two cores, is made only by scripts/test.sh --container outside of CI'
    build_image localhost/again
    [[ $(podman inspect --format '{{.Id}}' localhost/again) == "$(podman inspect --format '{{.Id}}' "$IMAGE")" ]]
}
