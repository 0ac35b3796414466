// The fields by their numbers in TensorFlow Lite's schema.
#include "lepton/formats/tflite/model_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lepton/formats/stored_tensor.hpp"

namespace lepton::formats {
namespace {

constexpr std::array<std::string_view, 160> kOperatorNames = {"ADD",
                                                              "AVERAGE_POOL_2D",
                                                              "CONCATENATION",
                                                              "CONV_2D",
                                                              "DEPTHWISE_CONV_2D",
                                                              "DEPTH_TO_SPACE",
                                                              "DEQUANTIZE",
                                                              "EMBEDDING_LOOKUP",
                                                              "FLOOR",
                                                              "FULLY_CONNECTED",
                                                              "HASHTABLE_LOOKUP",
                                                              "L2_NORMALIZATION",
                                                              "L2_POOL_2D",
                                                              "LOCAL_RESPONSE_NORMALIZATION",
                                                              "LOGISTIC",
                                                              "LSH_PROJECTION",
                                                              "LSTM",
                                                              "MAX_POOL_2D",
                                                              "MUL",
                                                              "RELU",
                                                              "RELU_N1_TO_1",
                                                              "RELU6",
                                                              "RESHAPE",
                                                              "RESIZE_BILINEAR",
                                                              "RNN",
                                                              "SOFTMAX",
                                                              "SPACE_TO_DEPTH",
                                                              "SVDF",
                                                              "TANH",
                                                              "CONCAT_EMBEDDINGS",
                                                              "SKIP_GRAM",
                                                              "CALL",
                                                              "CUSTOM",
                                                              "EMBEDDING_LOOKUP_SPARSE",
                                                              "PAD",
                                                              "UNIDIRECTIONAL_SEQUENCE_RNN",
                                                              "GATHER",
                                                              "BATCH_TO_SPACE_ND",
                                                              "SPACE_TO_BATCH_ND",
                                                              "TRANSPOSE",
                                                              "MEAN",
                                                              "SUB",
                                                              "DIV",
                                                              "SQUEEZE",
                                                              "UNIDIRECTIONAL_SEQUENCE_LSTM",
                                                              "STRIDED_SLICE",
                                                              "BIDIRECTIONAL_SEQUENCE_RNN",
                                                              "EXP",
                                                              "TOPK_V2",
                                                              "SPLIT",
                                                              "LOG_SOFTMAX",
                                                              "DELEGATE",
                                                              "BIDIRECTIONAL_SEQUENCE_LSTM",
                                                              "CAST",
                                                              "PRELU",
                                                              "MAXIMUM",
                                                              "ARG_MAX",
                                                              "MINIMUM",
                                                              "LESS",
                                                              "NEG",
                                                              "PADV2",
                                                              "GREATER",
                                                              "GREATER_EQUAL",
                                                              "LESS_EQUAL",
                                                              "SELECT",
                                                              "SLICE",
                                                              "SIN",
                                                              "TRANSPOSE_CONV",
                                                              "SPARSE_TO_DENSE",
                                                              "TILE",
                                                              "EXPAND_DIMS",
                                                              "EQUAL",
                                                              "NOT_EQUAL",
                                                              "LOG",
                                                              "SUM",
                                                              "SQRT",
                                                              "RSQRT",
                                                              "SHAPE",
                                                              "POW",
                                                              "ARG_MIN",
                                                              "FAKE_QUANT",
                                                              "REDUCE_PROD",
                                                              "REDUCE_MAX",
                                                              "PACK",
                                                              "LOGICAL_OR",
                                                              "ONE_HOT",
                                                              "LOGICAL_AND",
                                                              "LOGICAL_NOT",
                                                              "UNPACK",
                                                              "REDUCE_MIN",
                                                              "FLOOR_DIV",
                                                              "REDUCE_ANY",
                                                              "SQUARE",
                                                              "ZEROS_LIKE",
                                                              "FILL",
                                                              "FLOOR_MOD",
                                                              "RANGE",
                                                              "RESIZE_NEAREST_NEIGHBOR",
                                                              "LEAKY_RELU",
                                                              "SQUARED_DIFFERENCE",
                                                              "MIRROR_PAD",
                                                              "ABS",
                                                              "SPLIT_V",
                                                              "UNIQUE",
                                                              "CEIL",
                                                              "REVERSE_V2",
                                                              "ADD_N",
                                                              "GATHER_ND",
                                                              "COS",
                                                              "WHERE",
                                                              "RANK",
                                                              "ELU",
                                                              "REVERSE_SEQUENCE",
                                                              "MATRIX_DIAG",
                                                              "QUANTIZE",
                                                              "MATRIX_SET_DIAG",
                                                              "ROUND",
                                                              "HARD_SWISH",
                                                              "IF",
                                                              "WHILE",
                                                              "NON_MAX_SUPPRESSION_V4",
                                                              "NON_MAX_SUPPRESSION_V5",
                                                              "SCATTER_ND",
                                                              "SELECT_V2",
                                                              "DENSIFY",
                                                              "SEGMENT_SUM",
                                                              "BATCH_MATMUL",
                                                              "PLACEHOLDER_FOR_GREATER_OP_CODES",
                                                              "CUMSUM",
                                                              "CALL_ONCE",
                                                              "BROADCAST_TO",
                                                              "RFFT2D",
                                                              "CONV_3D",
                                                              "IMAG",
                                                              "REAL",
                                                              "COMPLEX_ABS",
                                                              "HASHTABLE",
                                                              "HASHTABLE_FIND",
                                                              "HASHTABLE_IMPORT",
                                                              "HASHTABLE_SIZE",
                                                              "REDUCE_ALL",
                                                              "CONV_3D_TRANSPOSE",
                                                              "VAR_HANDLE",
                                                              "READ_VARIABLE",
                                                              "ASSIGN_VARIABLE",
                                                              "BROADCAST_ARGS",
                                                              "RANDOM_STANDARD_NORMAL",
                                                              "BUCKETIZE",
                                                              "RANDOM_UNIFORM",
                                                              "MULTINOMIAL",
                                                              "GELU",
                                                              "DYNAMIC_UPDATE_SLICE",
                                                              "RELU_0_TO_1",
                                                              "UNSORTED_SEGMENT_PROD",
                                                              "UNSORTED_SEGMENT_MAX",
                                                              "UNSORTED_SEGMENT_SUM",
                                                              "ATAN2",
                                                              "UNSORTED_SEGMENT_MIN",
                                                              "SIGN",
                                                              "BITCAST"};
constexpr int kCustom = 32;

struct TypeRow {
  std::string_view name;
  std::optional<DType> dtype;
};
constexpr std::array<TypeRow, 21> kTypes = {{{"float32", DType::kF32},
                                             {"float16", DType::kF16},
                                             {"int32", DType::kI32},
                                             {"uint8", DType::kU8},
                                             {"int64", DType::kI64},
                                             {"string", {}},
                                             {"bool", DType::kBool},
                                             {"int16", DType::kI16},
                                             {"complex64", {}},
                                             {"int8", DType::kI8},
                                             {"float64", DType::kF64},
                                             {"complex128", {}},
                                             {"uint64", DType::kU64},
                                             {"resource", {}},
                                             {"variant", {}},
                                             {"uint32", DType::kU32},
                                             {"uint16", DType::kU16},
                                             {"int4", {}},
                                             {"bfloat16", DType::kBF16},
                                             {"int2", {}},
                                             {"uint4", {}}}};

// Product of the sizes; bounded, so that nothing overflows.
std::size_t count_of(const Dims& dims, const std::string& name) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  std::int64_t elements = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0) fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' is a constant with a size of {}", name, dim);
    if (dim != 0 && elements > kMost / dim) fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' claims more than 2^40 elements", name);
    elements *= dim;
  }
  return static_cast<std::size_t>(elements);
}

