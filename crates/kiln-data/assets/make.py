"""Writes the bundled data sets from scikit-learn's loaders: python make.py (made with scikit-learn 1.9.1).

Each file is a gzipped CSV with a header; the last column is the class by name, or the target value.
"""

import gzip
import io
import pathlib

import numpy as np
from sklearn import datasets

HERE = pathlib.Path(__file__).parent


def number(value):
    """The shortest text that reads back as the same double."""
    return np.format_float_positional(value, trim="-")


def write(name, features, data, target, targets):
    out = io.StringIO(newline="")
    out.write(",".join([*features, target]) + "\n")
    for row, text in zip(data, targets):
        out.write(",".join([*map(number, row), text]) + "\n")
    # No name and no time in the gzip header: the same data make the same bytes.
    packed = gzip.compress(out.getvalue().encode(), compresslevel=9, mtime=0)
    (HERE / f"{name}.csv.gz").write_bytes(packed)
    print(f"{name}: {data.shape[0]} rows, {data.shape[1]} columns, {len(packed)} bytes")


def classes(name, load):
    bunch = load()
    names = [str(n) for n in bunch.target_names]
    write(name, bunch.feature_names, bunch.data, "class", [names[t] for t in bunch.target])


classes("digits", datasets.load_digits)
classes("iris", datasets.load_iris)
classes("wine", datasets.load_wine)
classes("breast-cancer", datasets.load_breast_cancer)
diabetes = datasets.load_diabetes(scaled=False)
write("diabetes", diabetes.feature_names, diabetes.data, "progression", map(number, diabetes.target))
