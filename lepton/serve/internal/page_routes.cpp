// The page, what programs may ask (OpenAPI), and figures for Prometheus.
#include <unistd.h>

#include <cstdio>

#include "lepton/base/json.hpp"
#include "lepton/serve/internal/page.hpp"
#include "lepton/serve/internal/service_state.hpp"

namespace lepton::serve {
namespace {

// Nothing from elsewhere is loaded, and no other page may frame this one.
net::Response page(std::string_view content_type, std::string_view text) {
  return {.content_type = std::string(content_type),
          .headers = {{"Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
                      {"Cache-Control", "no-cache"}},
          .body = std::string(text)};
}

std::int64_t resident_bytes() {
  long total = 0, resident = 0;
  if (FILE* const file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return std::int64_t{resident} * sysconf(_SC_PAGESIZE);
}

class MetricsText {
 public:
  void begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  // Names of models are plain words, so labels need no escapes.
  void add(const ServedModel& model, std::string_view more, std::uint64_t value) {
    text_ += fmt::format("{}{{model=\"{}\",version=\"{}\"{}}} {}\n", name_, model.name, model.version, more, value);
  }
  void add(double value) { text_ += fmt::format("{} {}\n", name_, value); }
  std::string take() { return std::move(text_); }

 private:
  std::string name_, text_;
};

std::uint64_t microseconds(std::chrono::nanoseconds duration) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, duration.count() / 1000));
}

net::Response metrics(const Service::State& state) {
  std::vector<std::pair<ModelHandle, BatcherStatistics>> all;
  for (ModelHandle& model : state.repository->models()) {
    BatcherStatistics statistics = model->batcher->statistics();
    all.emplace_back(std::move(model), std::move(statistics));
  }
  MetricsText text;
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    text.begin(name, type, help);
    for (const auto& [model, s] : all) text.add(*model, "", value(s));
  };
  using S = BatcherStatistics;
  each("nv_inference_request_success", "counter", "Requests that were answered", [](const S& s) { return s.succeeded; });
  text.begin("nv_inference_request_failure", "counter", "Requests that were not, by reason");
  for (const auto& [model, s] : all) {
    text.add(*model, ",reason=\"REJECTED\"", s.rejected + s.expired);
    text.add(*model, ",reason=\"CANCELED\"", s.cancelled);
    text.add(*model, ",reason=\"BACKEND\"", s.failed);
  }
  each("nv_inference_count", "counter", "Rows that were computed", [](const S& s) { return s.rows; });
  each("nv_inference_exec_count", "counter", "Runs of the model", [](const S& s) { return s.runs; });
  each("nv_inference_pending_request_count", "gauge", "Requests that wait", [](const S& s) { return s.pending; });
  each("nv_inference_request_duration_us", "counter", "Sum of times of requests", [](const S& s) { return microseconds(s.request); });
  each("nv_inference_queue_duration_us", "counter", "Sum of times of waiting", [](const S& s) { return microseconds(s.queue); });
  each("nv_inference_compute_input_duration_us", "counter", "Sum of times of joining", [](const S& s) { return microseconds(s.input); });
  each("nv_inference_compute_infer_duration_us", "counter", "Sum of times of computing", [](const S& s) { return microseconds(s.infer); });
  each("nv_inference_compute_output_duration_us", "counter", "Sum of times of parting", [](const S& s) { return microseconds(s.output); });
  text.begin("lepton_batch_runs", "counter", "Runs of the model by their number of rows");
  for (const auto& [model, s] : all) {
    for (const auto& [rows, runs] : s.runs_by_rows) text.add(*model, fmt::format(",rows=\"{}\"", rows), runs);
  }
  if (state.server != nullptr) {
    const net::ServerStatistics s = state.server->statistics();
    text.begin("lepton_connections_open", "gauge", "Connections that are open");
    text.add(static_cast<double>(s.open_connections));
    text.begin("lepton_connections_refused_total", "counter", "Connections that were refused because there were too many");
    text.add(static_cast<double>(s.refused_connections));
    text.begin("lepton_requests_total", "counter", "Requests of any kind");
    text.add(static_cast<double>(s.requests));
  }
  text.begin("process_resident_memory_bytes", "gauge", "Memory of this program");
  text.add(static_cast<double>(resident_bytes()));
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = text.take()};
}

Json reference(const char* schema) { return {{"$ref", std::string("#/components/schemas/") + schema}}; }

Json answers(const Json& schema) {
  const Json error = {{"description", "why not"}, {"content", {{"application/json", {{"schema", reference("Error")}}}}}};
  return {{"200", {{"description", "the answer"}, {"content", {{"application/json", {{"schema", schema}}}}}}}, {"default", error}};
}

