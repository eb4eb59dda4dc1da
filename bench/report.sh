#!/bin/bash
# How long `kiln report` takes from its start to its end, and how large the page is: a run of 200 epochs, a search of 50 trials, a
# cross-validation of 10 folds, in turns. Median, least and most.
#
#     bench/report.sh target/release/kiln [TURNS]
set -eu
kiln=$(realpath "$1")
turns=${2:-15}
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
cd "$place"
"$kiln" train breast-cancer train.epochs=200 early_stopping.patience=200 --name run -q >/dev/null
"$kiln" tune breast-cancer 'optim.lr=log(1e-4,1)' 'model.hidden=choice([8],[16],[32])' 'optim.kind=choice(adamw,sgd)' \
  'model.dropout=uniform(0,0.5)' train.epochs=3 --trials 50 -q >/dev/null
"$kiln" cv breast-cancer train.epochs=5 --folds 10 -q >/dev/null
for _ in $(seq "$turns"); do
  for folder in runs/*; do
    begin=$(date +%s%N)
    "$kiln" report "$folder" -o page.html -q
    end=$(date +%s%N)
    echo "$(basename "$folder" | cut -d- -f3-) $(((end - begin) / 1000000)) $(wc -c <page.html)" >>times
  done
done
sort -k1,1 -k2,2n times | awk '
  $1 != name { if (name) say(); name = $1; n = 0 }
  { of[++n] = $2; bytes = $3 }
  END { say() }
  function say() { printf "%s: median %d ms, %d to %d ms, n %d, %d bytes\n", name, of[int((n + 1) / 2)], of[1], of[n], n, bytes }'
