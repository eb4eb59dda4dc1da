"""Real tables with no setting at all, against scikit-learn's MLPClassifier (MLPRegressor), HistGradientBoosting, XGBoost and LightGBM.

    KILN=target/release/kiln python bench/tables.py [--half choosing] [--seeds 0,1] [--tables servo,vowel] [--set train.epochs=20 ...]

Every table is cut into five shuffled folds by `kiln cv`, and the others train on the same rows of each fold. The score is
the mean of the folds: accuracy, or R² for numbers. A method's rank in a table is 1 where it is the best of kiln, one of the two
perceptrons and each kind of boosting. kiln's defaults are chosen by the tables of the half "choosing", and what they are worth is told by
those of the half "reporting", which no choice has looked at. Fails where kiln's mean rank is worse than that of the perceptron on standardised columns.

The tables are scikit-learn's and those of R packages. Debian has these: apt-get install r-cran-mlbench r-cran-modeldata. Needs
Rscript, scikit-learn, xgboost, lightgbm and pandas. What scikit-learn gets is what its documentation asks for: missing numbers are their median,
categories are one-hot, with the settings' defaults everywhere. "MLP" has standardised columns, which its documentation asks for and
kiln makes by itself; "raw" has them as they are. Numbers to predict are standardised for both.
"""

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn import datasets
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import accuracy_score, r2_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import LabelEncoder, OneHotEncoder, OrdinalEncoder, StandardScaler
from xgboost import XGBClassifier, XGBRegressor

# Name: R package, data set, target, columns that are no inputs, whether the target is a number.
R = {
    "vowel": ("mlbench", "Vowel", "Class", [], False),
    "sonar": ("mlbench", "Sonar", "Class", [], False),
    "vehicle": ("mlbench", "Vehicle", "Class", [], False),
    "glass": ("mlbench", "Glass", "Type", [], False),
    "ionosphere": ("mlbench", "Ionosphere", "Class", [], False),
    "pima": ("mlbench", "PimaIndiansDiabetes", "diabetes", [], False),
    "satellite": ("mlbench", "Satellite", "classes", [], False),
    "soybean": ("mlbench", "Soybean", "Class", [], False),
    "votes": ("mlbench", "HouseVotes84", "Class", [], False),
    "servo": ("mlbench", "Servo", "Class", [], True),
    "housing": ("mlbench", "BostonHousing", "medv", [], True),
    "ozone": ("mlbench", "Ozone", "V4", [], True),
    "attrition": ("modeldata", "attrition", "Attrition", [], False),
    "ames": ("modeldata", "ames", "Sale_Price", [], True),
    "concrete": ("modeldata", "concrete", "compressive_strength", [], True),
}
SKLEARN = {"diabetes": ("load_diabetes", True), "wine": ("load_wine", False)}
# Chosen by size and kind before any of them was trained on with what is chosen; not by scores.
REPORTING = {
    "dna": ("mlbench", "DNA", "Class", [], False),
    "breast": ("mlbench", "BreastCancer", "Class", ["Id"], False),
    "alzheimer": ("modeldata", "ad_data", "Class", [], False),
    "cars": ("modeldata", "car_prices", "Price", [], True),
    "cells": ("modeldata", "cells", "class", ["case"], False),
    "chicago": ("modeldata", "Chicago", "ridership", ["date"], True),
    "credit": ("modeldata", "credit_data", "Status", [], False),
    "jobs": ("modeldata", "hpc_data", "class", [], False),
    "churn": ("modeldata", "mlc_churn", "churn", [], False),
    "biomass": ("modeldata", "biomass", "HHV", ["sample", "dataset"], True),
    "sacramento": ("modeldata", "Sacramento", "price", [], True),
    "developers": ("modeldata", "stackoverflow", "Remote", [], False),
    "telco": ("modeldata", "wa_churn", "churn", [], False),
    "schools": ("MASS", "nlschools", "lang", ["class"], True),
    "penguins": ("modeldata", "penguins", "species", [], False),
}
CHOOSING = [*R, "diabetes"]
R |= REPORTING


def of_r(name, folder):
    package, data, target, leave, _ = R[name]
    path = folder / f"{name}.r.csv"
    code = f'data("{data}", package = "{package}"); write.csv({data}, "{path}", row.names = FALSE, na = "")'
    subprocess.run(["Rscript", "-e", code], check=True, capture_output=True)
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    types = f'data("{data}", package = "{package}"); cat(sapply({data}, is.numeric), sep = "\\n")'
    said = subprocess.run(["Rscript", "-e", types], check=True, capture_output=True, text=True).stdout.split()
    for column, numeric in zip(frame.columns, said, strict=True):
        if numeric != "TRUE" and column != target:
            frame[column] = frame[column].map(lambda cell: cell if pd.isna(cell) else f"c{cell}")
    frame = frame.drop(columns=leave).dropna(subset=[target])
    return frame.rename(columns={target: "target"})


def of_sklearn(name):
    load, _ = SKLEARN[name]
    return getattr(datasets, load)(as_frame=True).frame


def table(name, folder):
    frame = of_r(name, folder) if name in R else of_sklearn(name)
    number = R[name][4] if name in R else SKLEARN[name][1]
    frame = frame[[column for column in frame.columns if column != "target"] + ["target"]].reset_index(drop=True)
    if not number:
        frame["target"] = frame["target"].map(lambda label: f"c{label}")
    return frame, number


