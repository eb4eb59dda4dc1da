"""Workers of a search as tasks of HyperQueue: one table for four workers, of which some are killed, on two workers of HyperQueue.

    hq_workers.py KILN
"""

import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

KILN = sys.argv[1]
HERE = pathlib.Path(__file__).parent
TRIALS = os.environ.get("KILN_TEST_TRIALS", "20")
KILLS = int(os.environ.get("KILN_TEST_KILLS", "4"))
SEARCH = [
    "tune", "iris", "train.epochs=40", "train.batch_size=16", "optim.lr=log(1e-4,1e-1)", "model.dropout=uniform(0,0.5)",
    "checkpoint.every_steps=20", "--trials", TRIALS, "--lag", "8", "--threads", "1", "--quiet",
]


def kiln(*words):
    return subprocess.run([KILN, *words], check=True, capture_output=True, text=True).stdout


def workers_of(study):
    """The processes that work on a study."""
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:1] == [KILN.encode()] and str(study).encode() in words:
            yield int(process.name)


with tempfile.TemporaryDirectory() as place:
    os.chdir(place)
    kiln(*SEARCH, "--runs-dir", "alone")
    print(kiln(*SEARCH, "--runs-dir", "shared", "--on", "hyperqueue", "--workers", "2", "--lease", "3s", "--print"), end="")
    (study,) = pathlib.Path("shared").resolve().iterdir()
    with LocalCluster() as cluster:
        for _ in range(2):
            cluster.start_worker(WorkerConfig(cores=1))
        client = cluster.client()

        def submit(tasks):
            job = Job(max_fails=None)
            for _ in range(tasks):
                job.program([KILN, "tune", "work", "--threads", "1", "--quiet", "--", str(study)])
            return client.submit(job)

        killed = 0
        over = threading.Event()

        def kill():
            global killed
            draw = random.Random(1)
            while killed < KILLS and not over.is_set():
                time.sleep(0.3 + draw.random())
                found = list(workers_of(study))
                if found:
                    os.kill(draw.choice(found), signal.SIGKILL)
                    killed += 1

        killer = threading.Thread(target=kill)
        killer.start()
        # A task that is killed has failed: another takes its place, as the next one of an array would.
        client.wait_for_jobs([submit(2 + KILLS)], raise_on_error=False)
        over.set()
        killer.join()
    print(f"{killed} of {2 + KILLS} tasks were killed")
    assert killed > 0 or KILLS == 0
    subprocess.run([sys.executable, HERE / "table.py", "alone", "shared"], check=True)
