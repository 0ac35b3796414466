// The Open Inference Protocol v2 over HTTP, with Triton's extensions for binary tensors, the repository and statistics.
#include <charconv>

#include "lepton/base/json.hpp"
#include "lepton/serve/infer_message.hpp"
#include "lepton/serve/internal/service_state.hpp"

namespace lepton::serve {
namespace {

constexpr std::size_t kSmallBody = 64 << 10;

net::Response json(const Json& value) { return {.body = dump_json(value)}; }

// The model that a path names; throws.
ModelHandle model_of(const Service::State& state, const net::Request& request) {
  const bool versioned = request.parameters.size() > 1;
  return state.repository->find(request.parameter("model"), versioned ? std::string_view(request.parameter("version")) : std::string_view())
      .value();
}

Json specs_json(const std::vector<TensorSpec>& specs) {
  Json all = Json::array();
  for (const TensorSpec& spec : specs) all.push_back({{"name", spec.name}, {"datatype", protocol_name(spec.dtype)}, {"shape", spec.dims}});
  return all;
}

net::Response server_metadata(const Service::State& state) {
  return json({{"name", "lepton"},
               {"version", state.options.version},
               {"extensions", {"binary_tensor_data", "model_repository", "model_configuration", "statistics", "parameters"}}});
}

net::Response model_metadata(const Service::State& state, const net::Request& request) {
  const ModelHandle model = model_of(state, request);
  Json versions = Json::array();
  for (const IndexEntry& entry : state.repository->index()) {
    if (entry.name == model->name && entry.state == ModelState::kReady) versions.push_back(std::to_string(entry.version));
  }
  return json({{"name", model->name},
               {"versions", versions},
               {"platform", model->batcher->engine().platform()},
               {"inputs", specs_json(model->signature().inputs)},
               {"outputs", specs_json(model->signature().outputs)}});
}

// Not ready is an answer of its own here, as clients expect.
net::Response model_ready(const Service::State& state, const net::Request& request) {
  const bool versioned = request.parameters.size() > 1;
  const auto model =
      state.repository->find(request.parameter("model"), versioned ? std::string_view(request.parameter("version")) : std::string_view());
  if (!model && model.error().code() == ErrorCode::kUnavailable) return net::error_response(400, model.error().message());
  return json({{"name", model.value()->name}, {"ready", true}});
}

Json config_specs(const std::vector<TensorSpec>& specs, bool batched) {
  Json all = Json::array();
  for (const TensorSpec& spec : specs) {
    const Dims dims(spec.dims.begin() + (batched ? 1 : 0), spec.dims.end());
    all.push_back({{"name", spec.name}, {"data_type", "TYPE_" + std::string(protocol_name(spec.dtype))}, {"dims", dims}});
  }
  return all;
}

net::Response model_config(const Service::State& state, const net::Request& request) {
  const ModelHandle model = model_of(state, request);
  const std::vector<std::int64_t> buckets = model->batcher->buckets();
  const BatchingOptions& batching = state.options.repository.batching;
  return json({{"name", model->name},
               {"platform", model->batcher->engine().platform()},
               {"backend", "lepton"},
               {"max_batch_size", buckets.empty() ? 0 : batching.max_batch},
               {"input", config_specs(model->signature().inputs, !buckets.empty())},
               {"output", config_specs(model->signature().outputs, !buckets.empty())},
               {"dynamic_batching", {{"preferred_batch_size", buckets}, {"max_queue_delay_microseconds", batching.max_delay.count()}}},
               {"lepton",
                {{"exact", batching.exact},
                 {"warm", model->batcher->is_warm()},
                 {"why_alone", model->batcher->why_alone()},
                 {"weight_bytes", model->batcher->engine().weight_bytes()},
                 {"max_queue", batching.max_queue}}}});
}

Json stats_json(const ServedModel& model) {
  const BatcherStatistics s = model.batcher->statistics();
  const auto duration = [](std::uint64_t count, std::chrono::nanoseconds sum) { return Json{{"count", count}, {"ns", sum.count()}}; };
  const std::uint64_t done = s.succeeded + s.failed;
  Json batches = Json::array();
  for (const auto& [rows, runs] : s.runs_by_rows) batches.push_back({{"batch_size", rows}, {"compute_infer", {{"count", runs}}}});
  return {{"name", model.name},
          {"version", std::to_string(model.version)},
          {"inference_count", s.rows},
          {"execution_count", s.runs},
          {"inference_stats",
           {{"success", duration(s.succeeded, s.request)},
            {"fail", duration(s.failed + s.rejected + s.expired + s.cancelled, {})},
            {"queue", duration(done, s.queue)},
            {"compute_input", duration(s.runs, s.input)},
            {"compute_infer", duration(s.runs, s.infer)},
            {"compute_output", duration(s.runs, s.output)}}},
          {"batch_stats", batches}};
}

net::Response stats(const Service::State& state, const net::Request& request) {
  Json all = Json::array();
  if (!request.parameters.empty()) {
    all.push_back(stats_json(*model_of(state, request)));
  } else {
    for (const ModelHandle& model : state.repository->models()) all.push_back(stats_json(*model));
  }
  return json({{"model_stats", all}});
}

net::Response index(const Service::State& state, const net::Request& request) {
  bool only_ready = false;
  if (!request.body.empty()) {
    const auto body = parse_json(request.body, {.max_bytes = kSmallBody, .max_depth = 8});
    if (!body) return client_fault(body.error());
    if (!body->is_object()) return net::error_response(400, "an object is expected");
    if (const auto ready = body->find("ready"); ready != body->end()) {
      if (!ready->is_boolean()) return net::error_response(400, "'ready' is true or false");
      only_ready = ready->get<bool>();
    }
  }
  Json all = Json::array();
  for (const IndexEntry& entry : state.repository->index()) {
    if (only_ready && entry.state != ModelState::kReady) continue;
    const char* const text = entry.state == ModelState::kReady ? "READY" : entry.state == ModelState::kLoading ? "LOADING" : "UNAVAILABLE";
    // What went wrong names files of the server: it is in its log.
    const bool failed = entry.state == ModelState::kUnavailable && entry.reason != "unloaded";
    all.push_back({{"name", entry.name},
                   {"version", std::to_string(entry.version)},
                   {"state", text},
                   {"reason", failed ? "it could not be loaded" : entry.reason}});
  }
  return json(all);
}

void change(Service::State& state, net::Request&& request, const ResponderHandle& responder, bool load) {
  if (!request.body.empty()) {
    const auto body = parse_json(request.body, {.max_bytes = kSmallBody, .max_depth = 8});
    if (!body) return responder->respond(client_fault(body.error()));
    const Json parameters = body->is_object() ? body->value("parameters", Json::object()) : Json();
    if (!parameters.is_object()) return responder->respond(net::error_response(400, "an object with 'parameters' is expected"));
    for (const auto& [key, value] : parameters.items()) {
      if (key != "unload_dependents")
        return responder->respond(
            net::error_response(400, "models are loaded from the repository's files as they are, without parameters"));
    }
  }
  const std::string name = request.parameter("model");
  const auto done = [responder](const Result<void>& result) {
    if (result) return responder->respond({.body = "{}"});
    const bool unknown = result.error().code() == ErrorCode::kNotFound;
    responder->respond(unknown ? net::error_response(result.error())
                               : net::error_response(400, "the model could not be loaded; the server's log says why"));
  };
  load ? state.repository->load(name, done) : state.repository->unload(name, done);
}

void infer(Service::State& state, net::Request&& request, const ResponderHandle& responder) {
  const ModelHandle model = model_of(state, request);
  if (const std::string_view encoding = request.header("content-encoding"); !encoding.empty() && !net::equal_names(encoding, "identity"))
    return responder->respond(net::error_response(415, "bodies are taken as they are, not compressed"));
  std::optional<std::size_t> json_bytes;
  if (const std::string_view length = request.header("inference-header-content-length"); !length.empty()) {
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), json_bytes.emplace());
    if (error != std::errc() || end != length.data() + length.size())
      return responder->respond(net::error_response(400, "Inference-Header-Content-Length is no length"));
  }
  auto parsed = parse_infer(request.body, json_bytes, model->signature());
  if (!parsed) return responder->respond(client_fault(parsed.error()));
  std::string().swap(request.body);
  auto job = std::make_unique<Job>();
  job->inputs = std::move(parsed->inputs);
  if (parsed->timeout) job->deadline = std::chrono::steady_clock::now() + *parsed->timeout;
  job->is_cancelled = [responder] { return responder->client_is_gone(); };
  job->done = [responder, model, wanted = std::move(*parsed)](Result<std::vector<Tensor>> outputs, const JobTimes&) {
    if (!outputs) return responder->respond(net::error_response(outputs.error()));
    InferAnswer answer = write_infer(model->name, std::to_string(model->version), wanted, model->signature(), *outputs);
    net::Response response{.body = std::move(answer.body)};
    if (answer.json_bytes > 0) {
      response.content_type = "application/octet-stream";
      response.headers.push_back({"Inference-Header-Content-Length", std::to_string(answer.json_bytes)});
    }
    responder->respond(std::move(response));
  };
  model->batcher->submit(std::move(job));
}

}  // namespace