Json schemas() {
  const Json text = {{"type", "string"}}, number = {{"type", "number"}}, whole = {{"type", "integer"}}, truth = {{"type", "boolean"}};
  const auto object = [](const Json& properties, const std::vector<std::string>& required) {
    return Json{{"type", "object"}, {"properties", properties}, {"required", required}};
  };
  const auto list = [](const Json& items) { return Json{{"type", "array"}, {"items", items}}; };
  const Json spec = object({{"name", text}, {"datatype", text}, {"shape", list(whole)}}, {"name", "datatype", "shape"});
  const Json tensor = object(
      {{"name", text}, {"datatype", text}, {"shape", list(whole)}, {"data", {{"type", "array"}}}, {"parameters", {{"type", "object"}}}},
      {"name", "datatype", "shape"});
  const Json prediction = object({{"input", text},
                                  {"label", text},
                                  {"probability", number},
                                  {"value", number},
                                  {"probabilities", {{"type", "object"}, {"additionalProperties", number}}}},
                                 {"input"});
  return {
      {"Error", object({{"error", text}}, {"error"})},
      {"Live", object({{"live", truth}}, {"live"})},
      {"Ready", object({{"ready", truth}, {"name", text}}, {"ready"})},
      {"Server", object({{"name", text}, {"version", text}, {"extensions", list(text)}}, {"name", "version", "extensions"})},
      {"Model", object({{"name", text}, {"versions", list(text)}, {"platform", text}, {"inputs", list(spec)}, {"outputs", list(spec)}},
                       {"name", "platform", "inputs", "outputs"})},
      {"InferRequest", object({{"id", text},
                               {"parameters", {{"type", "object"}}},
                               {"inputs", list(tensor)},
                               {"outputs", list(object({{"name", text}, {"parameters", {{"type", "object"}}}}, {"name"}))}},
                              {"inputs"})},
      {"InferAnswer",
       object({{"id", text}, {"model_name", text}, {"model_version", text}, {"outputs", list(tensor)}}, {"model_name", "outputs"})},
      {"Predictions", object({{"model_name", text}, {"model_version", text}, {"decision_rule", text}, {"predictions", list(prediction)}},
                             {"model_name", "predictions"})},
      {"Index", list(object({{"name", text}, {"version", text}, {"state", text}, {"reason", text}}, {"name", "version", "state"}))},
      {"Any", {{"type", "object"}}}};
}

struct Documented {
  const char* method;
  const char* path;
  const char* summary;
  const char* answer;
  const char* body = nullptr;  // schema of JSON; "" for any bytes
};

constexpr Documented kDocumented[] = {
    {"get", "/v2/health/live", "Whether the program runs", "Live"},
    {"get", "/v2/health/ready", "Whether all models were loaded", "Ready"},
    {"get", "/v2", "What the server is", "Server"},
    {"get", "/v2/models/{model}", "What a model takes and gives", "Model"},
    {"get", "/v2/models/{model}/ready", "Whether a model is ready", "Ready"},
    {"get", "/v2/models/{model}/config", "How a model is run", "Any"},
    {"get", "/v2/models/{model}/stats", "What a model has done", "Any"},
    {"get", "/v2/models/stats", "What all models have done", "Any"},
    {"post", "/v2/models/{model}/infer", "Tensors in, tensors out", "InferAnswer", "InferRequest"},
    {"post", "/v1/models/{model}/predict", "A picture, a CSV file or JSON rows in, words out", "Predictions", ""},
    {"post", "/v2/repository/index", "Models and their states", "Index", "Any"},
    {"post", "/v2/repository/models/{model}/load", "Loads a model, anew if it is loaded", "Any", "Any"},
    {"post", "/v2/repository/models/{model}/unload", "Unloads a model", "Any", "Any"},
};

net::Response openapi(const Service::State& state) {
  Json paths = Json::object();
  for (const Documented& row : kDocumented) {
    Json operation = {{"summary", row.summary}, {"responses", answers(reference(row.answer))}};
    if (std::string_view(row.path).find("{model}") != std::string_view::npos)
      operation["parameters"] = {{{"name", "model"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}}};
    if (row.body != nullptr) {
      const bool bytes = row.body[0] == '\0';
      Json& content = operation["requestBody"]["content"];
      if (bytes) {
        content["application/octet-stream"]["schema"] = Json::object();
        content["application/json"]["schema"] = {
            {"type", "object"}, {"properties", {{"rows", {{"type", "array"}, {"items", {{"type", "object"}}}}}}}, {"required", {"rows"}}};
      } else {
        content["application/json"]["schema"] = reference(row.body);
      }
      operation["requestBody"]["required"] = bytes || std::string_view(row.body) == "InferRequest";
    }
    paths[row.path][row.method] = std::move(operation);
  }
  return {.body = dump_json(
              {{"openapi", "3.1.0"},
               {"info", {{"title", "Lepton"}, {"version", state.options.version}}},
               {"paths", paths},
               {"components", {{"schemas", schemas()}, {"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
               {"security", {Json::object(), {{"token", Json::array()}}}}})};
}

}  // namespace

void add_page_routes(net::Router& router, Service::State& state) {
  const auto get = [&](const char* pattern, const char* role, auto answer) {
    router.add({.method = "GET",
                .pattern = pattern,
                .handler = [&state, answer](net::Request&&, const ResponderHandle& responder) { responder->respond(answer(state)); },
                .role = role});
  };
  // The page itself holds nothing of the server's.
  get("/", "", [](const Service::State&) { return page("text/html; charset=utf-8", kPageHtml); });
  get("/page.js", "", [](const Service::State&) { return page("text/javascript; charset=utf-8", kPageScript); });
  get("/page.css", "", [](const Service::State&) { return page("text/css; charset=utf-8", kPageStyle); });
  get("/openapi.json", kViewer, openapi);
  get("/metrics", kViewer, metrics);
}

}  // namespace lepton::serve
