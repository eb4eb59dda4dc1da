#!/usr/bin/env bash
# One line of hashes for each of some two hundred commands: of what they print, of the weights, the metrics and the
# tables that they leave behind. Two builds that compute the same print the same, on the same machine:
#
#   KILN=old/kiln bench/fingerprints.sh >before.txt
#   KILN=new/kiln bench/fingerprints.sh >after.txt
#   diff before.txt after.txt
#
#   bench/fingerprints.sh [WORD]      only the commands with this word in them
#
# Times, memory and the names of folders are left out. Needs python3. Fashion-MNIST takes part where it is installed.
set -euo pipefail
hash="$(cd "$(dirname "$0")" && pwd)/fingerprint.py"
kiln="$(command -v "${KILN:-kiln}")"
kiln="$(cd "$(dirname "$kiln")" && pwd)/$(basename "$kiln")"
word="${1:-}"
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT

# run ARGUMENT…: runs `kiln ARGUMENT…` in an empty folder and prints the hashes.
run() {
    [[ "$*" == *"$word"* ]] || return 0
    mkdir -p runs
    local code=0
    "$kiln" "$@" --json --progress off -q >out.txt 2>err.txt || code=$?
    python3 "$hash" "$code" "$*"
    rm -rf -- *
}

# print ARGUMENT…: the same for a command that writes for people.
print() {
    [[ "$*" == *"$word"* ]] || return 0
    local code=0
    "$kiln" "$@" >out.txt 2>err.txt || code=$?
    python3 "$hash" "$code" "$*"
    rm -rf -- *
}

for recipe in iris wine breast-cancer diabetes digits; do
    # The digits' recipe smooths labels, and what is solved has no such setting.
    solved=(model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.05)
    [[ $recipe == digits ]] && solved+=(loss.label_smoothing=0)
    run train "$recipe"
    run train "$recipe" train.epochs=3 --seed 7
    run cv "$recipe" train.epochs=5 --folds 3
    run cv "$recipe" train.epochs=5 --folds 3 --jobs 2 --keep-models
    run cv "$recipe" train.epochs=3 --folds 2 --repeats 2
    run cv "$recipe" train.epochs=3 --folds 2 --tune 'optim.lr=log(1e-4,1e-1)' --trials 4 --inner 2
    run tune "$recipe" train.epochs=3 'optim.lr=log(1e-4,1e-1)' 'train.batch_size=int(16,64,16)' --trials 14
    run tune "$recipe" train.epochs=6 'optim.lr=log(1e-4,1e-1)' --trials 8 --workers 2 --pruner median --sampler sobol
    run path "$recipe" "${solved[@]}" --lambdas 8
    run path "$recipe" model.hidden=[8] penalty.0.kind=group-lasso penalty.0.strength=0.1 --epochs 1 --lambdas 4
    run curve learning "$recipe" train.epochs=2 --folds 2
    run curve validation "$recipe" train.epochs=2 --folds 2 --vary 'optim.lr=log(1e-3,1e-1)'
    run train "$recipe" "${solved[@]}" --solver fista
    run lr-find "$recipe"
    run schedule plot "$recipe"
    print config print "$recipe"
    print train "$recipe" --dry-run
done
run train diabetes model.kind=linear penalty.0.kind=elastic-net penalty.0.strength=0.1 --solver cd
run train iris model.kind=linear penalty.0.kind=l2 penalty.0.strength=0.05 --solver lbfgs
run path diabetes model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.1 --lambdas 3 --by-steps --epochs 3
run cv iris train.epochs=2 --loo
run cv iris train.epochs=2 --time --folds 3
run tune iris train.epochs=9 'optim.lr=log(1e-4,1e-1)' --trials 12 --pruner asha --sampler random
run tune iris train.epochs=9 'optim.lr=choice(0.01,0.1)' 'optim.kind=choice(sgd,adam)' --sampler grid --pruner hyperband

for kind in sgd asgd adam adamw nadam radam adamax rmsprop adagrad adadelta adafactor lamb lion adan muon \
    schedule-free-sgd schedule-free-adamw; do
    run train digits model.hidden=[16] train.epochs=2 schedule.kind=constant "optim.kind=$kind"
    run train digits model.hidden=[16] train.epochs=2 train.clip_norm=0.5 schedule.kind=constant "optim.kind=$kind" \
        penalty.0.kind=l2 penalty.0.strength=1e-3
    print config print digits "optim.kind=$kind"
