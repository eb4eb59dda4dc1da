"""What it costs a training to be watched: `--progress off` against `--progress tui` on a pseudo-terminal, and against `kiln watch` with a
client that asks every two seconds, as a browser does. Trainings in turn, each time in another order; prints the median of the ratios of a pair with its 95 %
interval (by order statistics) and quartiles, by the clock of the epochs and by the processor time of the training, and the shares of a core that
`kiln watch` and the thread of `--progress tui` take: these are exact, and the most that a training can lose to them.

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


def threads_of(process):
    """The processor time of a process that goes on, in seconds, as Linux counts it for its threads."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{process}/task").glob("*/schedstat")) / 1e9


def view_of(parent):
    """The processor time, in seconds, of the thread that draws for the training that `parent` started, as Linux counts it; None after its end."""
    try:
        child = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()[0]
        for thread in Path(f"/proc/{child}/task").iterdir():
            if (thread / "comm").read_text().strip() == "kiln-view":
                return int((thread / "schedstat").read_text().split()[0]) / 1e9
    except (OSError, IndexError):
        pass
    return None


def tui():
    line = f"stty cols 120 rows 40; exec {' '.join(arguments)} --runs-dir tui --progress tui"
    # Without input: a pipe that stays open, as nobody presses a key.
    keys = subprocess.Popen(["sleep", "1000"], stdout=subprocess.PIPE)
    silent = subprocess.DEVNULL
    process = subprocess.Popen(["script", "-q", "-e", "-c", line, "/dev/null"], cwd=place, env=own | {"TERM": "xterm-256color"},
                               stdin=keys.stdout, stdout=silent, stderr=silent)
    drawing, began, over = 0.0, time.monotonic(), threading.Event()

    def look():
        nonlocal drawing
        while not over.wait(0.02):
            drawing = max(drawing, view_of(process.pid) or 0.0)

    looking = threading.Thread(target=look)
    looking.start()
    used = cpu(process)
    took = time.monotonic() - began
    over.set()
    looking.join()
    keys.kill()
    keys.wait()
    return epochs_of("tui"), used, drawing / took


def watched():
    training = start([*arguments, "--runs-dir", "watched", "--progress", "off"])
    before = set((place / "watched").iterdir()) if (place / "watched").exists() else set()
    while not (new := set((place / "watched").glob("2*")) - before if (place / "watched").exists() else set()):
        time.sleep(0.01)
    watching = subprocess.Popen([kiln, "watch", str(new.pop()), "--port", "0", "--json", "-q"], cwd=place, env=own,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    url = json.loads(watching.stdout.readline())["url"]
    # What it takes to start is once, however long the training is.
    started = threads_of(watching.pid)
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
    spent = threads_of(watching.pid)
    watching.send_signal(signal.SIGINT)
    cpu(watching)
    return epochs_of("watched"), used, (spent - started) / took


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
for what, way in [("the thread of tui", "tui"), ("kiln watch itself", "watched")]:
    shares = [100 * pair[way][2] for pair in found if len(pair[way]) > 2]
    print(f"{what}: median {statistics.median(shares):.2f} % of a core, most {max(shares):.2f} %, n {len(shares)}")
of_clock, of_processors = (statistics.median(pair["off"][place_of] for pair in found) for place_of in [0, 1])
print(f"a training: median {of_clock:.1f} s, {of_processors:.1f} s of processors")
