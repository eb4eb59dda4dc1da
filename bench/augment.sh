#!/usr/bin/env bash
# Augmentation in kiln, torchvision and Albumentations: images a second, one after another on the same machine, several rounds.
#
#   bench/augment.sh [ROUNDS] [SECONDS] [JOB…]      default 5 rounds of 1 second, all jobs
#
# Prints medians, and the ratio of kiln to each peer in the same round (median, smallest, largest). PYTHON names the Python that
# has torchvision and albumentations; a peer that does not start is left out, by name. THREADS is 2 unless set.
exec "${PYTHON:-python3}" "$(dirname "$0")/augment.py" "$@"
