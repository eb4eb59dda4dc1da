#!/usr/bin/env bash
# Trains recipes with several seeds and prints the test metric of each: the figures in the README.
#
#   bench/recipes.sh [SEEDS] RECIPE…      SEEDS such as 0,1,2; default 0,1,2,3,4
set -euo pipefail
seeds=0,1,2,3,4
if [[ "${1:-}" =~ ^[0-9,]+$ ]]; then
    seeds=$1
    shift
fi
kiln=${KILN:-kiln}
runs=$(mktemp -d)
trap 'rm -rf "$runs"' EXIT
for recipe in "$@"; do
    for seed in ${seeds//,/ }; do
        "$kiln" train "$recipe" --seed "$seed" --runs-dir "$runs" --progress off --quiet --json |
            python3 -c '
import json, sys
end = [json.loads(line) for line in sys.stdin][-1]
test = end["test"]
name = "accuracy" if "accuracy" in test else "r2"
peak = (end["peak_rss_bytes"] or 0) / 2**20
print(sys.argv[1], "seed", sys.argv[2], name, round(test[name], 4), "best epoch", end["best_epoch"],
      round(end["seconds"], 1), "s", round(peak), "MiB", flush=True)' "$recipe" "$seed"
    done
done
