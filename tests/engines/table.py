"""Compares the tables of two folders of runs, each with one search: all but the seconds, byte for byte.

    table.py ALONE SHARED
"""

import json
import pathlib
import sys


def table(runs):
    (journal,) = pathlib.Path(runs).glob("*/study.jsonl")
    trials = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    for trial in trials:
        del trial["seconds"]
    trials.sort(key=lambda trial: trial["number"])
    assert [trial["number"] for trial in trials] == list(range(len(trials))), "a trial is missing, or there twice"
    return "\n".join(json.dumps(trial, sort_keys=True) for trial in trials)


alone, shared = map(table, sys.argv[1:])
assert alone == shared, f"the tables differ:\n{alone}\n\n{shared}"
print(f"{len(alone.splitlines())} trials, one table")
