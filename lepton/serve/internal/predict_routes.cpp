// What a person or a shop-floor program sends: a picture, a CSV file, JSON rows; the answer has words in it.
#include "lepton/base/json.hpp"
#include "lepton/serve/internal/service_state.hpp"
#include "lepton/tasks/model_codec.hpp"

namespace lepton::serve {
namespace {

constexpr std::int64_t kMaxBatches = 64;  // of one request
constexpr std::uint64_t kMaxTableBytes = std::uint64_t{64} << 20;

Json to_json(const tasks::PredictionRow& row) {
  Json json = {{"input", row.input}};
  if (row.probabilities.empty()) {
    double value = 0;
    json["value"] = row.said;
    if (std::sscanf(row.said.c_str(), "%lf", &value) == 1) json["value"] = value;
    return json;
  }
  json["label"] = row.said;
  json["probability"] = row.probabilities.front().second;
  for (const auto& [label, probability] : row.probabilities) json["probabilities"][label] = probability;
  return json;
}

// What a person may have to look at.
struct Kept {
  std::string bytes, content_type;
  bool flagged = false;
};

// A request cut into batches; the last that is done answers.
struct Prediction {
  Service::State* state = nullptr;
  std::optional<Kept> kept;  // pictures, if cases are reviewed
  ModelHandle model;
  ResponderHandle responder;
  std::vector<std::string> names;
  std::mutex mutex;
  std::vector<std::vector<tasks::PredictionRow>> parts;
  std::size_t missing = 0;
  std::optional<Error> error;

  void finish(std::size_t part, std::int64_t begin, Result<std::vector<Tensor>> outputs) {
    const std::lock_guard lock(mutex);
    if (outputs) {
      const auto rows = catch_error([&] {
        const std::int64_t count = (*outputs)[0].shape()[0];
        return model->codec->say((*outputs)[0], std::vector<std::string>(names.begin() + begin, names.begin() + begin + count));
      });
      if (rows) {
        parts[part] = *rows;
      } else {
        error = rows.error();
      }
    } else {
      error = outputs.error();
    }
    if (--missing == 0) respond();
  }

  void review() {
    if (!kept || parts.empty() || parts[0].empty()) return;
    const tasks::PredictionRow& row = parts[0][0];
    const double probability = row.probabilities.empty() ? 1 : row.probabilities.front().second;
    if (!kept->flagged && probability >= state->options.review_below) return;
    send_to_review(*state, {.model = model->name,
                            .version = std::to_string(model->version),
                            .content_type = std::move(kept->content_type),
                            .input = std::move(kept->bytes),
                            .said = row.said,
                            .probability = probability,
                            .reason = kept->flagged ? "flagged" : "uncertain"});
  }

