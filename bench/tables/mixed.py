"""A made-up table of mixed columns, for the time from launch to a tested model.

    python bench/tables/mixed.py big.csv [--rows 10000]
    time kiln train big.csv --target y --threads 2

35 columns of numbers, of which 2 % are missing, 15 of ten categories each, and two classes that depend on some of both. Needs numpy and pandas.
"""

import argparse

import numpy as np
import pandas as pd


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args()
    draw = np.random.default_rng(0)
    numbers = draw.normal(size=(options.rows, 35))
    categories = draw.integers(10, size=(options.rows, 15))
    effects = draw.normal(size=(15, 10))
    score = numbers[:, :10] @ draw.normal(size=10) + np.sin(3 * numbers[:, 10]) + numbers[:, 11] * numbers[:, 12]
    score += sum(effects[column, categories[:, column]] for column in range(8))
    frame = pd.DataFrame(np.where(draw.random(numbers.shape) < 0.02, np.nan, numbers), columns=[f"n{i}" for i in range(35)])
    for column in range(15):
        frame[f"c{column}"] = [f"v{value}" for value in categories[:, column]]
    frame["y"] = np.where(score + draw.normal(size=options.rows) > 0, "yes", "no")
    frame.to_csv(options.path, index=False, float_format="%.6g")


if __name__ == "__main__":
    main()
