#!/bin/sh
# Makes the pictures of the guide anew, in docs/guide/pictures.
#
#     docs/guide/pictures.sh target/release/kiln
set -eu
kiln=$(realpath "$1")
to=$(realpath "$(dirname "$0")")/pictures
place=$(mktemp -d)
trap 'rm -r "$place"' EXIT
mkdir -p "$to"
cd "$place"
"$kiln" schedule plot digits -o "$to/schedule.svg" -q >/dev/null
"$kiln" lr-find digits -o "$to/lr-find.svg" -q >/dev/null
"$kiln" path diabetes model.kind=linear -o path.svg -q >/dev/null
cp path.svg path-coefficients.svg "$to"
"$kiln" curve learning digits train.epochs=20 --folds 5 --runs-dir curves -q >/dev/null
cp curves/*/curve.svg "$to"
"$kiln" tune breast-cancer 'optim.lr=log(1e-4,1)' 'model.hidden=choice([8],[16],[32])' 'optim.kind=choice(adamw,sgd)' \
  'model.dropout=uniform(0,0.5)' 'optim.momentum=uniform(0,0.99) if optim.kind=sgd' train.epochs=5 --trials 50 --runs-dir trials -q >/dev/null
"$kiln" report trials/* -o search.html -q
# Of the page the chart with all trials.
sed -n '/<figure[^>]*><svg/,/<\/svg>/p' search.html | awk '/<svg/ {svg = ""} {svg = svg $0 "\n"} /<\/svg>/ {if (svg ~ /trials through/) printf "%s", svg}' |
  sed 's/^<figure[^>]*>//; s/<\/svg><\/figure>/<\/svg>/' >"$to/search.svg"
"$kiln" train digits model.kind=cnn 'model.channels=[16,32]' train.epochs=10 -q >/dev/null
"$kiln" explain last --method integrated-gradients --most-wrong 4 -o "$to/explain.png" -q >/dev/null
ls -l "$to"
