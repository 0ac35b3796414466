// Bounded reading, then writing.
#include "lepton/serve/infer_message.hpp"

#include <algorithm>
#include <cstring>

#include "lepton/serve/tensor_json.hpp"

namespace lepton::serve {
namespace {

constexpr std::size_t kMaxRank = 16;

template <class... Args>
Error bad(fmt::format_string<Args...> format, Args&&... args) {
  return make_error(ErrorCode::kInvalidArgument, format, std::forward<Args>(args)...);
}

// Members of a JSON object: calls `member` with each key; it must go past the value.
template <class Member>
Result<void> read_object(JsonCursor& json, Member&& member) {
  LEPTON_CHECK_OK(json.expect('{'));
  for (bool first = true;; first = false) {
    LEPTON_TRY(const bool more, json.next_item('}', first));
    if (!more) return {};
    LEPTON_TRY(const std::string key, json.key());
    LEPTON_CHECK_OK(member(key));
  }
}

template <class Item>
Result<void> read_array(JsonCursor& json, Item&& item) {
  LEPTON_CHECK_OK(json.expect('['));
  for (bool first = true;; first = false) {
    LEPTON_TRY(const bool more, json.next_item(']', first));
    if (!more) return {};
    LEPTON_CHECK_OK(item());
  }
}

Result<void> skip(JsonCursor& json) {
  LEPTON_TRY(const std::string_view text, json.skip());
  (void)text;
  return {};
}

// One entry of "inputs".
struct GivenInput {
  std::optional<std::string> name;
  std::optional<Dims> dims;
  std::optional<std::string> datatype;
  std::optional<std::int64_t> binary_bytes;
  std::string_view data;  // JSON that came before it was known what it is
  Tensor tensor;
};

class Reader {
 public:
  Reader(std::string_view body, std::size_t json_bytes, const Signature& signature)
      : json_(body.substr(0, json_bytes)), binary_(body.substr(json_bytes)), body_bytes_(body.size()), signature_(signature) {
    request_.inputs.resize(signature.inputs.size());
  }

  Result<InferRequest> read() {
    const auto member = [&](const std::string& key) -> Result<void> {
      if (key == "id") return read_id();
      if (key == "parameters") return read_parameters();
      if (key == "inputs") return read_array(json_, [&] { return read_input(); });
      if (key == "outputs") return read_array(json_, [&] { return read_output(); });
      return skip(json_);
    };
    LEPTON_CHECK_OK(read_object(json_, member));
    if (!json_.at_end()) return json_.error("something after the request");
    if (!binary_.empty()) return bad("{} bytes are left after the raw tensors", binary_.size());
    for (std::size_t i = 0; i < request_.inputs.size(); ++i) {
      if (!request_.inputs[i].defined()) return bad("the input '{}' is missing", signature_.inputs[i].name);
    }
    if (given_outputs_.empty()) {
      for (std::size_t i = 0; i < signature_.outputs.size(); ++i) request_.outputs.push_back({i, binary_output_});
    }
    for (const auto& [index, binary] : given_outputs_) request_.outputs.push_back({index, binary.value_or(binary_output_)});
    return std::move(request_);
  }

 private:
  Result<void> read_id() {
    LEPTON_TRY(request_.id, json_.text());
    return {};
  }