class Decoder {
 public:
  Decoder(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) : root_(FlatTable::root(bytes)), owner_(std::move(owner)) {}

  TfLiteModelFile model() {
    const auto version = root_.number<std::uint32_t>(0, 0);
    if (version != 3) fail(ErrorCode::kUnsupported, "tflite: the file is of schema version {}, only 3 is known", version);
    const std::vector<FlatTable> subgraphs = root_.tables(2);
    if (subgraphs.size() != 1)
      fail(ErrorCode::kUnsupported, "tflite: the model has {} subgraphs; only models of one are read (no IF, no WHILE)", subgraphs.size());
    buffers_ = root_.tables(4);
    codes_ = root_.tables(1);
    TfLiteModelFile made;
    made.description = root_.text(3);
    const FlatTable& graph = subgraphs.front();
    for (const FlatTable& one : graph.tables(0)) made.tensors.push_back(tensor(one));
    num_tensors_ = made.tensors.size();
    made.inputs = indices(graph, 1, "the model's inputs", false);
    made.outputs = indices(graph, 2, "the model's outputs", false);
    for (const FlatTable& one : graph.tables(3)) made.operators.push_back(op(one));
    return made;
  }

 private:
  TfLiteTensor tensor(const FlatTable& table) {
    TfLiteTensor made;
    made.name = table.text(3);
    const auto type = static_cast<std::size_t>(table.number<std::uint8_t>(1, 0));
    if (type < kTypes.size()) made.dtype = kTypes[type].dtype;
    made.kind = type < kTypes.size() ? std::string(kTypes[type].name) : fmt::format("type {}", type);
    if (table.has(6)) fail(ErrorCode::kUnsupported, "tflite: tensor '{}' is sparse, which Lepton does not have", made.name);
    if (table.number<std::uint32_t>(10, 0) != 0)
      fail(ErrorCode::kUnsupported, "tflite: tensor '{}' has its data outside of the file", made.name);
    const std::vector<std::int32_t> dims = table.numbers<std::int32_t>(0), open = table.numbers<std::int32_t>(7);
    if (dims.size() > 32) fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' has {} axes", made.name, dims.size());
    for (std::size_t i = 0; i < dims.size(); ++i) {
      const bool is_open = open.size() == dims.size() && open[i] == -1;
      if (dims[i] < 0 && !is_open) fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' has a size of {}", made.name, dims[i]);
      made.dims.push_back(is_open ? kAnyDim : dims[i]);
    }
    if (const auto quantization = table.table(4)) made.quantization = quantization_of(*quantization, made);
    read_value(table, made);
    return made;
  }

