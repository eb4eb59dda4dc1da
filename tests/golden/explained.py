"""Attributions of captum 0.9 for two small networks with given weights.

    python tests/golden/explained.py
"""

import json
import pathlib

import torch
from captum.attr import FeatureAblation, InputXGradient, IntegratedGradients, LayerGradCam, Occlusion, Saliency
from torch import nn

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": tensor.detach().ravel().tolist()}


mlp = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
cnn = nn.Sequential(nn.Conv2d(2, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3), nn.ReLU(), nn.Flatten(), nn.Linear(20, 3))
cases = {}
for name, model, inputs, windows in [
    ("mlp", mlp, torch.randn(6, 5), [((1,), (1,)), ((2,), (2,)), ((3,), (1,))]),
    ("cnn", cnn, torch.randn(4, 2, 8, 8), [((2, 4, 4), (2, 2, 2)), ((1, 3, 3), (1, 3, 3)), ((2, 3, 2), (1, 2, 2))]),
]:
    targets = torch.arange(len(inputs)) % 3
    baseline = torch.full_like(inputs, 0.25)
    case = {"inputs": numbers(inputs), "targets": targets.tolist(), "weights": {key: numbers(value) for key, value in model.state_dict().items()}}
    case["gradient"] = numbers(Saliency(model).attribute(inputs.clone(), target=targets, abs=False))
    case["input_x_gradient"] = numbers(InputXGradient(model).attribute(inputs.clone(), target=targets))
    for steps in [50, 7]:
        found, delta = IntegratedGradients(model).attribute(inputs, baseline, target=targets, n_steps=steps, return_convergence_delta=True)
        case[f"integrated_gradients_{steps}"] = {"values": numbers(found), "delta": numbers(delta)}
    case["occlusion"] = [
        {"window": window, "stride": stride,
         "values": numbers(Occlusion(model).attribute(inputs, window, strides=stride, baselines=0.25, target=targets))}
        for window, stride in windows
    ]
    # The gradient at points that are given is what the mean over noise is made of.
    noise = torch.randn(3, *inputs.shape) * 0.1
    case["noise"] = numbers(noise)
    case["smooth_grad"] = numbers(sum(Saliency(model).attribute(inputs + one, target=targets, abs=False) for one in noise) / 3)
    if name == "mlp":
        mask = torch.tensor([[0, 1, 1, 1, 2]])
        found = FeatureAblation(model).attribute(inputs, baselines=0.25, target=targets, feature_mask=mask)
        case["ablation"] = numbers(found[:, [0, 1, 4]])
    if name == "cnn":
        case["grad_cam"] = numbers(LayerGradCam(model, model[4]).attribute(inputs, target=targets, relu_attributions=True))
    cases[name] = case

path = pathlib.Path(__file__).parent / "explained.json"
path.write_text(json.dumps(cases) + "\n")
