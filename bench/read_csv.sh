#!/usr/bin/env bash
# Reading a CSV file in kiln, pandas and polars: see bench/read_csv.py.
exec "${PYTHON:-python3}" "$(dirname "$0")/read_csv.py" "$@"
