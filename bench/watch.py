"""What it costs a training to be watched: `--progress off` against `--progress tui` on a pseudo-terminal, and against `kiln watch` with a
client that asks every two seconds, as a browser does. Trainings in turn, each time in another order; prints the median of the ratios of a pair with its 95 %
interval (by order statistics) and quartiles, by the clock of the epochs and by the processor time of the training, and the share of a core that
`kiln watch` takes.

    python3 bench/watch.py KILN [PAIRS] [RECIPE] [EPOCHS] [FILE]      KILN: built with the features `serve` and `tui`

With a FILE what was measured is added to what is there, and all of it counts: many short calls where the machine is not quiet for long. The clock needs a
machine with nothing else to do; processor time does not.
"""

import json
import math
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

kiln = str(Path(sys.argv[1]).resolve())
pairs = int(sys.argv[2]) if len(sys.argv) > 2 else 15
recipe = sys.argv[3] if len(sys.argv) > 3 else "digits"
epochs = sys.argv[4] if len(sys.argv) > 4 else "60"
kept = Path(sys.argv[5]) if len(sys.argv) > 5 else None
place = Path(tempfile.mkdtemp(prefix="kiln-watch-"))
own = {name: value for name, value in os.environ.items() if not name.startswith("KILN_")} | {"NO_PROXY": "127.0.0.1"}
arguments = [kiln, "train", recipe, f"train.epochs={epochs}", "schedule.kind=constant"]


def cpu(process):
    """Waits for a process, and gives its processor time with that of its children."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.args
    return used.ru_utime + used.ru_stime


def epochs_of(runs):
    """The seconds of all epochs but the first, as the run recorded them."""
    newest = sorted((place / runs).iterdir())[-1]
    return sum(json.loads(line)["seconds"] for line in (newest / "metrics.jsonl").read_text().splitlines()[1:])


def start(command):
    silent = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=place, env=own, stdin=silent, stdout=silent, stderr=silent)


def off():
    used = cpu(start([*arguments, "--runs-dir", "off", "--progress", "off"]))
    return epochs_of("off"), used


def tui():
    line = f"stty cols 120 rows 40; exec {' '.join(arguments)} --runs-dir tui --progress tui"
    # Without input: a pipe that stays open, as nobody presses a key.
    keys = subprocess.Popen(["sleep", "1000"], stdout=subprocess.PIPE)
    silent = subprocess.DEVNULL
    process = subprocess.Popen(["script", "-q", "-e", "-c", line, "/dev/null"], cwd=place, env=own | {"TERM": "xterm-256color"},
                               stdin=keys.stdout, stdout=silent, stderr=silent)
    used = cpu(process)
    keys.kill()
    keys.wait()
    return epochs_of("tui"), used


def watched():
    training = start([*arguments, "--runs-dir", "watched", "--progress", "off"])
    before = set((place / "watched").iterdir()) if (place / "watched").exists() else set()
    while not (new := set((place / "watched").glob("2*")) - before if (place / "watched").exists() else set()):
        time.sleep(0.01)
    watching = subprocess.Popen([kiln, "watch", str(new.pop()), "--port", "0", "--json", "-q"], cwd=place, env=own,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    url = json.loads(watching.stdout.readline())["url"]
    over = threading.Event()
    began = time.monotonic()

    def browser():
        known = ""
        while not over.wait(2):
            found = json.loads(urllib.request.urlopen(f"{url}/changes?{known}").read())
            versions = dict(pair.split("=") for pair in known.split("&") if pair)
            versions |= {section["id"]: section["version"] for section in found["sections"]}
            known = "&".join(f"{name}={version}" for name, version in versions.items())

    client = threading.Thread(target=browser)
    client.start()
    used = cpu(training)
    took = time.monotonic() - began
    over.set()
    client.join()
    watching.send_signal(signal.SIGINT)
    return epochs_of("watched"), used, cpu(watching) / took


def interval(ratios):
    """The 95 % interval of the median, whatever the distribution: between order statistics."""
    count = len(ratios)
    below = 0
    while below + 1 < count / 2 and sum(math.comb(count, k) for k in range(below + 1)) / 2**count <= 0.025:
        below += 1
    ordered = sorted(ratios)
    return ordered[max(below - 1, 0)], ordered[count - max(below, 1)]


def said(name, ratios):
    low, middle, high = (100 * (value - 1) for value in statistics.quantiles(ratios, n=4))
    least, most = (100 * (value - 1) for value in interval(ratios))
    print(f"{name}: median {middle:+.2f} % (95 % interval {least:+.2f} to {most:+.2f}), quartiles {low:+.2f} to {high:+.2f} %, n {len(ratios)}")


off()
ways = {"off": off, "tui": tui, "watched": watched}
found = [json.loads(line) for line in kept.read_text().splitlines()] if kept and kept.exists() else []
for pair in range(pairs):
    names = list(ways)
    turn = (len(found)) % len(names)
    found.append({name: ways[name]() for name in names[turn:] + names[:turn]})
    if kept:
        with kept.open("a") as file:
            file.write(json.dumps(found[-1]) + "\n")
for place_of, name in enumerate(["clock", "processor time"]):
    for way in ["tui", "watched"]:
        said(f"{way}, {name}", [pair[way][place_of] / pair["off"][place_of] for pair in found])
shares = [100 * pair["watched"][2] for pair in found]
print(f"kiln watch itself: median {statistics.median(shares):.2f} % of a core, most {max(shares):.2f} %, n {len(shares)}")
of_clock, of_processors = (statistics.median(pair["off"][place_of] for pair in found) for place_of in [0, 1])
print(f"a training: median {of_clock:.1f} s, {of_processors:.1f} s of processors")
