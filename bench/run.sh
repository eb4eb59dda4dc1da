#!/usr/bin/env bash
# kiln against its peers, one table: see bench/run.py, which takes the same arguments.
exec python3 "$(dirname "$0")/run.py" "$@"
