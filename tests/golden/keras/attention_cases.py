"""Lists the cases of attention layers. `call` are arguments of the call that Lepton has in the configuration."""
from keras import layers as L
from layer_cases import case


def score_cases():
    query, value, key = (2, 3, 4), (2, 5, 4), (2, 5, 4)
    for name, make in {"attention": L.Attention, "additive_attention": L.AdditiveAttention}.items():
        yield case(name, make, query, value)
        yield case(name + "_key", make, query, value, key)
        yield case(name + "_causal", make, query, value, call={"use_causal_mask": True})
        yield case(name + "_scores", make, query, value, call={"return_attention_scores": True})
        yield case(name + "_masked", make, query, value, mask_inputs=2)
        yield case(name + "_masked_causal_scores", make, query, value, key, mask_inputs=2,
                   call={"use_causal_mask": True, "return_attention_scores": True})
    yield case("attention_scale", lambda: L.Attention(use_scale=True), query, value)
    yield case("attention_concat", lambda: L.Attention(score_mode="concat"), query, value)
    yield case("attention_concat_scale", lambda: L.Attention(score_mode="concat", use_scale=True), query, value)
    yield case("additive_attention_no_scale", lambda: L.AdditiveAttention(use_scale=False), query, value)


def head_cases():
    query, value, key = (2, 3, 4), (2, 5, 6), (2, 5, 7)
    # With a dropout (which does nothing here) Keras computes the softmax in float64; without one JAX does it in float32.
    kinds = {
        "multi_head_attention": lambda dropout=0.1, **o: L.MultiHeadAttention(2, 3, dropout=dropout, **o),
        "grouped_query_attention": lambda dropout=0.1, **o: L.GroupQueryAttention(3, 4, 2, dropout=dropout, **o),
    }
    for name, make in kinds.items():
        apart = {"positional": True}
        yield case(name, make, query, value, **apart)
        yield case(name + "_key", make, query, value, key, **apart)
        yield case(name + "_causal", make, query, value, call={"use_causal_mask": True}, **apart)
        yield case(name + "_scores", make, query, value, call={"return_attention_scores": True}, **apart)
        yield case(name + "_no_bias", lambda make=make: make(use_bias=False), query, value, **apart)
        yield case(name + "_gate", lambda make=make: make(use_gate=True), query, value, **apart)
        yield case(name + "_window", lambda make=make: make(sliding_window=2), query, value, **apart)
        # A query that may look nowhere looks everywhere only without one.
        masked = {"positional": True, "tolerance": 3e-6}
        plain = lambda make=make: make(dropout=0.0)
        yield case(name + "_masked", plain, query, value, mask_inputs=2, **masked)
        yield case(name + "_masked_causal_key", plain, query, value, key, mask_inputs=3, call={"use_causal_mask": True}, **masked)
        yield case(name + "_one_mask", plain, query, value, mask_inputs=1, **masked)
    yield case("multi_head_attention_value_dim", lambda: L.MultiHeadAttention(2, 3, value_dim=5, dropout=0.1), query, value, positional=True)
    yield case("multi_head_attention_output_shape", lambda: L.MultiHeadAttention(2, 3, output_shape=5, dropout=0.1), query, value, positional=True)


def attention_cases():
    for group in (score_cases, head_cases):
        yield from group()
