#!/bin/bash
# inside.sh: what run.sh does in the booted Debian, as root.
set -euxo pipefail
export DEBIAN_FRONTEND=noninteractive
trap 'journalctl --no-pager -u pw-activate-scim-sync -n 30' ERR

# files: each path that stays, apart from those of apt, dpkg and the log.
files() { find / -xdev \( -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/log -o -path /tmp -o -path /var/tmp -o -path /run \) -prune -o -print | sort; }

apt-get -q update
apt-get -q install --yes --no-install-recommends ca-certificates curl jq
files >/before

apt-get -q install --yes --no-install-recommends /package.deb
pw-activate-scim-sync --version
[[ $(stat -c '%a %U' /etc/pw-activate-scim-sync/settings.env) == '600 root' ]]
[[ $(systemctl is-enabled pw-activate-scim-sync.timer || true) == disabled ]]
test -e /usr/share/man/man1/pw-activate-scim-sync.1.gz -a -e /usr/share/bash-completion/completions/scim-diff
bash -n /usr/share/bash-completion/completions/*scim* /usr/share/bash-completion/completions/{plan-show,reseal,rehearse,sync-captures}

# Settings and credentials as an operator writes them.
set +x
# shellcheck source=/dev/null
source /sandbox.env
set -x
sed -i "s|^CW_SCIM_BASE_URL=.*|CW_SCIM_BASE_URL=$CW_SCIM_BASE_URL|; s|^DRY_RUN=.*|DRY_RUN=false|; s|^#CAPTURE_DIR=|CAPTURE_DIR=|" /etc/pw-activate-scim-sync/settings.env
printf 'ACTIVATE_SSH_KEYS=rest\nACTIVATE_API_URL=%s\n' "${ACTIVATE_API_URL:-}" >>/etc/pw-activate-scim-sync/settings.env
set +x
(umask 077 && printf '%s' "$ACTIVATE_API_KEY" >/etc/pw-activate-scim-sync/activate-api-key && printf '%s' "$CW_SCIM_BEARER_TOKEN" >/etc/pw-activate-scim-sync/cw-scim-bearer-token)
unset ACTIVATE_API_KEY CW_SCIM_BEARER_TOKEN
set -x

# The timer, started by hand; a drop-in makes it start the first run at once.
mkdir -p /etc/systemd/system/pw-activate-scim-sync.timer.d
printf '[Timer]\nOnActiveSec=1\nRandomizedDelaySec=0\nAccuracySec=1ms\n' >/etc/systemd/system/pw-activate-scim-sync.timer.d/now.conf
systemctl daemon-reload
systemctl start pw-activate-scim-sync.timer
for _ in {1..120}; do
    journalctl --no-pager -o cat -u pw-activate-scim-sync | grep -q '^pw-activate-scim-sync: \(done\|failed\|partly\)' && break
    sleep 1
done
journalctl --no-pager -o cat -u pw-activate-scim-sync
journalctl --no-pager -o cat -u pw-activate-scim-sync | grep -E '^pw-activate-scim-sync: done.*: [0-9]{2,} created'
journalctl --no-pager -o cat -u pw-activate-scim-sync | grep '^Finished '
[[ $(find /var/lib/private/pw-activate-scim-sync -name plan.jsonl | wc -l) == 1 ]]
[[ -z $(find /run/lock -name '*scim*') ]]

apt-get -q purge --yes pw-activate-scim-sync
apt-get -q autoremove --purge --yes
rm -r /etc/systemd/system/pw-activate-scim-sync.timer.d
files >/after
diff <(grep -v '^/before$' /before) <(grep -vx '/before\|/after' /after)
echo 'package: all is well'
