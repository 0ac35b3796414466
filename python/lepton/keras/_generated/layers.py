"""Layers that Keras and Lepton both have. Made by python/tools/make_package.py; do not change it by hand."""
from __future__ import annotations

from typing import Any

from .._layer import BuiltIn


class Activation(BuiltIn):
    """Applies an activation function."""


    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class ActivityRegularization(BuiltIn):
    """Adds a penalty on its input to the loss."""


    def __init__(self, l1: Any = 0.0, l2: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveAveragePooling1D(BuiltIn):
    """Mean of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveAveragePooling2D(BuiltIn):
    """Mean of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveAveragePooling3D(BuiltIn):
    """Mean of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveMaxPooling1D(BuiltIn):
    """Largest value of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveMaxPooling2D(BuiltIn):
    """Largest value of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class AdaptiveMaxPooling3D(BuiltIn):
    """Largest value of as many windows as the result has places."""


    def __init__(self, output_size: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Add(BuiltIn):
    """Sum of the inputs."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class AdditiveAttention(BuiltIn):
    """What each query wants of the values, by a sum of query and key."""


    def __init__(self, use_scale: bool = True, dropout: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(locals())


class AlphaDropout(BuiltIn):
    """Dropout that keeps mean and variance of self-normalising networks."""


    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Attention(BuiltIn):
    """What each query wants of the values, by the product of query and key."""


    def __init__(self, use_scale: bool = False, score_mode: Any = 'dot', dropout: Any = 0.0, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Average(BuiltIn):
    """Mean of the inputs."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class AveragePooling1D(BuiltIn):
    """Mean of each window of [N, steps, C]; padding does not count."""


    def __init__(
            self, pool_size: Any, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class AveragePooling2D(BuiltIn):
    """Mean of each window of [N, H, W, C]; padding does not count."""


    def __init__(
            self, pool_size: Any, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class AveragePooling3D(BuiltIn):
    """Mean of each window of [N, D, H, W, C]; padding does not count."""


    def __init__(
            self, pool_size: Any, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class BatchNormalization(BuiltIn):
    """Normalises each channel over the batch; uses moving statistics at inference."""


    def __init__(
            self, axis: Any = -1, momentum: Any = 0.99, epsilon: Any = 0.001, center: bool = True, scale: bool = True,
            beta_initializer: Any = 'zeros', gamma_initializer: Any = 'ones', moving_mean_initializer: Any = 'zeros',
            moving_variance_initializer: Any = 'ones', beta_regularizer: Any = None, gamma_regularizer: Any = None,
            beta_constraint: Any = None, gamma_constraint: Any = None, renorm: bool = False, renorm_clipping: Any = None,
            renorm_momentum: Any = 0.99, synchronized: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Bidirectional(BuiltIn):
    """A recurrent layer in both directions."""


    def __init__(self, layer: Any, merge_mode: Any = 'concat', weights: Any = None, backward_layer: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class CategoryEncoding(BuiltIn):
    """Whole numbers as vectors that have a place for each of them."""


    def __init__(self, num_tokens: Any = None, output_mode: Any = 'multi_hot', sparse: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class CenterCrop(BuiltIn):
    """Cuts the middle out of pictures."""


    def __init__(self, height: Any, width: Any, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Concatenate(BuiltIn):
    """Joins features along an axis."""


    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(locals())


class Conv1D(BuiltIn):
    """1-D convolution over [N, steps, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = 1, groups: Any = 1, activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Conv1DTranspose(BuiltIn):
    """Transposed 1-D convolution over [N, steps, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', output_padding: Any = None,
            data_format: Any = None, dilation_rate: Any = 1, activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Conv2D(BuiltIn):
    """2-D convolution over [N, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = (1, 1), groups: Any = 1, activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Conv2DTranspose(BuiltIn):
    """Transposed 2-D convolution over [N, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = 'valid', output_padding: Any = None,
            data_format: Any = None, dilation_rate: Any = (1, 1), activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Conv3D(BuiltIn):
    """3-D convolution over [N, D, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = (1, 1, 1), padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = (1, 1, 1), groups: Any = 1, activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Conv3DTranspose(BuiltIn):
    """Transposed 3-D convolution over [N, D, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = (1, 1, 1), padding: Any = 'valid', data_format: Any = None,
            output_padding: Any = None, dilation_rate: Any = (1, 1, 1), activation: Any = None, use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class ConvLSTM1D(BuiltIn):
    """LSTM with convolutions over [N, T, steps, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = 1, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
            dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: bool = False, return_state: bool = False,
            go_backwards: bool = False, stateful: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class ConvLSTM2D(BuiltIn):
    """LSTM with convolutions over [N, T, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = 1, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
            dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: bool = False, return_state: bool = False,
            go_backwards: bool = False, stateful: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class ConvLSTM3D(BuiltIn):
    """LSTM with convolutions over [N, T, D, H, W, C]."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = 1, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
            dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: bool = False, return_state: bool = False,
            go_backwards: bool = False, stateful: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Cropping1D(BuiltIn):
    """Cuts elements off the ends of the spatial axes."""


    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(locals())


class Cropping2D(BuiltIn):
    """Cuts elements off the ends of the spatial axes."""


    def __init__(self, cropping: Any = ((0, 0), (0, 0)), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Cropping3D(BuiltIn):
    """Cuts elements off the ends of the spatial axes."""


    def __init__(self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class Dense(BuiltIn):
    """Fully connected layer: activation(x W + b) over the last axis."""


    def __init__(
            self, units: Any, activation: Any = None, use_bias: bool = True, kernel_initializer: Any = 'glorot_uniform',
            bias_initializer: Any = 'zeros', kernel_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None, lora_rank: Any = None,
            lora_alpha: Any = None, quantization_config: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class DepthwiseConv1D(BuiltIn):
    """Convolves each channel by itself."""


    def __init__(
            self, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', depth_multiplier: Any = 1, data_format: Any = None,
            dilation_rate: Any = 1, activation: Any = None, use_bias: bool = True, depthwise_initializer: Any = 'glorot_uniform',
            bias_initializer: Any = 'zeros', depthwise_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, depthwise_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class DepthwiseConv2D(BuiltIn):
    """Convolves each channel by itself."""


    def __init__(
            self, kernel_size: Any, strides: Any = (1, 1), padding: Any = 'valid', depth_multiplier: Any = 1, data_format: Any = None,
            dilation_rate: Any = (1, 1), activation: Any = None, use_bias: bool = True, depthwise_initializer: Any = 'glorot_uniform',
            bias_initializer: Any = 'zeros', depthwise_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, depthwise_constraint: Any = None, bias_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Discretization(BuiltIn):
    """Number of the bin that each value is in."""


    def __init__(
            self, bin_boundaries: Any = None, num_bins: Any = None, epsilon: Any = 0.01, output_mode: Any = 'int', sparse: bool = False,
            dtype: Any = None, name: Any = None
    ) -> None:
        super().__init__(locals())


class Dot(BuiltIn):
    """Products of two features, summed over one axis of each."""


    def __init__(self, axes: Any, normalize: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class Dropout(BuiltIn):
    """Zeroes a random share of the elements while training and scales the rest."""


    def __init__(self, rate: Any, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class ELU(BuiltIn):
    """Exponential linear unit."""


    def __init__(self, alpha: Any = 1.0, **kwargs: Any) -> None:
        super().__init__(locals())


class Embedding(BuiltIn):
    """A learnt vector for each whole number."""


    def __init__(
            self, input_dim: Any, output_dim: Any, embeddings_initializer: Any = 'uniform', embeddings_regularizer: Any = None,
            embeddings_constraint: Any = None, mask_zero: bool = False, weights: Any = None, lora_rank: Any = None, lora_alpha: Any = None,
            quantization_config: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Flatten(BuiltIn):
    """Joins all axes but the batch into one, in Keras's (channels-last) order."""


    def __init__(self, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class GRU(BuiltIn):
    """Gated recurrent unit."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
            dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: bool = False, return_state: bool = False,
            go_backwards: bool = False, stateful: bool = False, unroll: bool = False, reset_after: bool = True, use_cudnn: Any = 'auto',
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class GRUCell(BuiltIn):
    """One step of GRU."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None, kernel_constraint: Any = None,
            recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0, recurrent_dropout: Any = 0.0,
            reset_after: bool = True, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class GaussianDropout(BuiltIn):
    """Multiplies by normal noise around 1 while training."""


    def __init__(self, rate: Any, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class GaussianNoise(BuiltIn):
    """Adds normal noise while training."""


    def __init__(self, stddev: Any, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalAveragePooling1D(BuiltIn):
    """Mean of each channel over the steps that count."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalAveragePooling2D(BuiltIn):
    """Mean of each channel."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalAveragePooling3D(BuiltIn):
    """Mean of each channel."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalMaxPooling1D(BuiltIn):
    """Largest value of each channel."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalMaxPooling2D(BuiltIn):
    """Largest value of each channel."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GlobalMaxPooling3D(BuiltIn):
    """Largest value of each channel."""


    def __init__(self, data_format: Any = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class GroupNormalization(BuiltIn):
    """Normalises each sample over groups of channels and all positions."""


    def __init__(
            self, groups: Any = 32, axis: Any = -1, epsilon: Any = 0.001, center: bool = True, scale: bool = True,
            beta_initializer: Any = 'zeros', gamma_initializer: Any = 'ones', beta_regularizer: Any = None, gamma_regularizer: Any = None,
            beta_constraint: Any = None, gamma_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class GroupQueryAttention(BuiltIn):
    """Attention where several heads of the query share one of the key and value."""


    def __init__(
            self, head_dim: Any, num_query_heads: Any, num_key_value_heads: Any, dropout: Any = 0.0, use_bias: bool = True,
            sliding_window: Any = None, flash_attention: Any = None, kernel_initializer: Any = 'glorot_uniform',
            bias_initializer: Any = 'zeros', kernel_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None, use_gate: bool = False,
            seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Identity(BuiltIn):
    """Gives its input."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class IntegerLookup(BuiltIn):
    """Place of each whole number in a vocabulary, or the number at each place."""


    def __init__(
            self, max_tokens: Any = None, num_oov_indices: Any = 1, mask_token: Any = None, oov_token: Any = -1, vocabulary: Any = None,
            vocabulary_dtype: Any = 'int64', idf_weights: Any = None, invert: bool = False, output_mode: Any = 'int', sparse: bool = False,
            pad_to_max_tokens: bool = False, oov_method: Any = 'floormod', salt: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class LSTM(BuiltIn):
    """Long short-term memory."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
            dropout: Any = 0.0, recurrent_dropout: Any = 0.0, seed: Any = None, return_sequences: bool = False, return_state: bool = False,
            go_backwards: bool = False, stateful: bool = False, unroll: bool = False, use_cudnn: Any = 'auto', **kwargs: Any
    ) -> None:
        super().__init__(locals())


class LSTMCell(BuiltIn):
    """One step of LSTM."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', recurrent_activation: Any = 'sigmoid', use_bias: bool = True,
            kernel_initializer: Any = 'glorot_uniform', recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros',
            unit_forget_bias: bool = True, kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
            kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0,
            recurrent_dropout: Any = 0.0, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class LayerNormalization(BuiltIn):
    """Normalises each sample over its features."""


    def __init__(
            self, axis: Any = -1, epsilon: Any = 0.001, center: bool = True, scale: bool = True, beta_initializer: Any = 'zeros',
            gamma_initializer: Any = 'ones', beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
            gamma_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class LeakyReLU(BuiltIn):
    """x, or slope * x below 0."""


    def __init__(self, negative_slope: Any = 0.3, **kwargs: Any) -> None:
        super().__init__(locals())


class Masking(BuiltIn):
    """Lets the layers behind skip the steps whose features all have one value."""


    def __init__(self, mask_value: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(locals())


class MaxPooling1D(BuiltIn):
    """Largest value of each window of [N, steps, C]."""


    def __init__(
            self, pool_size: Any = 2, strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class MaxPooling2D(BuiltIn):
    """Largest value of each window of [N, H, W, C]."""


    def __init__(
            self, pool_size: Any = (2, 2), strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class MaxPooling3D(BuiltIn):
    """Largest value of each window of [N, D, H, W, C]."""


    def __init__(
            self, pool_size: Any = (2, 2, 2), strides: Any = None, padding: Any = 'valid', data_format: Any = None, name: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Maximum(BuiltIn):
    """Largest of the inputs."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class Minimum(BuiltIn):
    """Smallest of the inputs."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class MultiHeadAttention(BuiltIn):
    """Several attentions side by side on projections of the inputs."""


    def __init__(
            self, num_heads: Any, key_dim: Any, value_dim: Any = None, dropout: Any = 0.0, use_bias: bool = True, output_shape: Any = None,
            attention_axes: Any = None, sliding_window: Any = None, flash_attention: Any = None,
            kernel_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            bias_regularizer: Any = None, activity_regularizer: Any = None, kernel_constraint: Any = None, bias_constraint: Any = None,
            use_gate: bool = False, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Multiply(BuiltIn):
    """Product of the inputs."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class Normalization(BuiltIn):
    """Subtracts each channel's mean and divides by its deviation."""


    def __init__(self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any) -> None:
        super().__init__(locals())


class PReLU(BuiltIn):
    """x, or a learnt slope times x below 0."""


    def __init__(
            self, alpha_initializer: Any = 'Zeros', alpha_regularizer: Any = None, alpha_constraint: Any = None, shared_axes: Any = None,
            **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Permute(BuiltIn):
    """Permutes the axes of a sample."""


    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class RMSNormalization(BuiltIn):
    """Divides by the root mean square of the features and scales."""


    def __init__(self, axis: Any = -1, epsilon: Any = 1e-06, **kwargs: Any) -> None:
        super().__init__(locals())


class RNN(BuiltIn):
    """Runs a cell over the steps of a sequence."""


    def __init__(
            self, cell: Any, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False,
            stateful: bool = False, unroll: bool = False, zero_output_for_mask: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class RandomContrast(BuiltIn):
    """Spreads the values of pictures around their mean while training."""


    def __init__(self, factor: Any, value_range: Any = (0, 255), seed: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class RandomCrop(BuiltIn):
    """Cuts pictures at a random place while training."""


    def __init__(self, height: Any, width: Any, seed: Any = None, data_format: Any = None, name: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class RandomFlip(BuiltIn):
    """Mirrors pictures half of the time while training."""


    def __init__(self, mode: Any = 'horizontal_and_vertical', seed: Any = None, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class RandomRotation(BuiltIn):
    """Turns pictures while training."""


    def __init__(
            self, factor: Any, fill_mode: Any = 'reflect', interpolation: Any = 'bilinear', seed: Any = None, fill_value: Any = 0.0,
            data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class RandomTranslation(BuiltIn):
    """Moves pictures while training."""


    def __init__(
            self, height_factor: Any, width_factor: Any, fill_mode: Any = 'reflect', interpolation: Any = 'bilinear', seed: Any = None,
            fill_value: Any = 0.0, data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class RandomZoom(BuiltIn):
    """Zooms pictures while training."""


    def __init__(
            self, height_factor: Any, width_factor: Any = None, fill_mode: Any = 'reflect', interpolation: Any = 'bilinear',
            seed: Any = None, fill_value: Any = 0.0, data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class ReLU(BuiltIn):
    """max(x, 0), with a bound, a slope and a threshold."""


    def __init__(self, max_value: Any = None, negative_slope: Any = 0.0, threshold: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(locals())


class RepeatVector(BuiltIn):
    """[N, C] to [N, n, C]."""


    def __init__(self, n: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class Rescaling(BuiltIn):
    """Multiplies by scale and adds offset."""


    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(locals())


class Reshape(BuiltIn):
    """Gives each sample another shape."""


    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class Resizing(BuiltIn):
    """Resizes pictures."""


    def __init__(
            self, height: Any, width: Any, interpolation: Any = 'bilinear', crop_to_aspect_ratio: bool = False,
            pad_to_aspect_ratio: bool = False, fill_mode: Any = 'constant', fill_value: Any = 0.0, antialias: bool = False,
            data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class SeparableConv1D(BuiltIn):
    """A depthwise convolution, then one that mixes the channels."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = 1, padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = 1, depth_multiplier: Any = 1, activation: Any = None, use_bias: bool = True,
            depthwise_initializer: Any = 'glorot_uniform', pointwise_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros',
            depthwise_regularizer: Any = None, pointwise_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, depthwise_constraint: Any = None, pointwise_constraint: Any = None,
            bias_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class SeparableConv2D(BuiltIn):
    """A depthwise convolution, then one that mixes the channels."""


    def __init__(
            self, filters: Any, kernel_size: Any, strides: Any = (1, 1), padding: Any = 'valid', data_format: Any = None,
            dilation_rate: Any = (1, 1), depth_multiplier: Any = 1, activation: Any = None, use_bias: bool = True,
            depthwise_initializer: Any = 'glorot_uniform', pointwise_initializer: Any = 'glorot_uniform', bias_initializer: Any = 'zeros',
            depthwise_regularizer: Any = None, pointwise_regularizer: Any = None, bias_regularizer: Any = None,
            activity_regularizer: Any = None, depthwise_constraint: Any = None, pointwise_constraint: Any = None,
            bias_constraint: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class SimpleRNN(BuiltIn):
    """Recurrent layer whose output is the next step's state."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', use_bias: bool = True, kernel_initializer: Any = 'glorot_uniform',
            recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            recurrent_regularizer: Any = None, bias_regularizer: Any = None, activity_regularizer: Any = None,
            kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0,
            recurrent_dropout: Any = 0.0, return_sequences: bool = False, return_state: bool = False, go_backwards: bool = False,
            stateful: bool = False, unroll: bool = False, seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class SimpleRNNCell(BuiltIn):
    """One step of SimpleRNN."""


    def __init__(
            self, units: Any, activation: Any = 'tanh', use_bias: bool = True, kernel_initializer: Any = 'glorot_uniform',
            recurrent_initializer: Any = 'orthogonal', bias_initializer: Any = 'zeros', kernel_regularizer: Any = None,
            recurrent_regularizer: Any = None, bias_regularizer: Any = None, kernel_constraint: Any = None,
            recurrent_constraint: Any = None, bias_constraint: Any = None, dropout: Any = 0.0, recurrent_dropout: Any = 0.0,
            seed: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(locals())


class Softmax(BuiltIn):
    """Shares that add up to 1 along an axis."""


    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(locals())


class SpatialDropout1D(BuiltIn):
    """Zeroes whole channels of [N, steps, C] while training."""


    def __init__(self, rate: Any, seed: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class SpatialDropout2D(BuiltIn):
    """Zeroes whole channels of [N, H, W, C] while training."""


    def __init__(self, rate: Any, data_format: Any = None, seed: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class SpatialDropout3D(BuiltIn):
    """Zeroes whole channels of [N, D, H, W, C] while training."""


    def __init__(self, rate: Any, data_format: Any = None, seed: Any = None, name: Any = None, dtype: Any = None) -> None:
        super().__init__(locals())


class StackedRNNCells(BuiltIn):
    """Cells of which each takes the output of the one before."""


    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class Subtract(BuiltIn):
    """First input minus the second."""


    def __init__(self, **kwargs: Any) -> None:
        super().__init__(locals())


class TimeDistributed(BuiltIn):
    """Applies a layer to every step of a sequence."""


    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(locals())


class UnitNormalization(BuiltIn):
    """Gives each vector the length 1."""


    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(locals())


class UpSampling1D(BuiltIn):
    """Enlarges each spatial axis by a factor."""


    def __init__(self, size: Any = 2, **kwargs: Any) -> None:
        super().__init__(locals())


class UpSampling2D(BuiltIn):
    """Enlarges each spatial axis by a factor."""


    def __init__(self, size: Any = (2, 2), data_format: Any = None, interpolation: Any = 'nearest', **kwargs: Any) -> None:
        super().__init__(locals())


class UpSampling3D(BuiltIn):
    """Enlarges each spatial axis by a factor."""


    def __init__(self, size: Any = (2, 2, 2), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class ZeroPadding1D(BuiltIn):
    """Adds zeros around the spatial axes."""


    def __init__(self, padding: Any = 1, data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class ZeroPadding2D(BuiltIn):
    """Adds zeros around the spatial axes."""


    def __init__(self, padding: Any = (1, 1), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


class ZeroPadding3D(BuiltIn):
    """Adds zeros around the spatial axes."""


    def __init__(self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: Any = None, **kwargs: Any) -> None:
        super().__init__(locals())


AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
GroupedQueryAttention = GroupQueryAttention
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D

MISSING = (
    "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix", "EinsumDense", "Equalization", "FlaxLayer",
    "HashedCrossing", "Hashing", "JaxLayer", "MaxNumBoundingBoxes", "MelSpectrogram", "MixUp", "Pipeline", "RandAugment",
    "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomElasticTransform", "RandomErasing", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization", "RandomSaturation", "RandomSharpness",
    "RandomShear", "ReversibleEmbedding", "STFTSpectrogram", "Solarization", "SpectralNormalization", "StringLookup", "TFSMLayer",
    "TextVectorization", "TorchModuleWrapper"
)

__all__ = [
    "Activation", "ActivityRegularization", "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D", "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "Add", "AdditiveAttention", "AlphaDropout", "Attention",
    "Average", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNormalization",
    "Bidirectional", "CategoryEncoding", "CenterCrop", "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D",
    "Conv3DTranspose", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "Convolution1D", "Convolution1DTranspose", "Convolution2D",
    "Convolution2DTranspose", "Convolution3D", "Convolution3DTranspose", "Cropping1D", "Cropping2D", "Cropping3D", "Dense",
    "DepthwiseConv1D", "DepthwiseConv2D", "Discretization", "Dot", "Dropout", "ELU", "Embedding", "Flatten", "GRU", "GRUCell",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D", "GlobalAvgPool1D",
    "GlobalAvgPool2D", "GlobalAvgPool3D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPool3D", "GlobalMaxPooling1D",
    "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GroupNormalization", "GroupQueryAttention", "GroupedQueryAttention", "Identity",
    "IntegerLookup", "LSTM", "LSTMCell", "LayerNormalization", "LeakyReLU", "Masking", "MaxPool1D", "MaxPool2D", "MaxPool3D",
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "Maximum", "Minimum", "MultiHeadAttention", "Multiply", "Normalization", "PReLU",
    "Permute", "RMSNormalization", "RNN", "RandomContrast", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
    "RandomZoom", "ReLU", "RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv1D", "SeparableConv2D",
    "SeparableConvolution1D", "SeparableConvolution2D", "SimpleRNN", "SimpleRNNCell", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "SpatialDropout3D", "StackedRNNCells", "Subtract", "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D",
    "UpSampling3D", "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"
]
