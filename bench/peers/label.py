"""Reads a picture, runs an image classifier exported by Lepton in ONNX Runtime and prints the label: what `lepton predict` does.

Usage: label.py FILE.onnx FILE.recipe.json PICTURE
"""
import json
import sys

import timing  # first: sets the thread limits
import numpy as np
import onnxruntime
from PIL import Image


def main():
    path, recipe, picture = sys.argv[1], json.load(open(sys.argv[2], encoding="utf-8"))["task"], sys.argv[3]
    size = (recipe["recipe"]["width"], recipe["recipe"]["height"])
    pixels = np.asarray(Image.open(picture).convert("RGB").resize(size, Image.Resampling.BILINEAR))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = timing.THREADS
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    scores = session.run(None, {session.get_inputs()[0].name: pixels[None]})[0][0]
    print(recipe["labels"][int(scores.argmax())])


if __name__ == "__main__":
    main()
