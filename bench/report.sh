#!/bin/sh
# How long `kiln report` takes, and how large the page is: a run of 200 epochs, a search of 50 trials, a cross-validation of 10 folds.
#
#     bench/report.sh target/release/kiln
set -eu
kiln=$(realpath "$1")
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"
"$kiln" train breast-cancer train.epochs=200 early_stopping.patience=200 --name run -q >/dev/null
"$kiln" tune breast-cancer 'optim.lr=log(1e-4,1)' 'model.hidden=choice([8],[16],[32])' 'optim.kind=choice(adamw,sgd)' \
  'model.dropout=uniform(0,0.5)' train.epochs=3 --trials 50 -q >/dev/null
"$kiln" cv breast-cancer train.epochs=5 --folds 10 -q >/dev/null
for folder in runs/*; do
  for turn in 1 2 3; do
    begin=$(date +%s%N)
    "$kiln" report "$folder" -o page.html -q
    end=$(date +%s%N)
    echo "$(basename "$folder" | cut -d- -f3-): $(((end - begin) / 1000000)) ms, $(wc -c <page.html) bytes"
  done
done
