// The lepton program: commands, their help, and one line for every error.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>

#include "lepton/base/child_process.hpp"
#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/base/signal_stack.hpp"
#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"

namespace {

std::atomic<bool> interrupted = false;

// The second Ctrl-C ends the program at once, as people expect.
void on_interrupt(int) {
  if (interrupted.exchange(true)) std::_Exit(130);
}

}  // namespace

void lepton::cli::print_json(const Json& json) { fmt::print("{}\n", dump_json(json, JsonStyle::kIndented)); }

int main(int argc, char** argv) {
  lepton::end_with_parent();
  lepton::restart_with_short_waits(argv);
  lepton::handle_signal(SIGINT, on_interrupt);
  CLI::App app("Lepton: from your data to a model that you can trust");
  app.set_version_flag("--version", LEPTON_VERSION);
  app.require_subcommand(1);
  lepton::cli::Context context{.cancel = &interrupted};
  lepton::cli::add_demo(app, context);
  lepton::cli::add_train(app, context);
  lepton::cli::add_tune(app, context);
  lepton::cli::add_eval(app, context);
  lepton::cli::add_predict(app, context);
  lepton::cli::add_serve(app, context);
  lepton::cli::add_serve_token(app, context);
  lepton::cli::add_watch(app, context);
  lepton::cli::add_reviews(app, context);
  lepton::cli::add_export(app, context);
  lepton::cli::add_data(app, context);
  lepton::cli::add_op(app, context);
  lepton::cli::add_model(app, context);
  lepton::cli::add_runs(app, context);
  lepton::cli::add_weights(app, context);
  lepton::cli::add_bench(app, context);
  lepton::cli::add_doctor(app, context);
  lepton::cli::add_doc(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto result = lepton::catch_error([&] { context.run(); });
  if (result) return context.exit_code;
  std::fflush(stdout);
  std::fprintf(stderr, "lepton: %s\n", lepton::to_printable(result.error().what()).c_str());
  return lepton::error_code_info(result.error().code()).exit_code;
}
