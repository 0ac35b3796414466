"""Packs real pictures into the .npz that the peers read: x is uint8 [N, H, W, C], y is the class index.

Usage: make_data.py pictures FILE.tar.gz OUT.npz --classes A B --count N    (a folder for each class)
       make_data.py idx PREFIX OUT.npz --count N                    (PREFIX-images-idx3-ubyte[.gz] and labels)
"""
import argparse
import gzip
import tarfile
from pathlib import Path

import numpy as np


def read_idx(path):
    """Reads an IDX file of unsigned bytes, packed or not."""
    found = path if path.exists() else Path(f"{path}.gz")
    raw = found.read_bytes()
    raw = gzip.decompress(raw) if found.suffix == ".gz" else raw
    rank = raw[3]
    shape = np.frombuffer(raw, ">u4", rank, 4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * rank).reshape(shape)


def from_idx(prefix, count):
    images, labels = (read_idx(Path(f"{prefix}-{kind}-ubyte")) for kind in ("images-idx3", "labels-idx1"))
    return images[:count, :, :, None], labels[:count].astype(np.int64)


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
    parser.add_argument("kind", choices=("pictures", "idx"))
    parser.add_argument("source")
    parser.add_argument("out")
    parser.add_argument("--classes", nargs="+", default=[])
    parser.add_argument("--count", type=int, default=1000)
    a = parser.parse_args()
    x, y = from_idx(a.source, a.count) if a.kind == "idx" else from_pictures(a.source, a.classes, a.count)
    np.savez(a.out, x=x, y=y)
    print(f"{a.out}: {x.shape}, classes {np.bincount(y).tolist()}")


if __name__ == "__main__":
    main()
