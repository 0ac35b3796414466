"""Writes ResNet-50 and MobileNetV2 of torchvision, with random weights, as ONNX for batches of 1 and 16. Usage: export_models.py FOLDER"""
import sys

import torch
import torchvision

for name in ("resnet50", "mobilenet_v2"):
    model = getattr(torchvision.models, name)(weights=None).eval()
    for batch in (1, 16):
        path = f"{sys.argv[1]}/{name.replace('_', '-')}-b{batch}.onnx"
        torch.onnx.export(model, (torch.rand(batch, 3, 224, 224),), path, input_names=["x"], output_names=["y"], opset_version=18,
                          dynamo=True, external_data=False, verbose=False)
