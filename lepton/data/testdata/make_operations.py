"""Writes operations/: a small picture and what Pillow's operations on its values make of it (made_by.json says with what)."""
import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps

out = pathlib.Path(__file__).parent / "operations"
out.mkdir(exist_ok=True)
y, x = np.mgrid[0:20, 0:21]
rng = np.random.default_rng(7)
rgb = np.stack([40 + x * 7, 200 - y * 8, 30 + (x + y) * 3], -1) + rng.integers(0, 20, (20, 21, 3))
picture = Image.fromarray(rgb.astype(np.uint8))
made = {"picture": picture, "auto_contrast": ImageOps.autocontrast(picture), "equalize": ImageOps.equalize(picture),
        "solarize_100": ImageOps.solarize(picture, 100), "posterize_3": ImageOps.posterize(picture, 3)}
for name, kind in {"color": ImageEnhance.Color, "contrast": ImageEnhance.Contrast, "brightness": ImageEnhance.Brightness,
                   "sharpness": ImageEnhance.Sharpness}.items():
    for factor in (0.3, 1.7):
        made[f"{name}_{int(10 * factor)}"] = kind(picture).enhance(factor)
grey = picture.convert("L")
made |= {"grey_picture": grey, "grey_equalize": ImageOps.equalize(grey), "grey_contrast_17": ImageEnhance.Contrast(grey).enhance(1.7)}
for name, image in made.items():
    np.asarray(image).tofile(out / f"{name}.raw")
