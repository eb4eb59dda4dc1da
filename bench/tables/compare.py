"""kiln's presets on the tables of lay_out.py, beside boosting, RealMLP, TabM and linear models, on the same rows.

    python bench/tables/lay_out.py FOLDER
    KILN=target/release/kiln python bench/tables/compare.py FOLDER [--methods kiln,good,best,HGB,…] [--trials 50] [--half reporting] [--minutes 60]

Writes a file for each method, table and split, FOLDER/results/METHOD/TABLE/SPLIT.json, and does none twice: it can be stopped and started again, on several
machines too, whose folders are then put together. The first split of all tables and methods comes first, so that each sitting is a whole comparison. Then
it prints, for the half that is asked for, mean scores, mean ranks, wins and the corrected 95 % interval of the mean difference to kiln in normalised scores,
of what is there for all of the methods. The score is accuracy, or R². A normalised score is 0 for the worst and 1 for the best method of a table.

Methods: kiln (no setting), fast, good, best, bag (--bag 8), tabm, resnet and ft (one model of that kind), linear (logistic or ridge), HGB, XGB, LightGBM, CatBoost; with `+` behind these four the best
of --trials trials of Optuna, judged by a fifth of the training rows; RealMLP and TabM of pytabkit. What a method needs and is not installed is left out,
with a word. Everything runs on two threads.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler

THREADS = 2
KILN = {
    "kiln": [],
    "fast": ["--preset", "fast"],
    "good": ["--preset", "good"],
    "best": ["--preset", "best", "--jobs", "2", "--threads", "1"],
    "bag": ["--bag", "8", "--jobs", "2", "--threads", "1"],
    "tabm": ["model.kind=tabm", "model.hidden=[256,256]", "model.heads=16", "data.scale=quantile-normal"],
    "resnet": ["model.kind=table-resnet"],
    "ft": ["model.kind=ft-transformer"],
}


def kiln(flags, folder, number, settings):
    with tempfile.TemporaryDirectory() as place:
        command = [os.environ.get("KILN", "kiln"), "train", folder / "train.csv", "--target", "target", *flags]
        command += [f"data.test_path={folder / 'test.csv'}", f"data.task={'regression' if number else 'classification'}"]
        command += ["--runs-dir", place, "-q", *settings]
        if "--threads" not in flags:
            command += ["--threads", str(THREADS)]
        began = time.perf_counter()
        ran = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        seconds = time.perf_counter() - began
        if ran.returncode != 0:
            raise RuntimeError(ran.stderr.strip().splitlines()[0])
        run = max(path for path in Path(place).iterdir() if (path / "run.json").is_file())
        test = json.loads((run / "run.json").read_text())["test"]
    return test["r2" if number else "accuracy"], seconds


def parts(frame):
    inputs = frame.drop(columns="target")
    numbers = [column for column in inputs if pd.api.types.is_numeric_dtype(inputs[column])]
    return inputs, numbers, [column for column in inputs if column not in numbers]


def coded(frame):
    """Columns as boosting takes them: categories are numbers."""
    _, numbers, categories = parts(frame)
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    return ColumnTransformer([("numbers", "passthrough", numbers), ("categories", encode, categories)])


def linear(frame, number, **_):
    _, numbers, categories = parts(frame)
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore"), categories),
    ])
    return make_pipeline(prepare, RidgeCV(np.logspace(-3, 3, 13)) if number else LogisticRegression(max_iter=2000))


def booster(module, classifier, regressor, **fixed):
    def make(frame, number, **settings):
        kind = getattr(importlib.import_module(module), regressor if number else classifier)
        return make_pipeline(coded(frame), kind(**fixed, **settings))

    return make


def hgb(frame, number, **settings):
    kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
    return make_pipeline(coded(frame), kind(random_state=0, **settings))


METHODS = {
    "linear": linear,
    "HGB": hgb,
    "XGB": booster("xgboost", "XGBClassifier", "XGBRegressor", random_state=0, n_jobs=THREADS),
    "LightGBM": booster("lightgbm", "LGBMClassifier", "LGBMRegressor", random_state=0, n_jobs=THREADS, verbose=-1),
    "CatBoost": booster("catboost", "CatBoostClassifier", "CatBoostRegressor", random_seed=0, thread_count=THREADS, verbose=0,
                        allow_writing_files=False),
}
SPACES = {
    "HGB": lambda t: {"learning_rate": t.suggest_float("lr", 0.01, 0.5, log=True), "max_iter": t.suggest_int("n", 50, 500),
                      "max_leaf_nodes": t.suggest_int("leaves", 4, 128, log=True), "min_samples_leaf": t.suggest_int("least", 2, 50, log=True),
                      "l2_regularization": t.suggest_float("l2", 1e-4, 10.0, log=True)},
    "XGB": lambda t: {"learning_rate": t.suggest_float("lr", 0.01, 0.5, log=True), "n_estimators": t.suggest_int("n", 50, 800),
                      "max_depth": t.suggest_int("depth", 2, 10), "min_child_weight": t.suggest_float("least", 0.5, 50, log=True),
                      "subsample": t.suggest_float("rows", 0.5, 1.0), "colsample_bytree": t.suggest_float("columns", 0.5, 1.0),
                      "reg_lambda": t.suggest_float("l2", 1e-3, 20.0, log=True)},
    "LightGBM": lambda t: {"learning_rate": t.suggest_float("lr", 0.01, 0.5, log=True), "n_estimators": t.suggest_int("n", 50, 800),
                           "num_leaves": t.suggest_int("leaves", 4, 128, log=True), "min_child_samples": t.suggest_int("least", 2, 50, log=True),
                           "subsample": t.suggest_float("rows", 0.5, 1.0), "subsample_freq": 1,
                           "colsample_bytree": t.suggest_float("columns", 0.5, 1.0),
                           "reg_lambda": t.suggest_float("l2", 1e-3, 20.0, log=True)},
    "CatBoost": lambda t: {"learning_rate": t.suggest_float("lr", 0.01, 0.3, log=True), "iterations": t.suggest_int("n", 100, 1000),
                           "depth": t.suggest_int("depth", 3, 9), "l2_leaf_reg": t.suggest_float("l2", 0.5, 20.0, log=True)},
}


def score(number, actual, predicted):
    return float(r2_score(actual, predicted) if number else accuracy_score(actual, np.asarray(predicted).ravel()))


def scikit(method, folder, number, trials):
    train, test = (pd.read_csv(folder / f"{part}.csv", keep_default_na=False, na_values=[""]) for part in ("train", "test"))
    name, tuned = method.removesuffix("+"), method.endswith("+")
    codes = None if number else LabelEncoder().fit(pd.concat([train["target"], test["target"]]))
    target = lambda frame: frame["target"].astype(float) if number else codes.transform(frame["target"])
    began, settings = time.perf_counter(), {}
    if tuned:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        stratify = None if number or train["target"].value_counts().min() < 2 else train["target"]
        fit, judge = train_test_split(train, test_size=0.2, random_state=0, stratify=stratify)

        def objective(trial):
            model = METHODS[name](train, number, **SPACES[name](trial)).fit(fit.drop(columns="target"), target(fit))
            return score(number, target(judge), model.predict(judge.drop(columns="target")))

        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
        study.optimize(objective, n_trials=trials)
        settings = SPACES[name](optuna.trial.FixedTrial(study.best_params))
    model = METHODS[name](train, number, **settings).fit(train.drop(columns="target"), target(train))
    predicted = model.predict(test.drop(columns="target"))
    return score(number, target(test), predicted), time.perf_counter() - began


def pytabkit(method, folder, number):
    models = importlib.import_module("pytabkit")
    kind = getattr(models, f"{'RealMLP_TD' if method == 'RealMLP' else 'TabM_D'}_{'Regressor' if number else 'Classifier'}")
    train, test = (pd.read_csv(folder / f"{part}.csv", keep_default_na=False, na_values=[""]) for part in ("train", "test"))
    _, numbers, categories = parts(train)
    medians = train[numbers].median()
    for frame in (train, test):
        frame[numbers] = frame[numbers].fillna(medians)
        frame[categories] = frame[categories].astype(object).fillna("missing").astype("category")
    began = time.perf_counter()
    model = kind(device="cpu", random_state=0, n_threads=THREADS)
    model.fit(train.drop(columns="target"), train["target"])
    predicted = model.predict(test.drop(columns="target"))
    return score(number, test["target"], predicted), time.perf_counter() - began


def measured(method, folder, number, arguments):
    if method in KILN:
        return kiln(KILN[method], folder, number, arguments.set)
    if method in ("RealMLP", "TabM"):
        return pytabkit(method, folder, number)
    return scikit(method, folder, number, arguments.trials)


def read(folder):
    """All results of a folder; a file that a kill left half written is none."""
    found = []
    for path in sorted((folder / "results").glob("*/*/*.json")):
        try:
            found.append(json.loads(path.read_text()))
        except ValueError:
            print(f"{path} is no result, and is made anew", flush=True)
    return found


def write(folder, row):
    path = folder / "results" / row["method"] / row["table"] / f"{row['split']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(row, indent=1) + "\n")
    beside.replace(path)


def corrected(differences, share):
    """Mean and 95 % interval of differences by split, corrected for the rows that splits share (Nadeau and Bengio 2003)."""
    n = len(differences)
    mean = float(np.mean(differences))
    if n < 2:
        return mean, float("nan"), float("nan")
    half = stats.t.ppf(0.975, n - 1) * np.sqrt((1 / n + share) * np.var(differences, ddof=1))
    return mean, mean - half, mean + half


def report(results, tables, methods, half):
    counted = [name for name, table in tables.items() if half in (None, table["half"])]
    results = [row for row in results if row["table"] in counted and row["method"] in methods]
    if not results:
        return
    frame = pd.DataFrame(results)
    # What is there for all of the methods, so that each is judged by the same rows.
    by_split = frame.pivot_table(index=["table", "split"], columns="method", values="score")
    by_split = by_split[[method for method in methods if method in by_split]].dropna()
    whole = by_split.groupby(level=0).mean()
    print(f"\nmean scores of {len(by_split)} splits, half: {half or 'all'}\n{whole.round(4).to_string()}")
    ranks = (-whole).rank(axis=1).mean().sort_values()
    print(f"\nmean rank of {len(whole)} tables (equal scores share one)\n{ranks.round(2).to_string()}")
    print(f"\nmean seconds of a split\n{frame.groupby('method')['seconds'].mean().round(1).to_string()}")
    least, span = whole.min(axis=1), (whole.max(axis=1) - whole.min(axis=1)).replace(0.0, 1.0)
    ours = [method for method in methods if method.split("@")[0] in KILN and method in by_split]
    for own in ours:
        for other in [method for method in whole if method not in ours or ours.index(method) > ours.index(own)]:
            normal = (by_split[own] - by_split[other]) / by_split.index.get_level_values(0).map(span)
            # One number a split: the mean over the tables.
            mean, low, high = corrected(normal.groupby(level=1).mean().to_numpy(), 0.25)
            wins = int((whole[own] > whole[other]).sum())
            interval = "one split" if np.isnan(low) else f"{low:+.4f} to {high:+.4f}"
            print(f"{own:9} - {other:9} {mean:+.4f} ({interval}) of the normalised score; better in {wins} of {len(whole)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--methods", default="kiln,good,best,linear,HGB,XGB,LightGBM,CatBoost,HGB+,XGB+,LightGBM+,CatBoost+,RealMLP,TabM")
    parser.add_argument("--tables", help="names, with commas between them; default: all that are laid out")
    parser.add_argument("--splits", type=int, help="how many of the splits; default: all")
    parser.add_argument("--half", choices=["choosing", "reporting"], help="train and tell of one half; default: all")
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--set", nargs="*", default=[], help="settings of kiln, such as train.epochs=20")
    parser.add_argument("--as", dest="label", help="keep kiln's results as METHOD@THIS: of another program, or other settings")
    parser.add_argument("--also", default="", help="methods that are told of, but not run, such as kiln@before")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin nothing after so many")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    tables = json.loads((arguments.folder / "tables.json").read_text())
    names = arguments.tables.split(",") if arguments.tables else [n for n, t in tables.items() if arguments.half in (None, t["half"])]
    results = read(arguments.folder)
    done = {(row["table"], row["split"], row["method"]) for row in results}
    methods, absent = arguments.methods.split(","), set()
    label = lambda method: f"{method}@{arguments.label}" if arguments.label and method in KILN else method
    splits = range(min(arguments.splits or 99, max(tables[name]["splits"] for name in names)))
    began = time.perf_counter()
    for split, name, method in ((split, name, method) for split in splits for name in names for method in methods):
        if (name, split, label(method)) in done or method in absent or split >= tables[name]["splits"]:
            continue
        if time.perf_counter() - began > 60 * arguments.minutes:
            print("the time is over")
            break
        try:
            found, seconds = measured(method, arguments.folder / name / str(split), tables[name]["number"], arguments)
        except ModuleNotFoundError as error:
            absent.add(method)
            print(f"{method} is left out: {error}", flush=True)
            continue
        except Exception as error:  # A method that fails on a table is told of, and the others go on.
            print(f"{name} {split} {method} failed: {error}", flush=True)
            continue
        row = {"table": name, "split": split, "method": label(method), "score": found, "seconds": seconds}
        if method in KILN and arguments.set:
            row["set"] = arguments.set
        results.append(row)
        write(arguments.folder, row)
        print(f"{name:12} {split} {label(method):10} {found:8.4f} {seconds:8.1f} s", flush=True)
    print(f"{time.perf_counter() - began:.0f} s")
    methods = [label(method) for method in methods] + [method for method in arguments.also.split(",") if method]
    report(results, tables, methods, arguments.half)
    return 0


if __name__ == "__main__":
    sys.exit(main())
