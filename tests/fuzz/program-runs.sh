#!/bin/bash
# program-runs.sh: program_runs PROGRAM TOOLS GOLDEN with PROGRAM_RUNS mutated inputs; scripts/test.sh --thorough makes more of them.
set -euo pipefail
exec "$1" "${PROGRAM_RUNS:-500}" "${@:2}"
