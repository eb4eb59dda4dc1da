"""kiln on GPUs against PyTorch CUDA and against the CPU backend flex: what bench/gpu.sh runs.

Writes one JSON object:

    machine    what it ran on
    steps      milliseconds of a training step: {program, device, network, batch, how, median_ms} or {…, skipped}
    ratios     kiln on each GPU device against PyTorch (eager, compile) of the same network, batch and arithmetic, and flex against each device
    compare    `kiln compare` of flex and every GPU device over 100 steps
    recipe     seconds and accuracy of the recipe fashion-mnist-resnet on the first GPU device

A step is batch to device, forward, backward, update, and the loss on the host. kiln's batches are those of its loader; PyTorch's are one batch in
pinned memory, uploaded anew in every step. The arithmetic: `f32` (for PyTorch with TF32 off), `tf32` (PyTorch alone), `bf16`
(`train.precision=bf16`; PyTorch's autocast). Nothing is built, and nothing is started for which no time is left.
"""

import argparse
import gzip
import json
import os
import platform
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NETWORKS = {
    "mlp": ["model.kind=mlp", "model.hidden=[512,256]"],
    "cnn": ["model.kind=cnn", "model.channels=[32,64]", "model.hidden=[128]"],
    "resnet": ["model.kind=resnet", "model.width=64"],
}
TOY = {
    "mlp": ["model.kind=mlp", "model.hidden=[32]"],
    "cnn": ["model.kind=cnn", "model.channels=[4]", "model.hidden=[16]"],
    "resnet": ["model.kind=resnet", "model.width=4"],
}


