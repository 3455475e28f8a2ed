#!/bin/bash
# join-jq.sh DESIRED CURRENT: the two sides joined by jq; prints how many users differ.
set -euo pipefail
exec jq -n --slurpfile desired "$1" --slurpfile current "$2" '
    def users: reduce (.[] | select(.type == "user")) as $user ({}; .[$user.externalId] = $user);
    def said: {userName, displayName, givenName, familyName, email, active, sshKeys};
    ($desired | users) as $d | ($current | users) as $c
    | [$d + $c | keys_unsorted[] | select(($d[.] | said) != ($c[.] | said))] | length'
