"""The same network behind FastAPI and uvicorn, for bench/serve_http.rs.

    kiln train digits train.epochs=5 -q && kiln export last -o net.onnx
    python bench/serve_peer.py net.onnx 8081       # onnxruntime, one process
    cargo bench --bench serve_http --features serve -- --clean --at 127.0.0.1:8081 PID

It prints its PID. One request is one call of the network: FastAPI has no batches of its own.
"""

import os
import sys

import numpy
import onnxruntime
import uvicorn
from fastapi import FastAPI, HTTPException

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options)
classes = [str(number) for number in range(10)]
app = FastAPI()


@app.post("/predict")
async def predict(image: list[list[int]]):
    pixels = numpy.array(image)
    if pixels.shape != (8, 8) or pixels.min() < 0 or pixels.max() > 255:
        raise HTTPException(422, "not an image of 8 x 8 bytes")
    label, probabilities = session.run(None, {"image": pixels.astype(numpy.uint8)[None, None]})
    return {"prediction": str(label[0]), "probabilities": dict(zip(classes, map(float, probabilities[0])))}


print(os.getpid(), flush=True)
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
