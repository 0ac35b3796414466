"""Makes the corpus of the ONNX fuzz target: small models with every kind of structure. Usage: make_onnx_corpus.py FOLDER (needs onnx)"""
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, BOOL, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.STRING


def info(name, kind, *dims):
    return helper.make_tensor_value_info(name, kind, dims)


def constant(name, values, kind=np.float32):
    return numpy_helper.from_array(np.array(values, kind), name)


def model(nodes, inputs, outputs, constants=(), functions=(), opset=21):
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(constants))
    opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(f.domain, 1) for f in functions]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions))


def models():
    node = helper.make_node
    x = info("x", FLOAT, "n", 4)
    yield "dense", model([node("Gemm", ["x", "w", "b"], ["h"], transB=1), node("Relu", ["h"], ["y"])], [x], [info("y", FLOAT, "n", 3)],
                         [constant("w", np.ones((3, 4))), constant("b", [1, 2, 3])])
    yield "conv", model([node("Conv", ["p", "w"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]), node("MaxPool", ["c"], ["y"], kernel_shape=[2, 2])],
                        [info("p", FLOAT, 1, 2, 6, 6)], [info("y", FLOAT, 1, 2, 2, 2)], [constant("w", np.ones((2, 2, 3, 3)))])
    yield "shapes", model([node("Shape", ["x"], ["s"]), node("Gather", ["s", "i"], ["d"]), node("Concat", ["d", "m"], ["t"], axis=0),
                           node("Reshape", ["x", "t"], ["y"])], [x], [info("y", FLOAT, None, None)],
                          [constant("i", [0], np.int64), constant("m", [-1], np.int64)])
    then = helper.make_graph([node("Neg", ["x"], ["a"])], "t", [], [info("a", FLOAT, None, 4)])
    other = helper.make_graph([node("Abs", ["x"], ["b"])], "e", [], [info("b", FLOAT, None, 4)])
    yield "if", model([node("ReduceSum", ["x"], ["s"], keepdims=0), node("Less", ["s", "z"], ["c"]),
                       node("If", ["c"], ["y"], then_branch=then, else_branch=other)], [x], [info("y", FLOAT, None, 4)], [constant("z", 0)])
    body = helper.make_graph([node("Add", ["v", "v"], ["w"]), node("Identity", ["c"], ["d"]), node("Identity", ["w"], ["o"])], "body",
                             [info("i", INT64), info("c", BOOL), info("v", FLOAT, None, 4)],
                             [info("d", BOOL), info("w", FLOAT, None, 4), info("o", FLOAT, None, 4)])
    yield "loop", model([node("Loop", ["m", "", "x"], ["y", "all"], body=body)], [x], [info("y", FLOAT, None, 4)], [constant("m", 3, np.int64)])
    step = helper.make_graph([node("Add", ["s", "e"], ["t"]), node("Identity", ["t"], ["u"])], "step",
                             [info("s", FLOAT, 4), info("e", FLOAT, 4)], [info("t", FLOAT, 4), info("u", FLOAT, 4)])
    yield "scan", model([node("Scan", ["z", "x"], ["last", "y"], body=step, num_scan_inputs=1)], [info("x", FLOAT, 3, 4)],
                        [info("y", FLOAT, 3, 4)], [constant("z", np.zeros(4))])
    twice = helper.make_function("mine", "Twice", ["a"], ["b"],
                                 [node("Constant", [], ["two"], value_float=2.0), node("Mul", ["a", "two"], ["b"])],
                                 [helper.make_opsetid("", 21)])
    yield "function", model([node("Twice", ["x"], ["y"], domain="mine")], [x], [info("y", FLOAT, None, 4)], functions=[twice])
    yield "quantized", model([node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["y"])], [x],
                             [info("y", FLOAT, None, 4)], [constant("s", 0.1), constant("z", 3, np.uint8)])
    yield "lstm", model([node("LSTM", ["p", "w", "r"], ["y"], hidden_size=2, direction="bidirectional")], [info("p", FLOAT, 2, 1, 3)],
                        [info("y", FLOAT, 2, 2, 1, 2)], [constant("w", np.ones((2, 8, 3))), constant("r", np.ones((2, 8, 2)))])
    yield "data_dependent", model([node("NonZero", ["k"], ["i"]), node("Transpose", ["i"], ["j"]), node("GatherND", ["k", "j"], ["y"])], [],
                                  [info("y", FLOAT, None)], [constant("k", [[0, 1], [2, 0]])])
    far = constant("w", np.ones(4))
    far.ClearField("raw_data")
    far.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../weights.bin"), ("offset", "0"), ("length", "16")):
        far.external_data.add(key=key, value=value)
    yield "external", model([node("Add", ["x", "w"], ["y"])], [x], [info("y", FLOAT, None, 4)], [far])
    yield "resize", model([node("Resize", ["p", "", "s"], ["y"], mode="cubic")], [info("p", FLOAT, 1, 1, 3, 3)], [info("y", FLOAT, 1, 1, 6, 6)],
                          [constant("s", [1, 1, 2, 2])])
    yield "sequence", model([node("SplitToSequence", ["x", "one"], ["q"], axis=1), node("ConcatFromSequence", ["q"], ["y"], axis=0)], [x],
                            [info("y", FLOAT, None, None)], [constant("one", 1, np.int64)])
    words = info("words", STRING, 2)
    yield "texts", model([node("StringNormalizer", ["words"], ["n"], case_change_action="LOWER", stopwords=["a"]),
                          node("StringSplit", ["n"], ["parts", "count"], delimiter=","), node("StringConcat", ["n", "tail"], ["y"])], [words],
                         [info("y", STRING, None), info("count", INT64, None)], [helper.make_tensor("tail", STRING, [1], [b"!"])])
    yield "text_to_number", model([node("Cast", ["words"], ["y"], to=FLOAT)], [words], [info("y", FLOAT, 2)])
    yield "tfidf", model([node("TfIdfVectorizer", ["words"], ["y"], mode="TF", min_gram_length=1, max_gram_length=2, max_skip_count=0,
                               ngram_counts=[0, 2], ngram_indexes=[0, 1, 2], pool_strings=["a", "b", "a", "b"])], [words], [info("y", FLOAT, 3)])
    yield "labels", model([node("ArgMax", ["x"], ["i"], axis=1, keepdims=0), node("Gather", ["names", "i"], ["y"])], [x],
                          [info("y", STRING, None)], [helper.make_tensor("names", STRING, [4], [b"a", b"b", b"c", b"d"])])


def main():
    folder = Path(sys.argv[1])
    for name, made in models():
        (folder / f"{name}.onnx").write_bytes(made.SerializeToString())


if __name__ == "__main__":
    main()
