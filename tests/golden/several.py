"""Two networks trained in turns with PyTorch in float64: a discriminator by SGD with momentum and weight decay, whose learning
rate falls as 1/(1 + step), and a generator by Adam with its gradient clipped. Writes several.safetensors beside this file: the
first weights and the data, and the losses and weights after each of 5 steps. Weights are [inputs, outputs], as Burn has them.
"""

from pathlib import Path

import numpy
import torch
from safetensors.numpy import save_file

STEPS, ITEMS = 5, 4
torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
discriminator, generator = torch.nn.Linear(3, 1), torch.nn.Linear(2, 3)
real, noise = torch.randn(ITEMS, 3) + 1.0, torch.randn(ITEMS, 2)
softplus = torch.nn.functional.softplus
# What kiln starts from is f32.
for tensor in [*discriminator.parameters(), *generator.parameters(), real, noise]:
    tensor.data = tensor.data.float().double()

sgd = torch.optim.SGD(discriminator.parameters(), lr=0.5, momentum=0.9, weight_decay=0.01)
adam = torch.optim.Adam(generator.parameters(), lr=0.05, betas=(0.5, 0.999))
schedule = torch.optim.lr_scheduler.LambdaLR(sgd, lambda step: 1.0 / (1.0 + step))


def weights():
    found = {}
    for name, layer in {"discriminator": discriminator, "generator": generator}.items():
        found[f"{name}.weight"] = layer.weight.detach().numpy().T.copy()
        found[f"{name}.bias"] = layer.bias.detach().numpy().copy()
    return found


tensors = {"real": real.numpy(), "noise": noise.numpy()}
tensors |= {f"first/{name}": value for name, value in weights().items()}
for step in range(STEPS):
    sgd.zero_grad()
    judged = softplus(-discriminator(real)).mean() + softplus(discriminator(generator(noise).detach())).mean()
    judged.backward()
    sgd.step()
    schedule.step()
    adam.zero_grad()
    fooled = softplus(-discriminator(generator(noise))).mean()
    fooled.backward()
    torch.nn.utils.clip_grad_norm_(generator.parameters(), 0.1)
    adam.step()
    tensors |= {f"{step}/{name}": value for name, value in weights().items()}
    tensors[f"{step}/losses"] = numpy.array([judged.item(), fooled.item()])
save_file(tensors, Path(__file__).with_suffix(".safetensors"), {"torch": torch.__version__})