  Result<void> read_parameters() {
    return read_object(json_, [&](const std::string& key) -> Result<void> {
      if (key == "binary_data_output") {
        LEPTON_TRY(binary_output_, json_.boolean());
        return {};
      }
      if (key == "timeout") {
        LEPTON_TRY(const std::int64_t timeout, json_.integer());
        if (timeout < 0 || timeout > 3'600'000'000) return bad("timeout is in microseconds, at most an hour, not {}", timeout);
        if (timeout > 0) request_.timeout = std::chrono::microseconds(timeout);
        return {};
      }
      if (key.starts_with("sequence_")) return bad("the parameter '{}' is for models with a memory; this one has none", key);
      return skip(json_);
    });
  }

  Result<void> read_input() {
    GivenInput given;
    const auto member = [&](const std::string& key) -> Result<void> {
      if (key == "name") {
        LEPTON_TRY(given.name, json_.text());
      } else if (key == "datatype") {
        LEPTON_TRY(given.datatype, json_.text());
      } else if (key == "shape") {
        return read_shape(given.dims.emplace());
      } else if (key == "parameters") {
        return read_object(json_, [&](const std::string& name) -> Result<void> {
          if (name != "binary_data_size") return skip(json_);
          LEPTON_TRY(given.binary_bytes, json_.integer());
          return {};
        });
      } else if (key == "data") {
        if (given.tensor.defined() || !given.data.empty()) return bad("an input has data twice");
        if (!given.name || !given.dims || !given.datatype) {
          LEPTON_TRY(given.data, json_.skip());
          return {};
        }
        LEPTON_CHECK_OK(make_tensor(given));
        return json_.numbers(given.tensor).with_context(*given.name);
      } else {
        return skip(json_);
      }
      return {};
    };
    LEPTON_CHECK_OK(read_object(json_, member));
    return finish_input(given);
  }

  Result<void> finish_input(GivenInput& given) {
    if (!given.name || !given.dims || !given.datatype) return bad("an input needs name, shape and datatype");
    if (given.binary_bytes) {
      if (given.tensor.defined() || !given.data.empty()) return bad("{}: data, or binary_data_size, not both", *given.name);
      if (*given.binary_bytes < 0 || static_cast<std::uint64_t>(*given.binary_bytes) > binary_.size())
        return bad("{}: binary_data_size is {}, {} bytes are left", *given.name, *given.binary_bytes, binary_.size());
      LEPTON_CHECK_OK(make_tensor(given));
      LEPTON_CHECK_OK(copy_raw(given.tensor, binary_.substr(0, static_cast<std::size_t>(*given.binary_bytes)), *given.name));
      binary_.remove_prefix(static_cast<std::size_t>(*given.binary_bytes));
    } else if (!given.data.empty()) {
      LEPTON_CHECK_OK(make_tensor(given));
      JsonCursor data(given.data);
      LEPTON_CHECK_OK(data.numbers(given.tensor).with_context(*given.name));
    } else if (!given.tensor.defined()) {
      return bad("{}: has no data", *given.name);
    }
    Tensor& place = request_.inputs[index_];
    if (place.defined()) return bad("the input '{}' is given twice", *given.name);
    place = std::move(given.tensor);
    return {};
  }

  Result<void> read_shape(Dims& dims) {
    return read_array(json_, [&]() -> Result<void> {
      LEPTON_TRY(const std::int64_t dim, json_.integer());
      if (dim < 1) return bad("a dim must be at least 1, not {}", dim);
      if (dims.size() == kMaxRank) return bad("a shape has at most {} dims", kMaxRank);
      dims.push_back(dim);
      return {};
    });
  }

  // Finds the input and makes its tensor, if it can be as large as it says.
  Result<void> make_tensor(GivenInput& given) {
    const auto spec = std::ranges::find(signature_.inputs, *given.name, &TensorSpec::name);
    if (spec == signature_.inputs.end()) return bad("the model has no input '{}'", *given.name);
    index_ = static_cast<std::size_t>(spec - signature_.inputs.begin());
    LEPTON_TRY(given.tensor, tensor_for(*spec, *given.datatype, *given.dims, body_bytes_));
    return {};
  }

  Result<void> read_output() {
    std::optional<std::string> name;
    std::optional<bool> binary;
    const auto member = [&](const std::string& key) -> Result<void> {
      if (key == "name") {
        LEPTON_TRY(name, json_.text());
        return {};
      }
      if (key != "parameters") return skip(json_);
      return read_object(json_, [&](const std::string& parameter) -> Result<void> {
        if (parameter == "classification") return bad("the classification extension is not there; use /v1/models/NAME/predict");
        if (parameter.starts_with("shared_memory")) return bad("shared memory is not there");
        if (parameter != "binary_data") return skip(json_);
        LEPTON_TRY(binary, json_.boolean());
        return {};
      });
    };
    LEPTON_CHECK_OK(read_object(json_, member));
    if (!name) return bad("an output needs a name");
    const auto spec = std::ranges::find(signature_.outputs, *name, &TensorSpec::name);
    if (spec == signature_.outputs.end()) return bad("the model has no output '{}'", *name);
    const auto index = static_cast<std::size_t>(spec - signature_.outputs.begin());
    if (std::ranges::find(given_outputs_, index, &std::pair<std::size_t, std::optional<bool>>::first) != given_outputs_.end())
      return bad("the output '{}' is wanted twice", *name);
    given_outputs_.emplace_back(index, binary);
    return {};
  }

 public:
  // An empty tensor of `dims`. An element takes at least a byte in a body, so nothing longer than the body is allocated for it.
  static Result<Tensor> tensor_for(const TensorSpec& spec, std::string_view datatype, const Dims& dims, std::size_t body_bytes) {
    const auto dtype = dtype_of_protocol(datatype);
    if (dtype != spec.dtype)
      return make_error(ErrorCode::kDtypeMismatch, "{}: is {}, not {}", spec.name, protocol_name(spec.dtype), datatype);
    if (!spec.fits(dims))
      return make_error(ErrorCode::kShapeMismatch, "{}: has the shape {}, not {}", spec.name, Shape(spec.dims), Shape(dims));
    std::uint64_t count = 1;
    for (const std::int64_t dim : dims) {
      if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dim), &count) || count > body_bytes)
        return make_error(ErrorCode::kShapeMismatch, "{}: the body is too short for the shape {}", spec.name, Shape(dims));
    }
    return Tensor::empty(*dtype, Shape(dims));
  }

