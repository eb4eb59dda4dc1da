#!/usr/bin/env python3
"""What a step of data-parallel training costs for 1 to 1,024 ranks: the model of docs/SCALE.md as a table.

    bench/scale.py --numbers 6.6e6 --compute 2.0 --update 0.02 --alpha 20e-6 --bytes 1.5e9

--numbers: parameters and running statistics; --compute: seconds of forward and backward over the whole batch on one rank;
--update: seconds of what every rank does by itself (sums of its shards, the optimiser); --alpha: seconds of a message; --bytes: bytes that
a rank sends, and is sent, in a second.
"""

import argparse

RANKS = [1, 2, 4, 8, 64, 1024]


def step(ranks, numbers, compute, alpha, rate):
    """Seconds of compute, of messages, and of bytes."""
    if ranks == 1:
        return compute, 0.0, 0.0
    sent = 2 * 4 * numbers * (ranks - 1) / ranks
    return compute / ranks, 3 * (ranks - 1) * alpha, sent / rate


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ["numbers", "compute", "update", "alpha", "bytes"]:
        parser.add_argument(f"--{name}", type=float, required=True)
    options = parser.parse_args()
    print("| ranks | sent by each, MB | compute | messages | bytes | step | faster | share of the ideal |")
    print("|---|---|---|---|---|---|---|---|")
    one = options.compute + options.update
    for ranks in RANKS:
        compute, messages, wire = step(
            ranks, options.numbers, options.compute, options.alpha, options.bytes
        )
        whole = compute + options.update + messages + wire
        sent = 8 * options.numbers * (ranks - 1) / ranks / 1e6
        faster = one / whole
        cells = [f"{ranks:,}", f"{sent:.3g}", *(f"{1e3 * part:.4g} ms" for part in [compute, messages, wire, whole])]
        print("| " + " | ".join([*cells, f"{faster:.3g} ×", f"{100 * faster / ranks:.0f} %"]) + " |")


if __name__ == "__main__":
    main()
