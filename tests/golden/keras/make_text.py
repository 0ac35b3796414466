"""Makes text/: what Keras's StringLookup, TextVectorization and Hashing learn from texts and make of them, as JSON alone."""
import case_writer  # first: chooses the backend
import numpy as np
import tensorflow as tf
from case_writer import Folder, clean
from keras import layers as L

TEXTS = ["The cat sat on the mat.", "A dog, a cat & a bird!", "  the DOG's   dog-house\tis\nred ", "Äpfel, ÄPFEL und Birnen", "", "?!"]
NEW = ["the red bird", "A zebra ate the äpfel", "", "cat cat cat dog's", "naïve 😀 cat"]
WORDS = [["red"], ["green"], ["red"], ["blue"], ["green"], ["red"], ["pink"]]
BAGS = [["red", "red", "blue"], ["green", "red", ""], ["violet", "", "blue"]]


def numbers(y):
    y = np.asarray(y)
    return [[float(v) if y.dtype.kind == "f" else int(v) for v in row.reshape(-1)] for row in y]


def vectorizer_cases():
    options = {
        "plain": {},
        "lower": {"standardize": "lower"},
        "strip_punctuation": {"standardize": "strip_punctuation"},
        "as_it_is": {"standardize": None},
        "characters": {"split": "character"},
        "characters_pairs": {"split": "character", "ngrams": (2,), "standardize": "lower"},
        "whole": {"split": None},
        "up_to_pairs": {"ngrams": 2},
        "triples_then_words": {"ngrams": (3, 1)},
        "few_tokens": {"max_tokens": 6},
        "length_4": {"output_sequence_length": 4},
        "length_12": {"output_sequence_length": 12},
        "multi_hot": {"output_mode": "multi_hot"},
        "count": {"output_mode": "count"},
        "count_padded": {"output_mode": "count", "max_tokens": 30, "pad_to_max_tokens": True},
        "tf_idf": {"output_mode": "tf_idf"},
        "tf_idf_few": {"output_mode": "tf_idf", "max_tokens": 5},
        "tf_idf_padded": {"output_mode": "tf_idf", "max_tokens": 30, "pad_to_max_tokens": True, "ngrams": 2},
    }
    for name, o in options.items():
        layer = L.TextVectorization(**o)
        layer.adapt(TEXTS)
        inputs = NEW if o.get("split", "") is not None else NEW + TEXTS
        made = layer(tf.constant(inputs))
        yield {"name": "vectorizer_" + name, "kind": "text_vectorizer", "config": clean(layer.get_config()) | {"ngrams": o.get("ngrams")},
               "fit": TEXTS, "vocabulary": layer.get_vocabulary(), "inputs": inputs, "outputs": numbers(made)}


def lookup_cases():
    options = {
        "plain": {},
        "mask": {"mask_token": "red"},
        "three_oov": {"num_oov_indices": 3, "mask_token": ""},
        "salted": {"num_oov_indices": 5, "salt": [17, 4]},
        "few_tokens": {"max_tokens": 3},
        "one_hot": {"output_mode": "one_hot"},
        "multi_hot": {"output_mode": "multi_hot", "mask_token": ""},
        "count": {"output_mode": "count", "num_oov_indices": 2},
        "tf_idf": {"output_mode": "tf_idf"},
    }
    for name, o in options.items():
        for known in (None, ["pink", "red", "green"]):
            if known and o.get("output_mode") == "tf_idf":
                o = o | {"idf_weights": [0.5, 2.0, 1.25]}
            if known and o.get("mask_token") == "red" or known and "max_tokens" in o:
                continue
            layer = L.StringLookup(vocabulary=known, **o)
            if not known:
                layer.adapt(WORDS)
            yield {"name": f"lookup_{name}{'_known' if known else ''}", "kind": "string_lookup", "config": clean(layer.get_config()),
                   "fit": WORDS, "vocabulary": layer.get_vocabulary(), "inputs": BAGS, "outputs": numbers(layer(np.array(BAGS)))}


def hashing_cases():
    words = ["", "a", "cat", "seven b", "eight by", "Äpfel", "a text of seventeen", "x" * 32, "y" * 33, "z" * 64, "w" * 65, "ab" * 64, "q" * 300]
    whole = [0, 1, -1, 42, -1234567, 2**31, 2**53 + 1, -2**63]
    options = {"plain": {"num_bins": 1009}, "one_bin": {"num_bins": 1}, "salted": {"num_bins": 997, "salt": [1337, -42]},
               "mask": {"num_bins": 7, "mask_value": "cat"}, "mask_salted": {"num_bins": 5, "mask_value": "", "salt": [3, 3]}}
    for name, o in options.items():
        yield {"name": "hashing_" + name, "kind": "hashing", "config": clean(L.Hashing(**o).get_config()), "inputs": words,
               "outputs": numbers(L.Hashing(**o)(np.array(words)))}
    for name, o in {"plain": {"num_bins": 1009}, "salted": {"num_bins": 997, "salt": [1337, -42]}, "mask": {"num_bins": 7, "mask_value": 42}}.items():
        yield {"name": "hashing_integers_" + name, "kind": "hashing", "config": clean(L.Hashing(**o).get_config()), "inputs": whole,
               "outputs": numbers(L.Hashing(**o)(np.array(whole)))}


def main():
    folder = Folder("text", "vocabularies learnt from `fit`, and `outputs` for `inputs`, row by row")
    for cases in (vectorizer_cases, lookup_cases, hashing_cases):
        for case in cases():
            folder.add(case, {})
    folder.close(["keras", "tensorflow-cpu", "numpy"])


if __name__ == "__main__":
    main()
