// Attention: each query takes what it wants of the values, by how well it fits their keys. Inputs are query [N, T, C], value [N, S, …]
// and key [N, S, …] (the value if left out). Masked steps of the value or key are not looked at.
#pragma once

#include "lepton/nn/layers/core.hpp"

namespace lepton::nn {

struct AttentionOptions {
  bool use_scale = false;          // learn a factor of the scores
  std::string score_mode = "dot";  // or concat: c * sum(tanh(query + key))
  double dropout = 0;              // of the attention weights
  bool use_causal_mask = false;    // step t sees the steps up to t
  bool return_attention_scores = false;
  std::string name = {};
};
/// Dot-product attention (Luong et al. 2015). Outputs: [N, T, C of the value], then the weights [N, T, S] if they are wanted. Query and key
/// have as many channels. Masked queries give 0, and their mask is the output's.
Layer Attention(const AttentionOptions& options = {});

struct AdditiveAttentionOptions {
  bool use_scale = true;
  double dropout = 0;
  bool use_causal_mask = false;
  bool return_attention_scores = false;
  std::string name = {};
};
/// As Attention, with the scores sum(scale * tanh(query + key)) (Bahdanau et al. 2015).
Layer AdditiveAttention(const AdditiveAttentionOptions& options = {});

struct MultiHeadAttentionOptions {
  std::int64_t value_dim = 0;     // of a head; 0: key_dim
  std::int64_t output_shape = 0;  // channels of the output; 0: those of the query
  double dropout = 0;             // of the attention weights
  bool use_bias = true;
  bool use_gate = false;            // multiply what the heads give by sigmoid(query W + b)
  std::int64_t sliding_window = 0;  // a query sees keys less than so many steps away; 0: all
  bool use_causal_mask = false;
  bool return_attention_scores = false;
  Spec kernel_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  std::string name = {};
};
/// Several dot-product attentions side by side on projections of the inputs (Vaswani et al. 2017). Outputs: [N, T, C], then the weights
/// [N, heads, T, S] if they are wanted. A masked step of the query sees all steps, and its mask is the output's. The inputs keep their
/// masks (Keras's layer takes them off, so that a sum of its input and output has none).
Layer MultiHeadAttention(std::int64_t num_heads, std::int64_t key_dim, const MultiHeadAttentionOptions& options = {});

struct GroupQueryAttentionOptions {
  double dropout = 0;  // of the attention weights
  bool use_bias = true;
  bool use_gate = false;            // multiply what the heads give by sigmoid(query W + b)
  std::int64_t sliding_window = 0;  // a query sees keys less than so many steps away; 0: all
  bool use_causal_mask = false;
  bool return_attention_scores = false;
  Spec kernel_initializer = "glorot_uniform";
  Spec bias_initializer = "zeros";
  Spec kernel_regularizer = {};
  Spec kernel_constraint = {};
  Spec bias_regularizer = {};
  Spec bias_constraint = {};
  std::string name = {};
};
/// The same where several heads of the query share one of the key and value (Ainslie et al. 2023).
Layer GroupQueryAttention(std::int64_t head_dim, std::int64_t num_query_heads, std::int64_t num_key_value_heads,
                          const GroupQueryAttentionOptions& options = {});

}  // namespace lepton::nn