  std::optional<TfLiteQuantization> quantization_of(const FlatTable& table, const TfLiteTensor& of) const {
    TfLiteQuantization made;
    made.scales = table.numbers<float>(2);
    if (made.scales.empty()) return std::nullopt;
    made.zero_points = table.numbers<std::int64_t>(3);
    made.axis = table.number<std::int32_t>(6, 0);
    if (made.zero_points.empty()) made.zero_points.assign(made.scales.size(), 0);
    const bool spread = made.scales.size() > 1;
    const bool fits = made.zero_points.size() == made.scales.size() &&
                      (!spread || (made.axis >= 0 && made.axis < std::ssize(of.dims) &&
                                   of.dims[static_cast<std::size_t>(made.axis)] == std::ssize(made.scales)));
    if (!fits)
      fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' has {} scales and {} zero points, which do not fit axis {} of its shape", of.name,
           made.scales.size(), made.zero_points.size(), made.axis);
    for (const float scale : made.scales) {
      if (!std::isfinite(scale) || scale <= 0) fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' has the scale {}", of.name, scale);
    }
    return made;
  }

  void read_value(const FlatTable& table, TfLiteTensor& made) const {
    const auto buffer = table.number<std::uint32_t>(2, 0);
    if (buffer == 0) return;  // by convention the empty one
    if (buffer >= buffers_.size())
      fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' is in buffer {} of {}", made.name, buffer, buffers_.size());
    if (buffers_[buffer].number<std::uint64_t>(1, 0) > 1)
      fail(ErrorCode::kUnsupported, "tflite: tensor '{}' lies behind the FlatBuffer, as in models over 2 GB", made.name);
    const std::span<const std::byte> data = buffers_[buffer].bytes(0);
    if (data.empty() || !made.dtype) return;
    const std::size_t wanted = count_of(made.dims, made.name) * size_of(*made.dtype);
    if (data.size() != wanted)
      fail(ErrorCode::kDataCorrupt, "tflite: tensor '{}' has {} bytes of data, but {}{} needs {}", made.name, data.size(), made.kind,
           Shape(made.dims), wanted);
    made.value = StoredTensor(data, {*made.dtype, Shape(made.dims)}, owner_).value();
  }

  std::vector<int> indices(const FlatTable& of, int field, const std::string& what, bool may_lack) const {
    std::vector<int> all = of.numbers<std::int32_t>(field);
    for (const int i : all) {
      if (i >= static_cast<std::int64_t>(num_tensors_) || i < (may_lack ? -1 : 0))
        fail(ErrorCode::kDataCorrupt, "tflite: {} name tensor {} of {}", what, i, num_tensors_);
    }
    return all;
  }

  TfLiteOperator op(const FlatTable& table) const {
    const auto index = table.number<std::uint32_t>(0, 0);
    if (index >= codes_.size()) fail(ErrorCode::kDataCorrupt, "tflite: an operator has the code {} of {}", index, codes_.size());
    const FlatTable& code = codes_[index];
    TfLiteOperator made;
    // Codes over 127 stand in a later field; the older one is there for old readers.
    made.code = std::max<int>(code.number<std::int32_t>(3, 0), code.number<std::int8_t>(0, 0));
    made.name = made.code == kCustom ? "custom operator " + code.text(1) : tflite_operator_name(made.code);
    made.inputs = indices(table, 1, "the inputs of a " + made.name, true);
    made.outputs = indices(table, 2, "the outputs of a " + made.name, false);
    made.options = table.table(4);
    return made;
  }

  FlatTable root_;
  std::shared_ptr<const void> owner_;
  std::vector<FlatTable> buffers_, codes_;
  std::size_t num_tensors_ = 0;
};

}  // namespace

std::string tflite_operator_name(int code) {
  if (code < 0 || code >= std::ssize(kOperatorNames)) return fmt::format("operator {}", code);
  return std::string(kOperatorNames[static_cast<std::size_t>(code)]);
}

bool is_tflite(std::span<const std::byte> bytes) { return bytes.size() >= 8 && std::memcmp(bytes.data() + 4, "TFL3", 4) == 0; }

Result<TfLiteModelFile> read_tflite(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  return catch_error([&] {
    if (!is_tflite(bytes)) fail(ErrorCode::kDataCorrupt, "tflite: the file does not carry TensorFlow Lite's mark 'TFL3' at byte 4");
    return Decoder(bytes, std::move(owner)).model();
  });
}

}  // namespace lepton::formats
