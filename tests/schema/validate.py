"""Checks configuration files against the JSON Schema that `kiln config schema` prints, with Python's jsonschema.

    kiln config schema > kiln.schema.json
    python3 tests/schema/validate.py kiln.schema.json recipes/*.toml

Needs Python 3.11 and jsonschema (4.26 was used). The exit code is 1 when a file, or the schema itself, is wrong.
"""

import json
import sys
import tomllib

from jsonschema import Draft202012Validator


def main(schema_file: str, *files: str) -> int:
    with open(schema_file, encoding="utf-8") as opened:
        schema = json.load(opened)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    wrong = 0
    for name in files:
        with open(name, "rb") as opened:
            errors = list(validator.iter_errors(tomllib.load(opened)))
        wrong += bool(errors)
        for error in errors:
            print(f"{name}: {error.json_path}: {error.message}")
    print(f"{len(files)} files, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
