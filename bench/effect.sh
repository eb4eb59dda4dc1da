#!/usr/bin/env bash
# What augmentation is worth on all of Fashion-MNIST: the recipe fashion-mnist-cnn as it is, without its dropout, and without it but with crops
# by a pixel and flips, each for as many steps.
#
#   bench/effect.sh [EPOCHS] [SEED…]      40 epochs and seeds 0 1 2; 3 minutes for 20 epochs on two cores. ARMS="recipe augmented" for some only
set -euo pipefail
cd "$(dirname "$0")/.."
epochs="${1:-40}"
shift || true
seeds=("${@:-0 1 2}")
kiln=(cargo run --release --quiet --)
[[ -n "${KILN:-}" ]] && kiln=("$KILN")
runs="$(mktemp -d)"
trap 'rm -r "$runs"' EXIT

plain=(model.dropout=0 model.conv_dropout=0)
moves='augment.transforms=[{ kind = "crop", size = [28, 28], padding = 1 }, { kind = "horizontal-flip" }]'
for seed in ${seeds[*]}; do
    for arm in ${ARMS:-recipe plain augmented}; do
        case "$arm" in
            recipe) changes=() ;;
            plain) changes=("${plain[@]}") ;;
            augmented) changes=("${plain[@]}" "$moves") ;;
            *) echo "no such arm: $arm; use recipe, plain or augmented" >&2 && exit 2 ;;
        esac
        end="$("${kiln[@]}" train fashion-mnist-cnn "train.epochs=$epochs" "${changes[@]}" --seed "$seed" \
            --runs-dir "$runs" --quiet --json | tail -n 1)"
        accuracy="$(sed -E 's/.*"test":\{[^}]*"accuracy":([0-9.]+).*/\1/' <<<"$end")"
        printf '%-10s seed %s  %s epochs  test accuracy %s\n' "$arm" "$seed" "$epochs" "$accuracy"
    done
done
