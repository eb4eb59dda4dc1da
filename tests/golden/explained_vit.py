"""Attributions of captum 0.9 and attention rollout for timm's ViT-Tiny, with weights that both sides draw.

    python tests/golden/explained_vit.py       (needs torch, torchvision, timm, captum, numpy and safetensors)

Weights and images are those of `published.py`, so that no weights are in the file. The first image is explained. Attributions are computed
in float64 and kept in float32.
"""

from pathlib import Path

import torch
from captum.attr import InputXGradient, IntegratedGradients, Occlusion, Saliency
from safetensors.torch import save_file

import published

make, shape = published.NETWORKS["vit-tiny"]
model = make(num_classes=published.CLASSES).double().eval()
published.draw(model)
images = published.float32(4 * published.uniform(1000, shape) - 2)[:1]
TARGET = 2
noise = published.float32(published.uniform(1002, (2, *images.shape)) * 0.2 - 0.1)

weights = []
for block in model.blocks:
    block.attn.fused_attn = False
    block.attn.attn_drop.register_forward_hook(lambda module, inputs, output: weights.append(output.detach()))
model(images)
assert len(weights) == 12
rollout = torch.eye(weights[0].shape[-1]).double()
for layer in weights:
    both = layer.mean(dim=1)[0] + torch.eye(layer.shape[-1]).double()
    rollout = both / both.sum(dim=-1, keepdim=True) @ rollout

file = {
    "gradient": Saliency(model).attribute(images.clone(), target=TARGET, abs=False),
    "input_x_gradient": InputXGradient(model).attribute(images.clone(), target=TARGET),
    "integrated_gradients": IntegratedGradients(model).attribute(images, torch.zeros_like(images), target=TARGET, n_steps=8),
    "smooth_grad": sum(Saliency(model).attribute(images + one, target=TARGET, abs=False) for one in noise) / 2,
    "occlusion": Occlusion(model).attribute(images, (3, 16, 16), strides=(3, 8, 8), baselines=0, target=TARGET),
    "rollout": rollout[None],
}
file = {name: value.detach().float().contiguous() for name, value in file.items()}
save_file(file, str(Path(__file__).parent / "explained_vit-tiny.safetensors"))