def kiln(frame, number, folder, seed, settings):
    """Scores by fold, and the rows of each."""
    path = folder / "table.csv"
    frame.to_csv(path, index=False)
    out = folder / f"cv-{seed}"
    command = [os.environ.get("KILN", "kiln"), "cv", "data.source=csv", "data.target=target", *settings]
    command += ["--data", path, "--dir", out, "--folds", "5", "--shuffle", "--seed", str(seed), "-q"]
    # Two folds at once; the results do not depend on it.
    command += ["--jobs", "2", "--threads", "1"]
    began = time.perf_counter()
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - began
    scores, folds = [], []
    for fold in range(5):
        with open(out / "folds" / str(fold) / "predictions.csv", newline="") as file:
            lines = list(csv.DictReader(file))
        rows = np.array([int(line["row"]) - 1 for line in lines])
        actual = frame["target"].to_numpy()[rows]
        if number:
            predicted = np.array([float(line["prediction_target"]) for line in lines])
            scores.append(r2_score(actual.astype(float), predicted))
        else:
            scores.append(accuracy_score(actual, [line["prediction"] for line in lines]))
        folds.append(rows)
    return float(np.mean(scores)), folds, seconds


def columns(frame):
    inputs = frame.drop(columns="target")
    numbers = [column for column in inputs if pd.api.types.is_numeric_dtype(inputs[column])]
    return inputs, numbers, [column for column in inputs if column not in numbers]


def perceptron(frame, number, *scale):
    _, numbers, categories = columns(frame)
    prepare = ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), *scale), numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore"), categories),
    ])
    if number:
        # As kiln does by itself; without it a target in thousands does not train.
        net = TransformedTargetRegressor(MLPRegressor(random_state=0), transformer=StandardScaler())
    else:
        net = MLPClassifier(random_state=0)
    return make_pipeline(prepare, net)


def standardised(frame, number):
    return perceptron(frame, number, StandardScaler())


def trees(frame, model):
    _, numbers, categories = columns(frame)
    encode = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan)
    prepare = ColumnTransformer([("numbers", "passthrough", numbers), ("categories", encode, categories)])
    return make_pipeline(prepare, model)


def boosting(frame, number):
    kind = HistGradientBoostingRegressor if number else HistGradientBoostingClassifier
    return trees(frame, kind(random_state=0))


class Codes(ClassifierMixin, BaseEstimator):
    """XGBoost takes classes as numbers from 0, all of which are there."""

    def fit(self, x, y):
        self.labels_ = LabelEncoder().fit(y)
        self.model_ = XGBClassifier(random_state=0).fit(x, self.labels_.transform(y))
        return self

    def predict(self, x):
        return self.labels_.inverse_transform(self.model_.predict(x))


def xgboost(frame, number):
    return trees(frame, XGBRegressor(random_state=0) if number else Codes())


def lightgbm(frame, number):
    kind = LGBMRegressor if number else LGBMClassifier
    return trees(frame, kind(random_state=0, verbose=-1))


def sklearn(make, frame, number, folds):
    inputs, target = columns(frame)[0], frame["target"].astype(float) if number else frame["target"]
    score = r2_score if number else accuracy_score
    scores = []
    for test in folds:
        train = np.setdiff1d(np.arange(len(frame)), test)
        model = make(frame, number).fit(inputs.iloc[train], target.iloc[train])
        scores.append(score(target.iloc[test], model.predict(inputs.iloc[test])))
    return float(np.mean(scores))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="0,1,2")
    parser.add_argument("--half", choices=["choosing", "reporting"], help="default: all tables")
    parser.add_argument("--tables", help="names, with commas between them, in place of a half")
    parser.add_argument("--only-kiln", action="store_true", help="do not train the others")
    parser.add_argument("--set", nargs="*", default=[], help="settings of kiln, such as train.epochs=20")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    methods = {"MLP": standardised, "raw": perceptron, "HGB": boosting, "XGB": xgboost, "LightGBM": lightgbm}
    if arguments.only_kiln:
        methods = {}
    halves = {"choosing": CHOOSING, "reporting": [*REPORTING, "wine"], None: [*R, *SKLEARN]}
    names = arguments.tables.split(",") if arguments.tables else halves[arguments.half]
    means = []
    shown = " ".join(f"{method:>8}" for method in ["kiln", *methods])
    print(f"{'table':11} {'rows':>5} {'columns':>7} {shown}  kiln's seconds", flush=True)
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            frame, number = table(name, Path(folder))
            all_scores, seconds = [], []
            for seed in map(int, arguments.seeds.split(",")):
                own, folds, took = kiln(frame, number, Path(folder), seed, arguments.set)
                all_scores.append([own, *(sklearn(make, frame, number, folds) for make in methods.values())])
                seconds.append(took)
        scores = np.mean(all_scores, axis=0)
        means.append(scores)
        shown = " ".join(f"{score:8.4f}" for score in scores)
        print(f"{name:11} {len(frame):5} {frame.shape[1] - 1:7} {shown}   {np.mean(seconds):6.1f}", flush=True)
    means = pd.DataFrame(means, columns=["kiln", *methods])
    if arguments.only_kiln:
        return 0
    for others in (["MLP", "HGB"], ["raw", "HGB"], ["HGB", "XGB", "LightGBM"]):
        # Equal scores share a rank.
        ranks = (-means[["kiln", *others]]).rank(axis=1).mean()
        print(f"mean rank of {len(means)} tables: {ranks.round(2).to_dict()}")
        if "MLP" in others:
            held = ranks["kiln"] <= ranks["MLP"]
    worse = {method: int((means["kiln"] < means[method]).sum()) for method in methods}
    print(f"kiln is worse in so many tables than: {worse}")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
