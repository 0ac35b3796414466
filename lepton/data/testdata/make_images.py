"""Writes small pictures of every format with the pixels that Pillow reads from them (made_by.json says with what)."""
import json, pathlib, struct, sys, zlib
import numpy as np
import PIL
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
out = here / "images"
rng = np.random.default_rng(7)
H, W = 13, 22
y, x = np.mgrid[0:H, 0:W]
rgb = np.stack([x * 11, y * 19, (x + y) * 7], -1).astype(np.uint8)
rgb[2:5, 3:9] = (250, 20, 30)
rgb[8:, 15:] = (10, 200, 240)
grey = np.asarray(Image.fromarray(rgb).convert("L"))
alpha = ((x * 12) % 256).astype(np.uint8)
rgba = np.dstack([rgb, alpha])
deep = (grey.astype(np.uint16) * 251 + y.astype(np.uint16) * 3)
cases = []


def expect(name, pixels, tolerance=0):
    pixels = np.ascontiguousarray(pixels if pixels.ndim == 3 else pixels[..., None])
    pixels.tofile(out / (name + ".raw"))
    cases.append({"file": name, "shape": list(pixels.shape), "dtype": "u16" if pixels.dtype == np.uint16 else "u8", "tolerance": tolerance})


def save(name, image, tolerance=0, mode=None, **options):
    image.save(out / name, **options)
    loaded = ImageOps.exif_transpose(Image.open(out / name))
    expect(name, np.asarray(loaded.convert(mode) if mode else loaded), tolerance)


picture = Image.fromarray(rgb)
save("rgb.jpg", picture, 2, quality=90)
save("progressive.jpg", picture, 2, quality=80, progressive=True, subsampling=0)
save("grey.jpg", Image.fromarray(grey), 2, quality=90)
save("cmyk.jpg", picture.convert("CMYK"), 2, mode="RGB", quality=95)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    save(f"orientation_{orientation}.jpg", picture, 2, quality=90, exif=exif)

save("grey.png", Image.fromarray(grey))
save("bits.png", Image.fromarray(grey > 100), mode="L")
save("grey_alpha.png", Image.fromarray(np.dstack([grey, alpha]), "LA"))
save("rgb.png", picture)
save("rgba.png", Image.fromarray(rgba))
save("palette.png", picture.quantize(9), mode="RGB")
save("palette_alpha.png", picture.quantize(9), mode="RGBA", transparency=3)
save("grey16.png", Image.fromarray(deep))


def png(name, header, rows):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    (out / name).write_bytes(b"\x89PNG\r\n\x1a\n" + body)


deep_rgb = rgb.astype(np.uint16) * 257 - x[..., None].astype(np.uint16)
png("rgb16.png", struct.pack(">IIBBBBB", W, H, 16, 2, 0, 0, 0), b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep_rgb))
expect("rgb16.png", deep_rgb)
passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
rows = b"".join(b"\0" + row.tobytes() for x0, y0, dx, dy in passes for row in rgb[y0::dy, x0::dx])
png("interlaced.png", struct.pack(">IIBBBBB", W, H, 8, 2, 0, 0, 1), rows)
expect("interlaced.png", rgb)
assert np.array_equal(np.asarray(Image.open(out / "interlaced.png")), rgb)

save("rgb.ppm", picture)
save("grey.pgm", Image.fromarray(grey))
save("bits.pbm", Image.fromarray(grey > 100), mode="L")
(out / "ascii.pgm").write_text(f"P2\n# a comment\n{W} {H}\n255\n" + "\n".join(" ".join(map(str, row)) for row in grey) + "\n")
expect("ascii.pgm", grey)
(out / "ascii.ppm").write_text(f"P3 {W} {H} 255 " + " ".join(map(str, rgb.ravel())) + "\n")
expect("ascii.ppm", rgb)
(out / "ascii.pbm").write_text(f"P1\n{W} {H}\n" + "\n".join("".join("1" if v > 100 else "0" for v in row) for row in grey) + "\n")
expect("ascii.pbm", np.where(grey > 100, 0, 255).astype(np.uint8))
(out / "deep.pgm").write_bytes(f"P5 {W} {H} 65535\n".encode() + deep.astype(">u2").tobytes())
expect("deep.pgm", deep)

save("rgb.bmp", picture)
save("grey.bmp", Image.fromarray(grey), mode="RGB")
save("bits.bmp", Image.fromarray(grey > 100), mode="RGB")
save("rgba.bmp", Image.fromarray(rgba))
four = np.asarray(picture.quantize(9))
colours = np.array(picture.quantize(9).getpalette()[:48] + [0] * 48, np.uint8)[:48].reshape(16, 3)


def bmp(name, bits, compression, data):
    palette = b"".join(bytes((b, g, r, 0)) for r, g, b in colours)
    offset = 54 + len(palette)
    header = struct.pack("<2sIIIIiiHHIIiiII", b"BM", offset + len(data), 0, offset, 40, W, H, 1, bits, compression, len(data), 0, 0, 16, 0)
    (out / name).write_bytes(header + palette + data)
    expect(name, colours[four])


def runs(row):
    encoded, i = b"", 0
    while i < len(row):
        n = 1
        while i + n < len(row) and row[i + n] == row[i] and n < 255:
            n += 1
        encoded, i = encoded + bytes((n, row[i])), i + n
    return encoded


bmp("palette4.bmp", 4, 0, b"".join(bytes((row[i] << 4) | row[i + 1] for i in range(0, W, 2)).ljust(12, b"\0") for row in four[::-1]))
bmp("rle8.bmp", 8, 1, b"".join(runs(row.tolist()) + b"\0\0" for row in four[::-1]) + b"\0\1")
absolute = b"".join(bytes((0, W)) + bytes((row[i] << 4) | row[i + 1] for i in range(0, W, 2)) + b"\0" + b"\0\0" for row in four[::-1])
bmp("rle4.bmp", 4, 2, absolute + b"\0\1")

save("lossy.webp", picture, 2, quality=80)
save("lossless.webp", Image.fromarray(rgba), lossless=True, exact=True)
save("rgb.tiff", picture, compression="tiff_lzw")
save("grey.tiff", Image.fromarray(grey))
save("grey16.tiff", Image.fromarray(deep), compression="tiff_adobe_deflate")
save("palette.tiff", picture.quantize(9), mode="RGB")

resized = []
source = rng.integers(0, 256, (37, 53, 3), dtype=np.uint8)
source[5:20, 10:30] = (255, 0, 128)
source.tofile(here / "resize" / "source.raw")
filters = {"nearest": Image.NEAREST, "area": Image.BOX, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
for name, code in filters.items():
    for height, width in ((37, 20), (16, 16), (9, 80), (80, 100)):
        file = f"{name}_{height}x{width}.raw"
        np.asarray(Image.fromarray(source).resize((width, height), code)).tofile(here / "resize" / file)
        resized.append({"file": file, "filter": name, "height": height, "width": width})
(here / "resize" / "cases.json").write_text(json.dumps(resized, indent=1) + "\n")
(out / "cases.json").write_text(json.dumps(cases, indent=1) + "\n")
made = {"tool": f"Pillow {PIL.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}", "seed": 7, "command": "python3 make_images.py"}
(here / "made_by.json").write_text(json.dumps(made, indent=1) + "\n")
