"""What TensorBoard reads in the file of events that kiln writes.

    KILN_GOLDEN=overwrite cargo test --release -p kiln-experiment --lib tensorboard
    python tests/golden/tensorboard_events.py

TensorBoard 2.21.
"""

import json
import pathlib

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

folder = pathlib.Path(__file__).parent / "tensorboard"
events = EventAccumulator(str(folder))
events.Reload()
read = {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in sorted(events.Tags()["scalars"])}
assert read, "TensorBoard finds no scalars"
(folder / "read.json").write_text(json.dumps(read, indent=1) + "\n")
