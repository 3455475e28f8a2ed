# pw-activate-scim-sync: the four tools and the script that runs them, as a Kubernetes CronJob starts it.
#
#   docker build -t pw-activate-scim-sync .
#   docker build -t pw-activate-scim-sync --build-arg PW_CLI=pw .      # with ACTIVATE's pw program, put here as ./pw
#
# The same sources and package versions give the same image, byte for byte, if the builder sets all times to one: `buildah bud --timestamp
# 0`, or SOURCE_DATE_EPOCH and rewrite-timestamp=true with BuildKit. Nothing else here depends on when or where it is built.
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        ca-certificates cmake g++ libargh-dev libcurl4-openssl-dev libsimdjson-dev libsodium-dev libssl-dev libutf8proc-dev nettle-dev ninja-build nlohmann-json3-dev pkg-config zlib1g-dev
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY common common
COPY tools tools
COPY scripts scripts
RUN cmake --preset release -DSCIM_SYNC_TESTS=OFF -DSCIM_SYNC_WERROR=OFF -DCMAKE_INSTALL_PREFIX=/usr \
    && cmake --build --preset release \
    && DESTDIR=/out cmake --install build/release --strip \
    && rm -rf /out/usr/share/man /out/usr/share/bash-completion /out/usr/share/zsh /out/usr/share/fish /out/usr/lib/systemd
# The packages of the libraries that the tools need.
RUN objdump -p /out/usr/bin/*-export /out/usr/bin/scim-diff /out/usr/bin/scim-apply | awk '/NEEDED/ { print "*/" $2 }' | sort -u \
    | xargs dpkg-query -S | cut -d: -f1 | sort -u >/packages
# CMakeLists.txt is in the list because COPY needs a file if PW_CLI is empty.
ARG PW_CLI
COPY CMakeLists.txt ${PW_CLI} /pw/
RUN if [ -n "${PW_CLI}" ]; then install -m 755 "/pw/${PW_CLI##*/}" /out/usr/bin/pw; fi

FROM debian:bookworm-slim
ARG VERSION=0.2.0
ARG SOURCE_DATE_EPOCH=0
LABEL org.opencontainers.image.title="pw-activate-scim-sync" \
      org.opencontainers.image.description="Keeps a CoreWeave SCIM service in sync with a Parallel Works ACTIVATE organization" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
COPY --from=build /out/ /
# curl is for HEARTBEAT_URL and PUSHGATEWAY_URL, jq for the scripts and for debugging in the image. The removed files are logs and
# caches, which differ from build to build.
RUN --mount=type=bind,from=build,source=/src/scripts/sbom,target=/run/sbom \
    --mount=type=bind,from=build,source=/packages,target=/run/packages \
    apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl jq $(cat /run/packages) \
    && mkdir -p /usr/share/doc/pw-activate-scim-sync \
    && bash /run/sbom "${VERSION}" "${SOURCE_DATE_EPOCH}" >/usr/share/doc/pw-activate-scim-sync/sbom.cdx.json \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache /var/cache/debconf/*-old /var/lib/dpkg/*-old \
        /var/log/apt /var/log/*.log
# A number, so that Kubernetes can check that it is not root; Debian has a user "sync" of its own.
USER 65532:65532
ENTRYPOINT ["/usr/bin/pw-activate-scim-sync"]
