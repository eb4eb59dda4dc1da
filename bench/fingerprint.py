"""Hashes of what a command of kiln printed and left in the folder where it ran: `bench/fingerprints.sh` calls this.

    fingerprint.py CODE COMMAND
"""

import hashlib
import json
import re
import sys
from pathlib import Path

# A run's folder: its time and its four digits differ from run to run.
STAMP = re.compile(r"\d{8}-\d{6}-(?P<name>[\w-]+?)-[0-9a-f]{4}\b")
VARIES = {"seconds", "peak_rss_bytes", "started", "finished", "time", "kiln", "threads", "arguments"}
# What a resume compares in state.json: the same is in run.toml, and some builds do not write it.
VARIES |= {"settings"}


def settled(value):
    """A JSON value without what differs from run to run."""
    if isinstance(value, dict):
        return {key: settled(inner) for key, inner in value.items() if key not in VARIES}
    if isinstance(value, list):
        return [settled(inner) for inner in value]
    return STAMP.sub(r"\g<name>", value) if isinstance(value, str) else value


def text(path):
    """A file's text without what differs from run to run."""
    read = path.read_text()
    if path.suffix == ".json":
        return json.dumps(settled(json.loads(read)))
    # Who set a value is a comment, and depends on which process trained a fold.
    if path.suffix == ".toml":
        return "\n".join(line.split(" #")[0].rstrip() for line in read.splitlines() if not line.startswith("#"))
    lines = []
    for line in read.splitlines():
        lines.append(json.dumps(settled(json.loads(line))) if line.startswith("{") else STAMP.sub(r"\g<name>", line))
    # Two workers may finish in either order.
    return "\n".join(sorted(lines) if path.name in ("out.txt", "study.jsonl") else lines)


def tensors(content):
    """A safetensors file without its metadata, which says who wrote it."""
    length = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + length])
    header.pop("__metadata__", None)
    return json.dumps(header, sort_keys=True).encode() + content[8 + length :]


def main():
    code, command = sys.argv[1:]
    parts = {"out": [], "weights": [], "metrics": [], "tables": [], "config": []}
    for path in sorted(Path().rglob("*"), key=lambda path: STAMP.sub(r"\g<name>", str(path))):
        name = STAMP.sub(r"\g<name>", str(path))
        if not path.is_file() or path.name in ("err.txt", "lock", "MANIFEST.json"):
            continue
        kind = {".safetensors": "weights", ".toml": "config", ".txt": "out"}.get(path.suffix, "tables")
        kind = "metrics" if path.name == "metrics.jsonl" else kind
        content = tensors(path.read_bytes()) if kind == "weights" else text(path).encode()
        parts[kind].append(f"{name} {hashlib.sha256(content).hexdigest()}")
    words = [f"{kind}={hashlib.sha256(chr(10).join(lines).encode()).hexdigest()[:12]}" for kind, lines in parts.items() if lines]
    print(command, "|", f"code={code}", *words, flush=True)


main()
