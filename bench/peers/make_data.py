"""Packs real pictures into the .npz that the peers read: x is uint8 [N, H, W, C], y is the class index.

Usage: make_data.py FILE.tar.gz OUT.npz --classes A B --count N    (a folder for each class)
"""
import argparse
import tarfile
from pathlib import Path

import numpy as np


def from_pictures(archive, classes, count):
    """Takes the same number of pictures of each class, in the order of their names."""
    from PIL import Image

    x, y = [], []
    with tarfile.open(archive) as files:
        names = sorted(name for name in files.getnames() if name.lower().endswith((".jpg", ".jpeg", ".png")))
        for index, wanted in enumerate(classes):
            for name in [name for name in names if Path(name).parent.name == wanted][:count // len(classes)]:
                with Image.open(files.extractfile(name)) as picture:
                    x.append(np.asarray(picture.convert("RGB")))
                y.append(index)
    return np.stack(x), np.array(y)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--classes", nargs="+", default=[])
    parser.add_argument("--count", type=int, default=1000)
    a = parser.parse_args()
    x, y = from_pictures(a.source, a.classes, a.count)
    np.savez(a.out, x=x, y=y)
    print(f"{a.out}: {x.shape}, classes {np.bincount(y).tolist()}")


if __name__ == "__main__":
    main()
