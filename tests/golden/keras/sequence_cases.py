"""Lists the cases of layers on sequences: masks, recurrent layers and what wraps them."""
from keras import layers as L
from layer_cases import case


def mask_cases():
    a, masked = (3, 6, 2), {"mask_inputs": 1}
    for name, make in {
        "dense": lambda: L.Dense(3), "activation": lambda: L.Activation("tanh"), "layer_normalization": lambda: L.LayerNormalization(),
        "global_average_pooling1d": lambda: L.GlobalAveragePooling1D(),
        "global_average_pooling1d_keepdims": lambda: L.GlobalAveragePooling1D(keepdims=True),
        "global_max_pooling1d": lambda: L.GlobalMaxPooling1D(), "conv1d": lambda: L.Conv1D(2, 3),
        "time_distributed": lambda: L.TimeDistributed(L.Dense(3)), "rms_normalization": lambda: L.RMSNormalization(),
        "reshape": lambda: L.Reshape((12,)), "rescaling": lambda: L.Rescaling(2.0, offset=1.0), "relu": lambda: L.ReLU(),
    }.items():
        yield case("masked_" + name, make, a, **masked)
    for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        merge = getattr(L, kind)
        yield case(f"masked_{kind.lower()}", lambda merge=merge: merge(), a, a, mask_inputs=2)
        yield case(f"masked_{kind.lower()}_one", lambda merge=merge: merge(), a, a, mask_inputs=1)
    yield case("masked_concatenate_axis1", lambda: L.Concatenate(axis=1), a, a, mask_inputs=2)
    yield case("masking", lambda: L.Masking(mask_value=0.0), a, **masked)


def recurrent_cases():
    """Cases with initial states name how Keras takes them (`states`)."""
    x, kinds = (3, 6, 2), {"simple_rnn": L.SimpleRNN, "lstm": L.LSTM, "gru": L.GRU}
    options = {
        "": {},
        "_states": {"return_sequences": True, "return_state": True},
        "_backwards_sequences": {"go_backwards": True, "return_sequences": True, "return_state": True},
        "_no_bias": {"use_bias": False},
        "_relu": {"activation": "relu", "unroll": True},
    }
    for name, kind in kinds.items():
        for suffix, o in options.items():
            yield case(name + suffix, lambda kind=kind, o=o: kind(4, **o), x)
        for suffix in ("", "_backwards_sequences"):
            o = options[suffix]
            yield case(f"masked_{name}{suffix}", lambda kind=kind, o=o: kind(4, **o), x, mask_inputs=1)
        count = 2 if name == "lstm" else 1
        yield case(f"masked_{name}_initial", lambda kind=kind: kind(4, return_sequences=True, return_state=True), x,
                   *[(3, 4)] * count, mask_inputs=1, states=list)
    yield case("gru_reset_before", lambda: L.GRU(4, reset_after=False, return_sequences=True), x)
    yield case("gru_reset_before_no_bias", lambda: L.GRU(4, reset_after=False, use_bias=False), x)
    yield case("gru_no_bias_sequences", lambda: L.GRU(4, use_bias=False, return_sequences=True), x)
    yield case("lstm_hard_sigmoid", lambda: L.LSTM(4, recurrent_activation="hard_sigmoid"), x)
    cells = {"simple_rnn": L.SimpleRNNCell, "lstm": L.LSTMCell, "gru": L.GRUCell}
    for name, cell in cells.items():
        yield case(f"{name}_cell", lambda cell=cell: cell(4), (3, 2), *[(3, 4)] * (2 if name == "lstm" else 1), states=list)
        yield case(f"rnn_{name}_cell", lambda cell=cell: L.RNN(cell(4), return_sequences=True), x)
    stack = [L.LSTMCell, L.GRUCell, L.SimpleRNNCell]
    yield case("rnn_stacked", lambda: L.RNN([c(n) for c, n in zip(stack, (4, 3, 2))], return_sequences=True, return_state=True), x)
    yield case("rnn_stacked_lstm_masked", lambda: L.RNN([L.LSTMCell(4), L.LSTMCell(3)], return_sequences=True), x, mask_inputs=1)
    yield case("rnn_zero_output_masked", lambda: L.RNN(L.GRUCell(4), return_sequences=True, zero_output_for_mask=True), x, mask_inputs=1)
    yield case("rnn_zero_last_masked", lambda: L.RNN(L.GRUCell(4), zero_output_for_mask=True), x, mask_inputs=1)


def convolutional_cases():
    x = (2, 3, 5, 4, 2)
    yield case("conv_lstm1d", lambda: L.ConvLSTM1D(3, 3, padding="same"), (2, 4, 6, 2))
    yield case("conv_lstm2d", lambda: L.ConvLSTM2D(3, (3, 2)), x)
    yield case("conv_lstm2d_states", lambda: L.ConvLSTM2D(3, 2, padding="same", return_sequences=True, return_state=True), x)
    yield case("conv_lstm2d_strides", lambda: L.ConvLSTM2D(2, 3, strides=2, padding="same", return_sequences=True), x)
    yield case("conv_lstm2d_dilated", lambda: L.ConvLSTM2D(2, 2, dilation_rate=2, use_bias=False), x)
    yield case("conv_lstm2d_backwards", lambda: L.ConvLSTM2D(2, 2, go_backwards=True, return_sequences=True,
                                                             recurrent_activation="hard_sigmoid"), x)
    yield case("conv_lstm3d", lambda: L.ConvLSTM3D(2, 2, padding="same"), (2, 2, 3, 2, 3, 2))


def wrapper_cases():
    x = (3, 6, 2)
    for mode in ("concat", "sum", "mul", "ave", None):
        yield case(f"bidirectional_{mode}", lambda mode=mode: L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode=mode), x)
    yield case("bidirectional_last", lambda: L.Bidirectional(L.GRU(4)), x)
    yield case("bidirectional_states", lambda: L.Bidirectional(L.LSTM(4, return_state=True)), x)
    yield case("bidirectional_initial", lambda: L.Bidirectional(L.GRU(4, return_sequences=True)), x, (3, 4), (3, 4), states=list)
    yield case("bidirectional_layers", lambda: L.Bidirectional(
        L.LSTM(4, return_sequences=True), backward_layer=L.GRU(3, return_sequences=True, go_backwards=True)), x)
    for name, o in {"sequences": {"return_sequences": True}, "last": {}}.items():
        yield case(f"masked_bidirectional_{name}", lambda o=o: L.Bidirectional(L.LSTM(4, **o)), x, mask_inputs=1)
    yield case("bidirectional_rnn", lambda: L.Bidirectional(L.RNN(L.SimpleRNNCell(3), return_sequences=True)), x)
    yield case("time_distributed_dense", lambda: L.TimeDistributed(L.Dense(3, activation="tanh")), x)
    yield case("time_distributed_conv", lambda: L.TimeDistributed(L.Conv2D(3, 2, padding="same")), (2, 3, 4, 3, 2))
    yield case("time_distributed_lstm", lambda: L.TimeDistributed(L.LSTM(3)), (2, 3, 4, 2))


def sequence_cases():
    for group in (mask_cases, recurrent_cases, convolutional_cases, wrapper_cases):
        yield from group()
