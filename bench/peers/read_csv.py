"""Seconds to read a CSV file into memory, in pandas (C and pyarrow engines) or polars.

    python bench/peers/read_csv.py make FILE [ROWS]          20 columns: numbers short and long, whole, categories; a target
    python bench/peers/read_csv.py pandas-c FILE ROUNDS      also pandas-pyarrow, polars; THREADS (2) of pyarrow and polars
"""

import os
import sys
import time

THREADS = os.environ.get("THREADS", "2")
os.environ["POLARS_MAX_THREADS"] = THREADS


def make(path, rows=1_000_000):
    import numpy as np

    rng = np.random.default_rng(0)
    names = [f"short_{i}" for i in range(8)] + [f"long_{i}" for i in range(4)]
    names += [f"whole_{i}" for i in range(4)] + [f"word_{i}" for i in range(3)] + ["target"]
    words = [np.array([f"category {j}" for j in range(count)]) for count in (3, 12, 60)]
    with open(path, "w") as file:
        print(",".join(names), file=file)
        for start in range(0, rows, 100_000):
            n = min(100_000, rows - start)
            short = rng.normal(size=(n, 8)) * [1, 10, 100, 1000, 1, 10, 100, 1000]
            columns = [[f"{x:.3f}" for x in column] for column in short.T]
            columns += [list(map(repr, column.tolist())) for column in rng.normal(size=(4, n))]
            columns += [list(map(str, rng.integers(0, high, n).tolist())) for high in (10, 1000, 10**6, 10**12)]
            columns += [list(rng.choice(word, n)) for word in words]
            columns += [[f"{x:.4f}" for x in short.sum(axis=1)]]
            for gap in (0, 3, 9):
                for row in rng.integers(0, n, n // 50).tolist():
                    columns[gap][row] = ""
            file.writelines(",".join(row) + "\n" for row in zip(*columns))


def reader(peer):
    if peer == "polars":
        import polars

        return polars.read_csv
    import pandas

    if peer == "pandas-pyarrow":
        import pyarrow

        pyarrow.set_cpu_count(int(THREADS))
        return lambda path: pandas.read_csv(path, engine="pyarrow")
    return lambda path: pandas.read_csv(path, engine="c")


if __name__ == "__main__":
    what, path, *rest = sys.argv[1:]
    if what == "make":
        make(path, *map(int, rest))
    else:
        read = reader(what)
        for _ in range(int(rest[0])):
            began = time.perf_counter()
            table = read(path)
            print(f"{time.perf_counter() - began:.4f} {len(table)} rows", flush=True)
            del table
