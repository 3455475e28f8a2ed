#!/bin/bash
# node-modules.sh: installs the npm packages of the tests into tests/node_modules, as tests/package-lock.json lists them.
#
#   tests/node-modules.sh [DIRECTORY]      DIRECTORY of tests/, with a package-lock.json of its own, instead of tests/ itself
#
# If the installed packages are those of the lock file, npm is not called and no network is needed. Two of these scripts may run
# at the same time: the second waits for the first.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/${1:-.}"

stamp=node_modules/.installed-from
for program in node npm; do
    type -P "$program" >/dev/null || {
        echo "node-modules.sh: $program is missing; install it: apt-get install --no-install-recommends nodejs npm" >&2
        exit 69
    }
done

exec {lock}<package-lock.json
flock --wait 600 "$lock" || {
    echo "node-modules.sh: another installation into $PWD/node_modules has not ended after 600 s; end it and run the tests again" >&2
    exit 75
}
wanted=$(sha256sum package.json package-lock.json)
[[ ! -e $stamp || $wanted != "$(<"$stamp")" ]] || exit 0
rm -f -- "$stamp" # an installation that is interrupted is not complete
timeout 600 npm ci --no-progress </dev/null {lock}<&- || {
    echo "node-modules.sh: npm ci failed (status $?); the first run needs the npm registry, later runs do not" >&2
    exit 69
}
printf '%s\n' "$wanted" >"$stamp"
