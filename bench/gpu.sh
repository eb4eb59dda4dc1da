#!/usr/bin/env bash
# kiln on GPUs against PyTorch and against the CPU, in eight minutes at most. Builds nothing.
#
#   bench/gpu.sh --kiln PROGRAM [--devices cuda:0,vulkan] [--python PYTHON] [--data FOLDER] [--out FILE] [--minutes 8] [--dry]
#
# One JSON object; what was left out is in it, with the reason. --dry does the same at toy sizes on whatever is there, software adapters and
# CPU included, to see that everything runs. See bench/gpu.py.
set -euo pipefail
python=python3
arguments=("$@")
for ((i = 0; i < $#; i++)); do
    [[ ${arguments[i]} == --python ]] && python=${arguments[i + 1]}
done
exec "$python" "$(dirname "$0")/gpu.py" "$@"
