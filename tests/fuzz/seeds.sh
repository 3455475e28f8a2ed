#!/bin/bash
# seeds.sh: writes first inputs for the fuzz targets from the golden cases.
#
#   tests/fuzz/seeds.sh FOLDER    FOLDER/TARGET/NUMBER for each input, then the file FOLDER/complete
#
# The same golden cases give the same files.
set -euo pipefail
out=$1
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
golden=$here/../golden
shopt -s nullglob

# put TARGET: each text in standard input, ended by a NUL byte, becomes a file.
put() {
    local text
    local -i number=0
    mkdir -p -- "$out/$1"
    while IFS= read -r -d '' text; do
        number+=1
        printf '%s' "$text" >"$out/$1/$(printf '%03d' "$number")"
    done
    ((number > 0)) || {
        echo "seeds.sh: the golden cases give no input for $1" >&2
        exit 1
    }
}

# from_plans FUNCTION, from_exports FUNCTION: the texts of that function of seeds.jq for all cases.
from_plans() { jq -nRj -L "$here" "include \"seeds\"; $1" "$golden"/*/*/stdout; }
from_exports() { jq -nRj -L "$here" "include \"seeds\"; $1" "$golden"/*/*/{current,desired}.jsonl; }

rm -rf -- "$out"
from_plans plans | put plan
from_plans outcomes | put outcomes
from_plans writes | put write_answer
from_plans bulks | put bulk_answer
from_exports lists | put list_answer
from_exports keys | put ssh_key
from_exports people | put activate_answer
from_exports texts | put json_text
for case in "$golden"/*/*/; do
    streams=("$case"*.jsonl)
    ((${#streams[@]} == 0)) || cat -- "${streams[@]}" <(printf '\0')
done | put directory
cat -- "$golden"/*/*/{desired,current}.jsonl | tr -d '\0' | sort -u | grep -aE '^\{"type":"(user|group)"' | tr '\n' '\0' | put record_line
touch -- "$out/complete"
