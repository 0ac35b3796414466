"""Lists the cases of layers that prepare inputs. Random ones have bounds that leave one number to draw; those of the moves are multiples
of powers of 2, since Keras computes them in single precision."""
from keras import layers as L
from layer_cases import case

PICTURES = (2, 6, 5, 2)


def size_cases():
    sizes = {"up": (9, 8), "down": (3, 2), "mixed": (4, 9), "same": (6, 5)}
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        for name, (height, width) in sizes.items():
            yield case(f"resizing_{interpolation}_{name}", lambda h=height, w=width, i=interpolation: L.Resizing(h, w, interpolation=i), PICTURES)
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos3"):
        yield case(f"resizing_{interpolation}_antialias", lambda i=interpolation: L.Resizing(4, 2, interpolation=i, antialias=True), (2, 9, 7, 1))
    for name, (height, width) in {"wide": (4, 9), "tall": (7, 3)}.items():
        yield case(f"resizing_crop_{name}", lambda h=height, w=width: L.Resizing(h, w, crop_to_aspect_ratio=True), PICTURES)
        yield case(f"resizing_pad_{name}", lambda h=height, w=width: L.Resizing(h, w, pad_to_aspect_ratio=True, fill_value=0.5), PICTURES)
    yield case("center_crop", lambda: L.CenterCrop(3, 2), PICTURES)
    yield case("center_crop_larger", lambda: L.CenterCrop(8, 4), PICTURES)
    yield case("random_crop_smaller_training", lambda: L.RandomCrop(12, 10), PICTURES, training=True)


def change_cases():
    for mode in ("reflect", "wrap", "constant", "nearest"):
        for interpolation in ("bilinear", "nearest"):
            o = {"fill_mode": mode, "interpolation": interpolation, "fill_value": 0.25 if mode == "constant" else 0.0}
            name = f"{mode}_{interpolation}_training"
            yield case(f"random_rotation_{name}", lambda o=o: L.RandomRotation((0.15, 0.15), **o), PICTURES, training=True)
            yield case(f"random_zoom_{name}", lambda o=o: L.RandomZoom((0.75, 0.75), (-0.375, -0.375), **o), PICTURES, training=True)
            yield case(f"random_translation_{name}", lambda o=o: L.RandomTranslation((0.625, 0.625), (-0.375, -0.375), **o), PICTURES,
                       training=True)
    yield case("random_zoom_one_factor_training", lambda: L.RandomZoom((-0.25, -0.25)), PICTURES, training=True)
    yield case("random_contrast_training", lambda: L.RandomContrast((-0.3, 0.3), value_range=(-1, 1.5)), PICTURES, training=True)
    for name, make in {"rotation": lambda: L.RandomRotation(0.2), "zoom": lambda: L.RandomZoom(0.2, 0.1), "flip": lambda: L.RandomFlip(),
                       "translation": lambda: L.RandomTranslation(0.2, 0.1), "contrast": lambda: L.RandomContrast(0.2)}.items():
        yield case(f"random_{name}_inference", make, PICTURES, training=False)


def category_cases():
    numbers = (4, 3)
    for mode in ("one_hot", "multi_hot", "count"):
        yield case(f"category_encoding_{mode}", lambda mode=mode: L.CategoryEncoding(6, output_mode=mode), numbers, integers=6)
    yield case("category_encoding_one_hot_column", lambda: L.CategoryEncoding(6, output_mode="one_hot"), (4, 1), integers=6)
    for mode in ("int", "one_hot", "multi_hot", "count"):
        yield case(f"discretization_{mode}", lambda mode=mode: L.Discretization([1.0, 2.0, 4.5], output_mode=mode), numbers, integers=7)


def lookup_cases():
    vocabulary, options = [7, 2, 5, 11, 3], {
        "": {},
        "_mask": {"mask_token": 2, "vocabulary": [7, 5, 11]},
        "_three_oov": {"num_oov_indices": 3, "mask_token": 0},
        "_no_oov": {"num_oov_indices": 0, "vocabulary": list(range(11, -1, -1))},
        "_special_tokens": {"vocabulary": [0, -1, 9, 4], "mask_token": 0},
        "_one_hot": {"output_mode": "one_hot"},
        "_multi_hot": {"output_mode": "multi_hot", "mask_token": 3, "vocabulary": [7, 5, 11]},
        "_count_padded": {"output_mode": "count", "max_tokens": 9, "pad_to_max_tokens": True},
        "_tf_idf": {"output_mode": "tf_idf", "idf_weights": [0.5, 1.0, 0.25, 2.0, 1.5]},
        "_invert": {"invert": True},
        "_invert_mask": {"invert": True, "mask_token": 0, "num_oov_indices": 2, "oov_token": -7},
    }
    for name, o in options.items():
        yield case(f"integer_lookup{name}", lambda o=o: L.IntegerLookup(**{"vocabulary": vocabulary, **o}), (4, 6), integers=12)


def preprocessing_cases():
    for group in (size_cases, change_cases, category_cases, lookup_cases):
        yield from group()