class Bench:
    def __init__(self, options):
        self.options = options
        self.began = time.monotonic()
        self.until = self.began + 60 * options.minutes
        self.folder = Path(tempfile.mkdtemp(prefix="kiln-gpu-"))
        self.found = {"steps": [], "compare": None, "recipe": None}
        self.batches = [16, 32] if options.dry else [128, 1024]
        self.counted = 3 if options.dry else 40

    def left(self):
        return self.until - time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.began:5.0f} s  {text}", file=sys.stderr, flush=True)

    def run(self, command, most, extra=None):
        """Standard output of a command, or the reason why there is none."""
        limit = min(most, self.left())
        if limit < 5:
            return None, "no time was left"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KILN_")} | (extra or {})
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=limit, cwd=self.folder, env=environment)
        except subprocess.TimeoutExpired:
            return None, f"longer than {limit:.0f} s"
        except OSError as error:
            return None, str(error)
        if done.returncode != 0:
            last = [line for line in done.stderr.strip().splitlines() if line.strip()][-6:]
            return None, " ".join(line.strip() for line in last)[:400] or f"exit code {done.returncode}"
        return done.stdout, None

    def kiln(self, words, most):
        """The events of a command, or the reason."""
        output, reason = self.run([self.options.kiln, *words, "--json", "-q"], most)
        return (None, reason) if output is None else ([json.loads(line) for line in output.splitlines()], None)

    def devices(self):
        """The GPU devices that open: those that are asked for, else all, in a dry run software adapters, too."""
        events, reason = self.kiln(["devices"], 60)
        if events is None:
            sys.exit(f"kiln devices: {reason}")
        self.found["devices"] = events
        opens = [event["device"] for event in events if event["opens"]]
        gpus = [name for name in opens if name not in ("flex", "ndarray")]
        if not self.options.dry:
            software = [event["device"] for event in events if "software" in event["description"]]
            gpus = [name for name in gpus if name not in software]
        return self.options.devices.split(",") if self.options.devices else gpus

    def data(self):
        """Words for kiln that name 28x28 images: Fashion-MNIST where it is, else as many of noise. In a dry run digits."""
        if self.options.dry:
            return ["data.source=digits"], False
        places = [self.options.data, "/usr/share/datasets/fashion-mnist", "/usr/share/datasets"]
        for place in filter(None, places):
            if any(Path(place).rglob("train-images-idx3-ubyte*")):
                return ["data.source=fashion-mnist", f"data.path={place}"], True
        self.noise(60_000, 10_000)
        return ["data.source=fashion-mnist", f"data.path={self.folder / 'noise'}"], False

    def noise(self, train, test):
        folder = self.folder / "noise"
        folder.mkdir()
        for name, count in (("train", train), ("t10k", test)):
            with gzip.open(folder / f"{name}-images-idx3-ubyte.gz", "wb", compresslevel=1) as file:
                file.write(struct.pack(">IIII", 2051, count, 28, 28) + os.urandom(784 * 500) * (count // 500))
            with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz", "wb", compresslevel=1) as file:
                file.write(struct.pack(">II", 2049, count) + bytes(i % 10 for i in range(count)))

    def add(self, program, device, network, batch, how, median, reason):
        entry = {"program": program, "device": device, "network": network, "batch": batch, "how": how}
        entry |= {"median_ms": median} if reason is None else {"skipped": reason}
        self.found["steps"].append(entry)
        self.say(f"{program} {device} {network} {batch} {how}: {reason or f'{median:.3f} ms'}")

    def step_of_kiln(self, device, network, batch, how, steps):
        words = (TOY if self.options.dry else NETWORKS)[network]
        words = [*self.data_words, *words, f"train.batch_size={batch}", "train.epochs=2", "optim.kind=adam", f"train.precision={how}"]
        events, reason = self.kiln(["compare", *words, "--devices", device, "--steps", str(steps)], 60)
        median = None if events is None else events[-1]["step_ms"]["median"]
        self.add("kiln", device, network, batch, how, median, reason)

    def steps_of_kiln(self, devices):
        for network in NETWORKS:
            for batch in self.batches:
                for device in devices:
                    for how in ("f32", "bf16"):
                        self.step_of_kiln(device, network, batch, how, self.counted)
                # The CPU takes seconds for the largest.
                self.step_of_kiln("flex", network, batch, "f32", 3)

    def steps_of_torch(self):
        worker = [sys.executable, str(HERE / "peers" / "gpu.py")]
        size = ["--dry"] if self.options.dry else []
        for mode in ("eager", "compile"):
            for network in NETWORKS:
                for batch in self.batches:
                    job = [network, str(batch), str(self.counted), mode, *size]
                    output, reason = self.run([*worker, *job], 60 if mode == "eager" else 90)
                    for line in (output or "").splitlines():
                        entry = json.loads(line)
                        name = f"pytorch-{mode}"
                        self.add(name, entry["device"], network, batch, entry["how"], entry["median_ms"], None)
                    if reason:
                        self.add(f"pytorch-{mode}", "cuda", network, batch, "all", None, reason)

    def ratios(self, devices):
        """kiln / PyTorch on GPUs: below 1 kiln is faster; flex / GPU: above 1 the GPU is faster."""
        times = {}
        for entry in self.found["steps"]:
            key = entry["program"], entry["network"], entry["batch"], entry["how"]
            if "median_ms" in entry:
                times[(*key, entry["device"])] = times[key] = entry["median_ms"]
        ratios = []
        for (program, network, batch, how, device), median in [(k, v) for k, v in times.items() if len(k) == 5]:
            if program != "kiln" or device not in devices:
                continue
            peers = {}
            for mode in ("eager", "compile"):
                for arithmetic in {"f32": ("f32", "tf32"), "bf16": ("bf16",)}[how]:
                    other = times.get((f"pytorch-{mode}", network, batch, arithmetic))
                    if other:
                        peers[f"kiln / {mode} {arithmetic}"] = round(median / other, 3)
            flex = times.get(("kiln", network, batch, "f32", "flex"))
            if flex:
                peers[f"flex / {device}"] = round(flex / median, 2)
            ratios.append({"device": device, "network": network, "batch": batch, "how": how} | peers)
        return ratios

    def compare(self, devices):
        steps = "5" if self.options.dry else "100"
        words = ["compare", "digits", "model.kind=cnn", "model.dropout=0", "--devices", ",".join(["flex", *devices]), "--steps", steps]
        events, reason = self.kiln(words, 90)
        if events is None:
            return {"skipped": reason}
        fields = ("device", "max_loss_diff", "max_grad_diff", "first_difference")
        return [{field: event.get(field) for field in fields} for event in events]

    def recipe(self, device, is_fashion):
        words = ["train", "fashion-mnist-resnet", *[word for word in self.data_words if word.startswith("data.path")]]
        if self.options.dry:
            words = ["train", "digits", "model.kind=resnet", "model.width=4", "train.epochs=1"]
        elif not is_fashion:
            return {"skipped": "Fashion-MNIST is not here: --data FOLDER"}
        began = time.monotonic()
        events, reason = self.kiln([*words, "--device", device, "--runs-dir", str(self.folder / "runs"), "--progress", "off"], 150)
        if events is None:
            return {"device": device, "skipped": reason}
        return {"device": device, "seconds": round(time.monotonic() - began, 2), "accuracy": events[-1]["test"]["accuracy"]}

    def go(self):
        devices = self.devices()
        self.found["machine"] = {"system": platform.platform(), "cores": os.cpu_count(), "dry": self.options.dry}
        gpus, _ = self.run(["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"], 20)
        self.found["machine"]["gpus"] = (gpus or "").splitlines()
        self.found["machine"]["kiln"] = (self.run([self.options.kiln, "--version"], 20)[0] or "").strip()
        self.data_words, is_fashion = self.data()
        if not devices:
            self.found["skipped"] = "no GPU device opens: see devices"
            return
        self.found["compare"] = self.compare(devices)
        self.say(f"compare: {self.found['compare']}")
        self.found["recipe"] = self.recipe(devices[0], is_fashion)
        self.say(f"recipe: {self.found['recipe']}")
        self.steps_of_kiln(devices)
        self.steps_of_torch()
        self.found["ratios"] = self.ratios(devices)
        values = [value for row in self.found["ratios"] for name, value in row.items() if name.startswith("kiln / ")]
        self.found["median_ratio"] = round(statistics.median(values), 3) if values else None

    def finish(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.found["seconds"] = round(time.monotonic() - self.began, 1)
        text = json.dumps(self.found, indent=1)
        if self.options.out:
            Path(self.options.out).write_text(text + "\n")
        print(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kiln", required=True, help="the program, built with the features of the devices", type=os.path.abspath)
    parser.add_argument("--devices", help="the GPU devices; default: all that open and are no software adapters")
    parser.add_argument("--python", help="the Python that has PyTorch", default=sys.executable)
    parser.add_argument("--data", help="the folder with Fashion-MNIST", type=os.path.abspath)
    parser.add_argument("--out", help="a file for the JSON, beside standard output")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--dry", action="store_true", help="toy sizes on whatever there is")
    bench = Bench(parser.parse_args())
    try:
        bench.go()
    finally:
        bench.finish()