done
run train digits model.hidden=[16] train.epochs=2 optim.lookahead.k=3
run train digits model.hidden=[16] train.epochs=2 optim.sam.rho=0.1
run train digits model.hidden=[16] train.epochs=2 optim.layer_decay=0.7
run train digits model.hidden=[16] train.epochs=2 gradient.adaptive_clip=0.1 gradient.centralize=true gradient.noise=0.01

for kind in constant step,every=1,gamma=0.5 multi-step,milestones=[1,2],gamma=0.5 exponential,gamma=0.9 polynomial \
    inverse-time,rate=0.5 inverse-power linear cosine cosine-restarts,every=1 cyclic,rise=1 one-cycle stable-decay,decay=1 \
    noam,rise=1 plateau; do
    set=(schedule.kind="${kind%%,*}" optim.kind=sgd optim.lr=0.05 optim.momentum=0.9)
    IFS=, read -ra rest <<<"${kind#*,}"
    [[ "$kind" == *=* ]] && if [[ "$kind" == multi-step* ]]; then
        set+=('schedule.milestones=[1,2]' schedule.gamma=0.5)
    else
        for key in "${rest[@]}"; do set+=("schedule.$key"); done
    fi
    run train iris train.epochs=4 "${set[@]}"
    print config print iris "${set[@]}"
done
run train iris train.epochs=4 optim.kind=sgd optim.momentum=0.9 momentum_schedule.kind=linear
run train iris train.epochs=4 weight_decay_schedule.kind=cosine

for kind in l1 cumulative-l1 l2 group-lasso l21 orthogonal spectral activity input-gradient jacobian; do
    set=("penalty.0.kind=$kind" penalty.0.strength=1e-3)
    run train digits model.hidden=[16] train.epochs=2 "${set[@]}"
    run train digits model.hidden=[16] train.epochs=2 optim.kind=sgd optim.lr=0.05 "${set[@]}" \
        penalty.0.schedule.kind=linear
    print config print digits "${set[@]}"
done
run train digits model.hidden=[16] train.epochs=2 penalty.0.kind=elastic-net penalty.0.strength=1e-3
run train digits model.hidden=[16] train.epochs=2 penalty.0.kind=l1 penalty.0.strength=1e-3 penalty.0.proximal=true
for kind in max-norm,max=1 unit-norm non-negative box,low=-0.1,high=0.1; do
    set=("constraint.0.kind=${kind%%,*}")
    IFS=, read -ra rest <<<"${kind#*,}"
    [[ "$kind" == *=* ]] && for key in "${rest[@]}"; do set+=("constraint.0.$key"); done
    run train digits model.hidden=[16] train.epochs=2 "${set[@]}"
    print config print digits "${set[@]}"
done

for kind in cross-entropy focal multi-margin; do
    run train digits model.hidden=[16] train.epochs=2 "loss.kind=$kind"
    print config print digits "loss.kind=$kind"
done
for kind in binary-cross-entropy hinge; do run train breast-cancer train.epochs=2 "loss.kind=$kind"; done
for kind in mse mae huber log-cosh quantile gaussian-nll; do
    run train diabetes train.epochs=2 "loss.kind=$kind"
    print config print diabetes "loss.kind=$kind"
done
run train diabetes train.epochs=2 loss.kind=poisson-nll data.standardize=false

for kind in ema swa; do run train digits model.hidden=[16] train.epochs=3 "average.kind=$kind"; done
for kind in element gaussian alpha; do run train digits train.epochs=2 "model.dropout_kind=$kind"; done
for norm in none batch layer; do run train digits train.epochs=2 "model.norm=$norm"; done
run train digits train.epochs=2 model.input_noise=0.1 model.input_dropout=0.1
run train digits train.epochs=2 model.kind=cnn 'model.channels=[4]' 'model.hidden=[8]'
run train digits train.epochs=1 model.kind=resnet model.width=4 model.stochastic_depth=0.1
run train digits train.epochs=2 mix.mixup=0.2
run train digits train.epochs=2 mix.cutmix=1.0
run train digits train.epochs=2 'augment.transforms=[{ kind = "crop", size = [8, 8], padding = 1 }, { kind = "rotate", degrees = [-9, 9] }]'
run train iris train.epochs=3 'augment.rows=[{ kind = "jitter", sigma = 0.1 }]'
run train wine train.epochs=3 data.pca=3 data.whiten=true
run train breast-cancer train.epochs=3 data.select=5
run train digits train.epochs=3 train.accumulate=4 train.drop_last=true early_stopping.patience=1

if [[ -d /usr/share/datasets/fashion-mnist ]]; then
    for recipe in fashion-mnist fashion-mnist-cnn fashion-mnist-resnet; do
        run train "$recipe" train.steps=20
        print config print "$recipe"
    done
fi