  static Result<void> copy_raw(const Tensor& tensor, std::string_view raw, std::string_view name) {
    if (raw.size() != static_cast<std::size_t>(tensor.type().size_bytes()))
      return make_error(ErrorCode::kShapeMismatch, "{}: {} takes {} bytes, not {}", name, tensor.type().to_string(),
                        tensor.type().size_bytes(), raw.size());
    std::memcpy(tensor.bytes(), raw.data(), raw.size());
    if (tensor.dtype() == DType::kBool) {
      for (std::byte& value : std::span(tensor.bytes(), raw.size())) value = value == std::byte{0} ? std::byte{0} : std::byte{1};
    }
    return {};
  }

 private:
  JsonCursor json_;
  std::string_view binary_;
  std::size_t body_bytes_;
  const Signature& signature_;
  InferRequest request_;
  std::size_t index_ = 0;  // of the input that make_tensor() found
  bool binary_output_ = false;
  std::vector<std::pair<std::size_t, std::optional<bool>>> given_outputs_;
};

// A body that is one tensor and nothing else.
Result<InferRequest> read_raw(std::string_view body, const Signature& signature) {
  if (signature.inputs.size() != 1) return bad("a raw body is for models with one input; this one has {}", signature.inputs.size());
  const TensorSpec& spec = signature.inputs[0];
  Dims dims = spec.dims;
  const auto free = std::ranges::count(dims, kAnyDim);
  if (free > 1) return bad("a raw body is for models with one free dim; '{}' has {}", spec.name, free);
  std::uint64_t size = size_of(spec.dtype);
  for (const std::int64_t dim : dims) size *= dim == kAnyDim ? 1 : static_cast<std::uint64_t>(dim);
  if (body.empty() || size == 0 || body.size() % size != 0)
    return make_error(ErrorCode::kShapeMismatch, "a raw body has a multiple of {} bytes, not {}", size, body.size());
  std::ranges::replace(dims, kAnyDim, static_cast<std::int64_t>(body.size() / size));
  InferRequest request;
  LEPTON_TRY(const Tensor tensor, Reader::tensor_for(spec, protocol_name(spec.dtype), dims, body.size()));
  LEPTON_CHECK_OK(Reader::copy_raw(tensor, body, spec.name));
  request.inputs.push_back(tensor);
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) request.outputs.push_back({i, true});
  return request;
}

}  // namespace

Result<InferRequest> parse_infer(std::string_view body, std::optional<std::size_t> json_bytes, const Signature& signature) {
  if (json_bytes == 0) return read_raw(body, signature);
  if (json_bytes.value_or(0) > body.size())
    return bad("Inference-Header-Content-Length is {}, the body has {} bytes", *json_bytes, body.size());
  return Reader(body, json_bytes.value_or(body.size()), signature).read();
}

InferAnswer write_infer(std::string_view model, std::string_view version, const InferRequest& request, const Signature& signature,
                        const std::vector<Tensor>& outputs) {
  InferAnswer answer;
  std::string& json = answer.body;
  std::size_t raw_bytes = 0;
  json = "{\"model_name\":";
  append_text(json, model);
  json += ",\"model_version\":";
  append_text(json, version);
  if (!request.id.empty()) {
    json += ",\"id\":";
    append_text(json, request.id);
  }
  json += ",\"outputs\":[";
  for (const WantedOutput& wanted : request.outputs) {
    const Tensor& tensor = outputs[wanted.index];
    if (json.back() != '[') json += ',';
    json += "{\"name\":";
    append_text(json, signature.outputs[wanted.index].name);
    json += fmt::format(",\"datatype\":\"{}\",\"shape\":{}", protocol_name(tensor.dtype()), tensor.shape());
    if (wanted.binary) {
      const auto size = static_cast<std::size_t>(tensor.type().size_bytes());
      json += fmt::format(",\"parameters\":{{\"binary_data_size\":{}}}}}", size);
      raw_bytes += size;
    } else {
      json += ",\"data\":[";
      append_numbers(json, tensor);
      json += "]}";
    }
  }
  json += "]}";
  if (raw_bytes == 0) return answer;
  answer.json_bytes = json.size();
  json.reserve(json.size() + raw_bytes);
  for (const WantedOutput& wanted : request.outputs) {
    if (wanted.binary)
      json.append(reinterpret_cast<const char*>(outputs[wanted.index].bytes()),
                  static_cast<std::size_t>(outputs[wanted.index].type().size_bytes()));
  }
  return answer;
}

}  // namespace lepton::serve
