"""Parameters, arithmetic and outputs of the models whose reference is torchvision, timm or a module of reference.py."""
import sys

import numpy as np
import reference
import seeded
import timm
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

PHOTO, DIGIT, SMALL = (1, 3, 224, 224), (1, 1, 28, 28), (1, 3, 32, 32)
HEADS = 3  # of vit_tiny


def version(module):
    return module.__version__.split("+")[0]


def vision(name):
    return f"torchvision {version(torchvision)} {name}", lambda: getattr(torchvision.models, name)(weights=None)


def timm_model(name):
    return f"timm {timm.__version__} {name}", lambda: timm.create_model(name, pretrained=False)


def own(make):
    return f"torch {version(torch)}, reference.py", make


# Lepton's name: reference, input, whether outputs are compared too.
MODELS = {
    "lenet5": (*own(reference.LeNet5), DIGIT, True),
    "alexnet": (*vision("alexnet"), PHOTO, True),
    "vgg11": (*vision("vgg11"), PHOTO, True),
    "vgg16": (*vision("vgg16"), PHOTO, False),
    "resnet18": (*vision("resnet18"), PHOTO, True),
    "resnet34": (*vision("resnet34"), PHOTO, True),
    "resnet50": (*vision("resnet50"), PHOTO, True),
    "resnet20": (*own(lambda: reference.CifarResNet(3)), SMALL, True),
    "resnet56": (*own(lambda: reference.CifarResNet(9)), SMALL, True),
    "mobilenet-v2": (*vision("mobilenet_v2"), PHOTO, True),
    "mobilenet-v3-small": (*vision("mobilenet_v3_small"), PHOTO, True),
    "mobilenet-v3-large": (*vision("mobilenet_v3_large"), PHOTO, True),
    "efficientnet-lite0": (*timm_model("tf_efficientnet_lite0"), PHOTO, True),
    "convnext-tiny": (*vision("convnext_tiny"), PHOTO, True),
    "vit-tiny": (*timm_model("vit_tiny_patch16_224"), PHOTO, True),
    "unet": (*own(reference.UNet), (1, 1, 64, 64), True),
    "autoencoder": (*own(reference.Autoencoder), DIGIT, True),
}


def weights(model):
    """(Lepton's name, tensor) of every weight, moving statistics too."""
    for path, module in model.named_modules():
        own_weights = dict(module.named_parameters(recurse=False)) | dict(module.named_buffers(recurse=False))
        for key, value in own_weights.items():
            if key == "num_batches_tracked":
                continue
            if key in ("layer_scale", "cls_token", "pos_embed"):
                role = {"layer_scale": "gamma", "cls_token": "token", "pos_embed": "embeddings"}[key]
                yield f"{path}.{key}/{role}".lstrip("."), value
                continue
            if path.endswith("attn.qkv"):  # one matrix of queries, keys and values of all heads
                parts = [(part, head) for part in ("query", "key", "value") for head in range(HEADS)]
                for (part, head), piece in zip(parts, value.chunk(len(parts))):
                    yield f"{path.removesuffix('.qkv')}.{part}.{head}/{'kernel' if key == 'weight' else key}", piece
                continue
            if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm)):
                role = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean", "running_var": "moving_variance"}[key]
            else:
                role = "kernel" if key == "weight" else key
            yield f"{path}/{role}", value


def macs_of(model, shape):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(shape))
    return counter.get_total_flops() // 2


def run(name):
    about, make, shape, compared = MODELS[name]
    model = make().eval()
    named = list(weights(model))
    trainable = sum(p.numel() for p in model.parameters())
    output = None
    if compared:
        with torch.no_grad():
            for key, value in named:
                value.copy_(torch.from_numpy(seeded.weight(key, tuple(value.shape))))
            output = model(torch.from_numpy(seeded.model_input(shape))).numpy()
        if output.ndim == 4:
            output = np.moveaxis(output, 1, -1)
    seeded.write(name, about, [*shape[2:], shape[1]], "torch.utils.flop_counter, halved", trainable, sum(w.numel() for _, w in named) - trainable,
                 macs_of(model, shape), output)


for wanted in sys.argv[1:] or MODELS:
    run(wanted)
seeded.write_made_by("made_by.json", {"torch": version(torch), "torchvision": version(torchvision),
                                      "timm": timm.__version__, "numpy": np.__version__}, "python make_zoo.py")
