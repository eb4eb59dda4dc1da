#!/usr/bin/env bash
# Makes the folders beside it: what kiln 0.1.0 left behind on 2026-11-29, before its engines became a library. Programs
# of later must go on with it, so this is not to be run again; it says how the folders came about.
#
#   tests/golden/old_run/make.sh KILN
set -euo pipefail
kiln="$(realpath "$1")"
cd "$(dirname "$0")"
rm -rf done stopped cv study expected
mkdir expected
quiet=(--progress off -q)
settings=(iris model.hidden=[8] model.dropout=0.1 "${quiet[@]}")
penalty=(penalty.0.kind=l1 penalty.0.strength=1e-3 average.kind=ema checkpoint.keep=1)

# Waits until a file has so many lines.
until_lines() { until [[ $(cat $1 2>/dev/null | wc -l) -ge $2 ]]; do sleep 0.001; done; }

# One name for a folder: its time would say when it was made.
rename() { mv "$1"/* "$2" && rmdir "$1"; }

"$kiln" train "${settings[@]}" "${penalty[@]}" train.epochs=12 early_stopping.patience=9 --runs-dir made
rename made done
"$kiln" eval done --json -q >expected/eval.json
printf 'sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n7.0,3.2,4.7,1.4\n6.3,3.3,6.0,2.5\n' >expected/new.csv
"$kiln" predict done expected/new.csv --proba >expected/predictions.csv

# The same run twice: to its end, and stopped by a signal.
long=(train "${settings[@]}" "${penalty[@]}" train.epochs=200 checkpoint.every_epochs=20
    optim.kind=sgd optim.lr=0.01 optim.momentum=0.9)
"$kiln" "${long[@]}" --json --runs-dir made | tail -n 1 >expected/end.json
cp made/*/checkpoints/"$(cat made/*/checkpoints/best)"/model.safetensors expected/end.safetensors
rm -r made
"$kiln" "${long[@]}" --runs-dir made &
until_lines 'made/*/metrics.jsonl' 50
kill -TERM $!
wait $! || [[ $? == 143 ]]
rename made stopped

# A cross-validation with one fold to do.
"$kiln" cv "${settings[@]}" train.epochs=4 --folds 3 --dir cv
mv cv/predictions.csv expected/cv.csv
rm -r cv
for fold in 0 1; do "$kiln" cv "${settings[@]}" train.epochs=4 --folds 3 --dir cv --fold $fold; done

# A study with trials to do.
search=(tune "${settings[@]}" 'optim.lr=log(1e-3,1e-1)' train.epochs=30 checkpoint.every_epochs=30 checkpoint.keep=1 --trials 8)
"$kiln" "${search[@]}" --runs-dir made
grep -v '^{"event":"study"' made/*/study.jsonl >expected/study.jsonl
rm -r made
"$kiln" "${search[@]}" --runs-dir made &
until_lines 'made/*/study.jsonl' 4
kill -TERM $!
wait $! || [[ $? == 143 ]]
rename made study
