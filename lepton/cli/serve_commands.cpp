// serve, serve-token and watch: models behind HTTP, or beside a folder, until a signal comes.
#include <CLI/CLI.hpp>
#include <csignal>
#include <thread>

#include "lepton/base/clock.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/hash.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/log.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/signal_stack.hpp"
#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/net/client.hpp"
#include "lepton/net/origin.hpp"
#include "lepton/serve/service.hpp"
#include "lepton/tasks/folder_watch.hpp"

namespace lepton::cli {
namespace {

std::atomic<bool> terminated = false;

struct ServeArguments {
  std::vector<std::string> models;  // FILE or NAME=FILE
  std::string repository, host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<std::string> host_names;
  std::string tokens, certificate, key;
  double rate = 0;
  std::string reviews;
  double review_below = 0;
  bool insecure = false, log_requests = false;
  std::int64_t max_batch = 32, max_queue = 256, max_delay_us = 0, latency_budget_ms = 100, poll_ms = 2000, max_body_mib = 64,
               drain_seconds = 30;
  bool exact = false;
};

// "a=b/c.onnx" is the file b/c.onnx under the name a; without a name it is that of the file.
serve::ModelFile model_file(const std::string& text) {
  const std::size_t equals = text.find('=');
  const bool named = equals != std::string::npos && serve::is_model_name(text.substr(0, equals));
  serve::ModelFile file{.path = named ? text.substr(equals + 1) : text};
  file.name = named ? text.substr(0, equals) : std::string(file_stem(file.path));
  if (!serve::is_model_name(file.name))
    fail(ErrorCode::kInvalidArgument, "'{}' is no name for a model (letters, digits, '.', '_' and '-'); give one: NAME={}", file.name,
         file.path);
  if (!serve::is_servable(file.path)) fail(ErrorCode::kUnsupported, "{}: a .lepton, .onnx or .tflite file is expected", file.path);
  return file;
}

// One line of JSON for each request.
void log_request(const net::Answered& request) {
  const Json line = {{"time", format_utc(real_clock().wall())},
                     {"method", to_valid_utf8(request.method)},
                     {"route", request.pattern},
                     {"path", to_valid_utf8(request.path)},
                     {"peer", request.peer},
                     {"trace", to_valid_utf8(request.trace)},
                     {"status", request.status},
                     {"request_bytes", request.request_bytes},
                     {"response_bytes", request.response_bytes},
                     {"ms", std::chrono::duration<double, std::milli>(request.duration).count()}};
  const std::string text = dump_json(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

serve::ServiceOptions options_of(const ServeArguments& arguments) {
  serve::ServiceOptions options{.max_body_bytes = static_cast<std::size_t>(arguments.max_body_mib) << 20, .version = LEPTON_VERSION};
  for (const std::string& model : arguments.models) options.repository.files.push_back(model_file(model));
  options.repository.folder = arguments.repository;
  if (options.repository.files.empty() && options.repository.folder.empty())
    fail(ErrorCode::kInvalidArgument, "give a model file or --repository");
  options.repository.poll = std::chrono::milliseconds(arguments.poll_ms);
  options.repository.batching = {.max_batch = arguments.max_batch,
                                 .exact = arguments.exact,
                                 .max_delay = std::chrono::microseconds(arguments.max_delay_us),
                                 .latency_budget = std::chrono::milliseconds(arguments.latency_budget_ms),
                                 .max_queue = static_cast<std::size_t>(arguments.max_queue)};
  options.server.host = arguments.host;
  options.server.port = arguments.port;
  options.server.hosts = arguments.host_names;
  if (arguments.certificate.empty() != arguments.key.empty())
    fail(ErrorCode::kInvalidArgument, "--tls-certificate and --tls-key belong together");
  if (!arguments.certificate.empty()) options.server.tls = net::TlsOptions{arguments.certificate, arguments.key};
  if (!arguments.tokens.empty()) {
    options.tokens = serve::read_tokens(local_files(), arguments.tokens).value();
    if (options.tokens.empty())
      fail(ErrorCode::kInvalidArgument, "{} holds no token; make one: lepton serve-token {}", arguments.tokens, arguments.tokens);
  }
  options.requests_per_second = arguments.rate;
  options.reviews = arguments.reviews;
  options.review_below = arguments.review_below;
  const bool safe = !options.tokens.empty() && options.server.tls;
  if (!net::is_loopback_name(arguments.host) && !safe && !arguments.insecure) {
    fail(ErrorCode::kPermissionDenied,
         "whoever reaches {} could use the models: give --tokens and --tls-certificate with --tls-key, or --insecure if a proxy does both",
         arguments.host);
  }
  // Where tokens are asked for, a foreign page has none to send; the names by which the server is called are then free.
  options.server.check_origin = net::is_loopback_name(arguments.host) || !arguments.host_names.empty();
  if (arguments.log_requests) options.server.answered = log_request;
  return options;
}

void serve_until_signal(const ServeArguments& arguments, const Context& context) {
  handle_signal(SIGTERM, [](int) { terminated = true; });
  const auto service = serve::Service::start(options_of(arguments)).value();
  fmt::print("serving at http://{}:{} (Ctrl-C ends it)\n", arguments.host, service->port());
  std::fflush(stdout);
  while (!terminated && !*context.cancel) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  if (!service->drain(std::chrono::seconds(arguments.drain_seconds))) log_warning("serve: some requests were not answered in time");
}

}  // namespace

void demonstrate_serving(const std::string& package, const std::string& picture) {
  serve::ServiceOptions options{.version = LEPTON_VERSION};
  options.repository.files = {{"fashion", 1, package}};
  const auto service = serve::Service::start(std::move(options)).value();
  const std::string target = "/v1/models/fashion/predict";
  const std::string bytes = read_file(local_files(), picture, 1 << 20).value();
  net::Client client("127.0.0.1", service->port());
  const net::Response response = client.post(target, bytes, "image/png").value();
  fmt::print("\nServed for a moment, and asked through HTTP:\n  curl --data-binary @{} http://127.0.0.1:{}{}\n  {}\n", picture,
             service->port(), target, response.body);
}

void add_serve(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "serve",
      "Answers predictions over HTTP. Examples: lepton serve runs/001/model.lepton; lepton serve small=a.onnx b.lepton --port 9000; "
      "lepton serve --repository models");
  auto arguments = std::make_shared<ServeArguments>();
  command->add_option("models", arguments->models, ".lepton, .onnx or .tflite files, or NAME=FILE");
  command->add_option("--repository", arguments->repository,
                      "folder of NAME.lepton or NAME/VERSION/FILE; what changes there is loaded anew");
  command->add_option("--host", arguments->host, "address to listen at (default: this machine alone)");
  command->add_option("--port", arguments->port, "0: one that is free (default 8080)");
  command->add_option("--host-name", arguments->host_names, "names by which clients call this server, besides those of the loopback");
  command->add_option("--tokens", arguments->tokens, "file of tokens (lepton serve-token); needed off this machine");
  command->add_option("--rate", arguments->rate, "requests a second of each token; 0: no limit")->check(CLI::NonNegativeNumber);
  command->add_option("--tls-certificate", arguments->certificate, "PEM file, with its chain");
  command->add_option("--tls-key", arguments->key, "PEM file");
  command->add_flag("--insecure", arguments->insecure, "allow other machines without tokens or TLS: a proxy does that");
  command->add_flag("--log-requests", arguments->log_requests, "a line of JSON on stderr for each request");
  command->add_option("--reviews", arguments->reviews, "file of cases for people (lepton reviews); made if it is not there");
  command->add_option("--review-below", arguments->review_below, "pictures of which the model is less sure wait there")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--max-batch", arguments->max_batch, "most rows that run together")->check(CLI::Range(1, 4096));
  command->add_flag("--exact", arguments->exact, "every run has --max-batch rows: the same bits whatever the load");
  command->add_option("--max-delay-us", arguments->max_delay_us, "how long a request may wait for company (default 0: nobody waits)")
      ->check(CLI::Range(0, 10'000'000));
  command->add_option("--latency-budget-ms", arguments->latency_budget_ms, "batches whose run takes longer are not made")
      ->check(CLI::Range(1, 600'000));
  command->add_option("--max-queue", arguments->max_queue, "requests of a model that may wait; more get a 429")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--poll-ms", arguments->poll_ms, "how often files are looked at for changes; 0: never")
      ->check(CLI::Range(0, 3'600'000));
  command->add_option("--max-body-mib", arguments->max_body_mib, "largest request")->check(CLI::Range(1, 4096));
  command->add_option("--drain-seconds", arguments->drain_seconds, "how long requests may take to end after SIGTERM")
      ->check(CLI::Range(0, 3600));
  command->callback([=, &context] { context.run = [=, &context] { serve_until_signal(*arguments, context); }; });
}

void add_serve_token(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("serve-token",
                                     "Makes a token for a server and prints it, once; the file keeps its hash. Example: lepton serve-token "
                                     "tokens.txt --role operator --name line-3");
  auto file = std::make_shared<std::string>(), role = std::make_shared<std::string>("viewer"), name = std::make_shared<std::string>();
  command->add_option("file", *file, "file of tokens; made if it is not there")->required();
  command->add_option("--role", *role, "viewer (look, predict), operator (load, unload) or admin")
      ->check(CLI::IsMember({"viewer", "operator", "admin"}));
  command->add_option("--name", *name, "whose it is");
  command->callback([=, &context] {
    context.run = [=] {
      const std::string token = serve::make_token();
      const std::string hash = to_hex(sha256(std::as_bytes(std::span(token))));
      serve::add_token(local_files(), *file, {*name, serve::role_from_name(*role).value(), hash}).value();
      fmt::print("{}\n", token);
    };
  });
}

void add_watch(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("watch",
                                     "Scores each picture that comes into a folder, notes it in a CSV file and moves it by what was said. "
                                     "Example: lepton watch incoming runs/001/model.lepton --out sorted --min-probability 0.9");
  auto request = std::make_shared<tasks::WatchRequest>();
  auto poll_ms = std::make_shared<std::int64_t>(500), rest_ms = std::make_shared<std::int64_t>(1000);
  command->add_option("folder", request->folder, "where pictures come")->required();
  command->add_option("model", request->package, "a .lepton package")->required();
  command->add_option("--out", request->out, "gets a folder for each decision (default: the folder itself)");
  command->add_option("--csv", request->csv, "where each is noted (default: predictions.csv in --out)");
  command->add_option("--min-probability", request->min_probability, "what the model is less sure of goes to 'uncertain'")
      ->check(CLI::Range(0.0, 1.0));
  command->add_option("--poll-ms", *poll_ms, "how often the folder is looked at")->check(CLI::Range(1, 3'600'000));
  command->add_option("--rest-ms", *rest_ms, "a file is complete when it has not changed for so long")->check(CLI::Range(0, 3'600'000));
  command->add_flag("--once", request->once, "end when nothing is left");
  command->callback([=, &context] {
    context.run = [=, &context] {
      handle_signal(SIGTERM, [](int) { terminated = true; });
      std::atomic<bool> stop = false;
      std::jthread signals([&](const std::stop_token& ended) {
        while (!ended.stop_requested() && !terminated && !*context.cancel) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        stop = true;
      });
      request->poll = std::chrono::milliseconds(*poll_ms);
      request->rest = std::chrono::milliseconds(*rest_ms);
      request->cancel = &stop;
      request->told = [](const tasks::WatchedFile& file) {
        fmt::print("{:<40} {:<14} {:5.1f} %  {}\n", to_printable(file.file), to_printable(file.decision), 100 * file.probability,
                   to_printable(file.moved_to));
        std::fflush(stdout);
      };
      tasks::watch_folder(local_files(), real_clock(), *request).value();
    };
  });
}

}  // namespace lepton::cli