  void respond() {
    if (error) return responder->respond(net::error_response(*error));
    review();
    Json predictions = Json::array();
    for (const auto& part : parts) {
      for (const tasks::PredictionRow& row : part) predictions.push_back(to_json(row));
    }
    const Json& task = *model->batcher->engine().task();
    responder->respond({.body = dump_json({{"model_name", model->name},
                                           {"model_version", std::to_string(model->version)},
                                           {"decision_rule", task.value("decision", "")},
                                           {"predictions", std::move(predictions)}})});
  }
};

// The file in a form: the part called "file", or the first that is one.
Result<net::FormPart> file_of(const net::Request& request) {
  LEPTON_TRY(const std::vector<net::FormPart> parts,
             net::parse_multipart(request.body, net::header_parameter(request.header("content-type"), "boundary")));
  for (const net::FormPart& part : parts) {
    if (part.name == "file") return part;
  }
  for (const net::FormPart& part : parts) {
    if (!part.file_name.empty()) return part;
  }
  return make_error(ErrorCode::kInvalidArgument, "the form has no part 'file'");
}

// What was sent, as the model takes it. `kept` gets the bytes of a picture if cases are reviewed.
Result<tasks::EncodedInputs> encode(const Service::State& state, const tasks::ModelCodec& codec, net::Request&& request,
                                    std::optional<Kept>& kept) {
  const tasks::EncodeLimits limits{.max_pixels = state.options.max_pixels, .max_table_bytes = kMaxTableBytes};
  const std::string type(request.header("content-type"));
  if (type.starts_with("application/json")) {
    LEPTON_TRY(const Json body, parse_json(request.body, {.max_depth = 8}));
    if (!body.is_object()) return codec.encode_rows(body);
    LEPTON_TRY(const Json* const rows, json_member(body, "rows"));
    return codec.encode_rows(*rows);
  }
  std::string name = "body", bytes, content_type = type;
  if (type.starts_with("multipart/form-data")) {
    LEPTON_TRY(const net::FormPart file, file_of(request));
    if (!file.file_name.empty()) name = file.file_name;
    content_type = file.content_type;
    bytes = file.data;
  } else {
    bytes = std::move(request.body);
  }
  if (state.reviews != nullptr && codec.takes() == "picture") {
    const std::string* const wish = request.target.find("review");
    kept = Kept{bytes, content_type.substr(0, 100), wish != nullptr && *wish == "flag"};
  }
  return codec.encode(std::move(bytes), name, limits);
}

void predict(Service::State& state, const ModelHandle& model, Result<tasks::EncodedInputs> encoded, std::optional<Kept> kept,
             const ResponderHandle& responder) {
  if (!encoded) return responder->respond(client_fault(encoded.error()));
  const std::int64_t rows = encoded->rows.shape()[0], size = state.options.repository.batching.max_batch;
  if (rows > size * kMaxBatches)
    return responder->respond(net::error_response(413, fmt::format("a request has at most {} rows", size * kMaxBatches)));
  const Signature& signature = model->signature();
  if (signature.inputs.size() != 1 || signature.inputs[0].dtype != encoded->rows.dtype() ||
      !signature.inputs[0].fits(encoded->rows.shape().dims())) {
    return responder->respond(
        net::error_response(400, fmt::format("the input becomes {}, which the model does not take", encoded->rows.type().to_string())));
  }
  const auto prediction = std::make_shared<Prediction>();
  prediction->state = &state;
  prediction->kept = std::move(kept);
  prediction->model = model;
  prediction->responder = responder;
  prediction->names = std::move(encoded->names);
  prediction->missing = static_cast<std::size_t>((rows + size - 1) / size);
  prediction->parts.resize(prediction->missing);
  for (std::int64_t begin = 0; begin < rows; begin += size) {
    auto job = std::make_unique<Job>();
    job->inputs.push_back(encoded->rows.rows(begin, std::min(rows, begin + size)).contiguous());
    job->is_cancelled = [responder] { return responder->client_is_gone(); };
    job->done = [prediction, begin, part = static_cast<std::size_t>(begin / size)](Result<std::vector<Tensor>> outputs, const JobTimes&) {
      prediction->finish(part, begin, std::move(outputs));
    };
    model->batcher->submit(std::move(job));
  }
}

}  // namespace

void add_predict_routes(net::Router& router, Service::State& state) {
  const auto handler = [&state](net::Request&& request, const ResponderHandle& responder) {
    const bool versioned = request.parameters.size() > 1;
    const ModelHandle model =
        state.repository->find(request.parameter("model"), versioned ? std::string_view(request.parameter("version")) : std::string_view())
            .value();
    if (model->codec == nullptr)
      return responder->respond(
          net::error_response(400, "this model's file does not say what its tensors mean; use /v2/models/" + model->name + "/infer"));
    // Decoding computes: it waits for its turn like a model does.
    const auto shared = std::make_shared<net::Request>(std::move(request));
    const auto work = [&state, model, shared, responder] {
      std::optional<Kept> kept;
      auto encoded = catch_error([&] { return encode(state, *model->codec, std::move(*shared), kept).value(); });
      state.slots->give_back();
      const auto sent = catch_error([&] { predict(state, model, std::move(encoded), std::move(kept), responder); });
      if (!sent) responder->respond(net::error_response(sent.error()));
    };
    if (state.slots->take(work)) work();
  };
  for (const char* pattern : {"/v1/models/{model}/predict", "/v1/models/{model}/versions/{version}/predict"})
    router.add({.method = "POST", .pattern = pattern, .handler = handler, .role = kViewer, .max_body_bytes = state.options.max_body_bytes});
}

}  // namespace lepton::serve
