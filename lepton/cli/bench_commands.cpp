// bench: how fast this machine runs Lepton, and how far that is from what the machine can do.
#include <CLI/CLI.hpp>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/bench/measure.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/kernels/cpu/simd/machine_peak.hpp"

namespace lepton::cli {
namespace {

struct BenchArguments {
  std::vector<std::string> names;  // of workloads, or model files
  std::int64_t batch = 1;
  double seconds = 3;
  std::string trace;
  bool json = false;
};

Json to_json(const bench::Measurement& m) {
  return {{"workload", m.name},
          {"steps", m.steps},
          {"ms_per_step", m.median_ms},
          {"lowest_ms", m.lowest_ms},
          {"highest_ms", m.highest_ms},
          {"first_ms", m.first_ms},
          {"samples_per_second", m.samples_per_second},
          {"loss", m.loss},
          {"peak_mb", m.peak_mb}};
}

void print_measurement(const bench::Measurement& m, double flops) {
  const double reached = 2 * static_cast<double>(m.profile.macs()) / m.median_ms * 1e-6;
  fmt::print("\n{}: {:.2f} ms a step ({:.2f} to {:.2f}, {} steps), {:.0f} samples/s; the first step {:.0f} ms; {:.0f} MB at most\n", m.name,
             m.median_ms, m.lowest_ms, m.highest_ms, m.steps, m.samples_per_second, m.first_ms, m.peak_mb);
  fmt::print("contractions alone: {:.1f} GFLOP/s over the whole step, {:.0f} % of the peak\n{}", reached, 100 * reached / flops,
             m.profile.table(25));
}

void bench_command(const BenchArguments& arguments) {
  const double flops = kernels::simd::measure_flops();
  Json all = Json::array();
  for (const std::string& name : arguments.names) {
    const bench::Workload workload =
        formats::is_graph_file(name) ? bench::file_workload(name, arguments.batch) : bench::get_workload(name).make(name);
    const bench::Measurement m = bench::measure(workload, {.seconds = arguments.seconds});
    if (!arguments.trace.empty()) write_atomic(local_files(), arguments.trace, m.profile.chrome_trace()).value();
    arguments.json ? all.push_back(to_json(m)) : print_measurement(m, flops);
  }
  // Last: its arrays would count in the workloads' peak memory.
  const double bandwidth = kernels::simd::measure_bandwidth();
  if (arguments.json)
    return print_json(
        {{"threads", num_threads()}, {"peak_gflops", flops}, {"memory_gb_per_second", bandwidth}, {"workloads", std::move(all)}});
  fmt::print("\nthis machine: {} threads, {:.0f} GFLOP/s of f32 multiply-adds, {:.0f} GB/s from memory\n", num_threads(), flops, bandwidth);
}

}  // namespace

void add_bench(CLI::App& app, Context& context) {
  auto arguments = std::make_shared<BenchArguments>();
  CLI::App* const command = app.add_subcommand(
      "bench", "Times training workloads and model files. Examples: lepton bench example; lepton bench model.onnx --batch 16");
  command->add_option("names", arguments->names, "workloads or files (.onnx, .tflite); all workloads if none is given");
  command->add_option("--batch", arguments->batch, "size of a free axis 0 of a file's inputs")->check(CLI::PositiveNumber);
  command->add_option("--seconds", arguments->seconds, "how long each is repeated")->check(CLI::NonNegativeNumber);
  command->add_option("--trace", arguments->trace, "writes the operators of a step for chrome://tracing or Perfetto");
  command->add_flag("--json", arguments->json, "print the result as JSON");
  std::string footer = "Workloads:\n";
  for (const bench::WorkloadDef& def : bench::all_workloads()) footer += fmt::format("  {:<12} {}\n", def.name, def.summary);
  command->footer(footer);
  command->callback([arguments, &context] {
    context.run = [arguments] {
      if (arguments->names.empty()) {
        for (const bench::WorkloadDef& def : bench::all_workloads()) arguments->names.emplace_back(def.name);
      }
      bench_command(*arguments);
    };
  });
}

}  // namespace lepton::cli