void add_protocol_routes(net::Router& router, Service::State& state) {
  const auto get = [&](const std::string& pattern, auto answer, const char* role = kViewer) {
    router.add({.method = "GET",
                .pattern = pattern,
                .handler = [&state, answer](net::Request&& request,
                                            const ResponderHandle& responder) { responder->respond(answer(state, request)); },
                .role = role});
  };
  // Health tells nothing but itself: load balancers ask without a token.
  get(
      "/v2/health/live",
      [](const Service::State&, const net::Request&) {
        return json({{"live", true}});
      },
      "");
  get(
      "/v2/health/ready",
      [](const Service::State& s, const net::Request&) {
        const bool ready = s.repository->is_ready() && !s.draining;
        net::Response response = json({{"ready", ready}});
        if (!ready) response.status = 503;
        return response;
      },
      "");
  get("/v2", [](const Service::State& s, const net::Request&) { return server_metadata(s); });
  get("/v2/models/stats", stats);
  for (const std::string model : {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"}) {
    get(model, model_metadata);
    get(model + "/ready", model_ready);
    get(model + "/config", model_config);
    get(model + "/stats", stats);
    router.add(
        {.method = "POST",
         .pattern = model + "/infer",
         .handler = [&state](net::Request&& request, const ResponderHandle& responder) { infer(state, std::move(request), responder); },
         .role = kViewer,
         .max_body_bytes = state.options.max_body_bytes});
  }
  router.add({.method = "POST",
              .pattern = "/v2/repository/index",
              .handler = [&state](net::Request&& request, const ResponderHandle& responder) { responder->respond(index(state, request)); },
              .role = kViewer,
              .max_body_bytes = kSmallBody});
  for (const bool load : {true, false}) {
    router.add({.method = "POST",
                .pattern = fmt::format("/v2/repository/models/{{model}}/{}", load ? "load" : "unload"),
                .handler = [&state, load](net::Request&& request,
                                          const ResponderHandle& responder) { change(state, std::move(request), responder, load); },
                .role = kOperator,
                .max_body_bytes = kSmallBody});
  }
}

}  // namespace lepton::serve
