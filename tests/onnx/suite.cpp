// Runs ONNX's own backend cases: onnx_suite FOLDER [EXCLUDED.txt] [--least N] [--page onnx.md --operators N] [--verbose]. A case is a
// folder with model.onnx and test_data_set_*, inputs and outputs as TensorProto files. EXCLUDED.txt has "PATTERN  REASON" lines ('*' stands
// for any text).
//
// PAGE is the reference page of operators: it must say how many rows it has, as many as the table of operators, with a row for each
// operator of a case that passes, and these must be at least N.
//
// Fails if a case fails that is not excluded, if an excluded one passes (the list must stay true), or if fewer than N pass.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <set>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/ops/onnx/table.hpp"

namespace lepton::formats {
namespace {

constexpr double kRelative = 1e-3, kAbsolute = 1e-6;  // ONNX's own defaults but for the second: some expected zeros are 2e-7

struct Exclusion {
  std::string pattern, reason;
  int used = 0;
};

bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  for (std::size_t begin = star; begin <= name.size(); ++begin) {
    if (matches(pattern.substr(star + 1), name.substr(begin))) return true;
  }
  return false;
}

std::vector<Exclusion> read_exclusions(const std::string& path) {
  std::vector<Exclusion> all;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t space = line.find(' ');
    all.push_back({line.substr(0, space), space == std::string::npos ? "" : line.substr(line.find_first_not_of(' ', space))});
  }
  return all;
}

OnnxValue read_value(const std::string& path) {
  const std::string bytes = read_file(local_files(), path, std::uint64_t{1} << 30).value();
  const auto owner = std::make_shared<std::string>(bytes);
  return read_onnx_tensor(std::as_bytes(std::span(*owner)), owner).value();
}

std::vector<OnnxValue> read_values(const std::string& folder, const std::string& kind) {
  std::vector<OnnxValue> all;
  for (int i = 0;; ++i) {
    const std::string path = join_path(folder, fmt::format("{}_{}.pb", kind, i));
    if (!exists(local_files(), path).value()) return all;
    all.push_back(read_value(path));
  }
}

// "" if they are equal, numbers within ONNX's tolerance.
std::string difference(const Tensor& got, const Tensor& expected);
std::string difference(const OnnxValue& got, const OnnxValue& expected) {
  const auto *const a = std::get_if<Tensor>(&got), *const b = std::get_if<Tensor>(&expected);
  if (a != nullptr && b != nullptr) return difference(*a, *b);
  const auto *const x = std::get_if<StringTensor>(&got), *const y = std::get_if<StringTensor>(&expected);
  return x != nullptr && y != nullptr && *x == *y ? "" : "the texts differ";
}

std::string difference(const Tensor& got, const Tensor& expected) {
  if (got.type() != expected.type()) return fmt::format("is {}, not {}", got.type().to_string(), expected.type().to_string());
  const std::vector<double> a = got.to_vector<double>(), b = expected.to_vector<double>();
  // A 16-bit float may round to its neighbour, or, after a sum that the reference rounds at each step, to the one after it.
  const double relative = expected.dtype() == DType::kBF16 ? 1.6e-2 : expected.dtype() == DType::kF16 ? 2e-3 : kRelative;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::isnan(b[i]) ? std::isnan(a[i]) : a[i] == b[i]) continue;
    if (std::abs(a[i] - b[i]) <= kAbsolute + relative * std::abs(b[i])) continue;
    return fmt::format("element {} is {}, not {}", i, a[i], b[i]);
  }
  return {};
}

// The first difference of results from expected ones.
std::string compare(OnnxModel& model, std::span<const OnnxValue> inputs, std::span<const OnnxValue> expected) {
  const auto results = model.run(inputs);
  if (!results) return results.error().message();
  if (results->size() != expected.size()) return fmt::format("{} results, not {}", results->size(), expected.size());
  for (std::size_t i = 0; i < results->size(); ++i) {
    if (const std::string wrong = difference((*results)[i], expected[i]); !wrong.empty())
      return fmt::format("result {} ({}): {}", i, model.file().graph.outputs[i].name, wrong);
  }
  return {};
}

// ONNX's "light" models: the weights are made in the graph, the input is 0, 1/n, 2/n …
std::string run_light(const std::string& path) {
  auto model = OnnxModel::load(local_files(), path);
  if (!model) return model.error().message();
  std::vector<OnnxValue> inputs;
  for (const OnnxValueInfo& info : model->file().graph.inputs) {
    Dims dims = info.dims.value();
    std::ranges::replace(dims, kAnyDim, 1);
    const Tensor x = Tensor::empty(DType::kF32, Shape(dims));
    for (std::int64_t i = 0; i < x.num_elements(); ++i)
      x.data<float>()[i] = static_cast<float>(static_cast<double>(i) / static_cast<double>(x.num_elements()));
    inputs.push_back(x);
  }
  return compare(*model, inputs, std::vector{read_value(path.substr(0, path.size() - 5) + "_output_0.pb")});
}

std::string run_case(const std::string& folder) {
  auto model = OnnxModel::load(local_files(), join_path(folder, "model.onnx"));
  if (!model) return model.error().message();
  const std::vector<FolderEntry> sets = local_files().list_folder(folder).value();
  for (const FolderEntry& entry : sets) {
    if (!entry.name.starts_with("test_data_set_")) continue;
    const std::string set = join_path(folder, entry.name);
    const auto loaded = catch_error([&] { return std::pair(read_values(set, "input"), read_values(set, "output")); });
    if (!loaded) return loaded.error().message();
    if (const std::string wrong = compare(*model, loaded->first, loaded->second); !wrong.empty()) return wrong;
  }
  return {};
}

std::string full_name(std::string_view domain, std::string_view op) { return fmt::format("{}{}{}", domain, domain.empty() ? "" : ".", op); }

void collect_operators(const std::vector<OnnxNode>& nodes, const OnnxModelFile& file, std::set<std::string>& operators) {
  for (const OnnxNode& node : nodes) {
    if (file.find_function(node.domain, node.op) == nullptr) operators.insert(full_name(node.domain, node.op));
    for (const auto& [name, graph] : node.graphs) collect_operators(graph->nodes, file, operators);
  }
}

// The number of faults of the page.
int check_page(const std::string& path, const std::set<std::string>& passing, std::size_t least) {
  std::set<std::string> table, rows;
  for (const OnnxOperator& op : ops::all_onnx_operators()) table.insert(full_name(op.domain, op.name));
  std::size_t stated = 0;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# Our operators")) break;  // from there on the page is about writing
    if (line.starts_with("| `")) rows.insert(line.substr(3, line.find('`', 3) - 3));
    if (const std::size_t at = line.find(" operators are read"); at != std::string::npos) stated = std::stoul(line.substr(0, at));
  }
  int wrong = 0;
  if (stated != rows.size() || rows != table)
    std::printf("%s says %zu operators and has %zu rows; the table has %zu\n", path.c_str(), stated, rows.size(), table.size()), ++wrong;
  for (const std::string& op : passing) {
    if (!rows.contains(op)) std::printf("%s has no row for %s, which passes\n", path.c_str(), op.c_str()), ++wrong;
  }
  std::printf("%zu of the %zu operators on the page are in cases that pass\n", passing.size(), rows.size());
  if (passing.size() < least) std::printf("fewer than %zu operators pass\n", least), ++wrong;
  return wrong;
}

struct Page {
  std::string path;  // "" for none
  int operators = 0;
};

int run(const std::string& folder, std::vector<Exclusion> excluded, int least, const Page& page, bool verbose) {
  int passed = 0, wrong = 0, left_out = 0;
  std::set<std::string> operators;
  const std::vector<FolderEntry> cases = local_files().list_folder(folder).value();
  for (const FolderEntry& entry : cases) {
    const std::string path = join_path(folder, entry.name);
    const bool light = entry.name.ends_with(".onnx");
    if (!light && !exists(local_files(), join_path(path, "model.onnx")).value()) continue;
    const auto exclusion = std::ranges::find_if(excluded, [&](const Exclusion& e) { return matches(e.pattern, entry.name); });
    const auto outcome = catch_error([&] { return light ? run_light(path) : run_case(path); });
    const std::string failure = outcome ? *outcome : outcome.error().message();
    passed += failure.empty();
    if (failure.empty() && !page.path.empty()) {
      const OnnxModelFile file = read_graph_file(local_files(), light ? path : join_path(path, "model.onnx")).value();
      collect_operators(file.graph.nodes, file, operators);
    }
    if (exclusion != excluded.end()) {
      ++exclusion->used;
      left_out += !failure.empty();
      if (failure.empty()) std::printf("PASSES THOUGH EXCLUDED  %s (%s)\n", entry.name.c_str(), exclusion->reason.c_str()), ++wrong;
    } else if (!failure.empty()) {
      std::printf("FAILS  %s: %s\n", entry.name.c_str(), failure.c_str());
      ++wrong;
    } else if (verbose) {
      std::printf("passes %s\n", entry.name.c_str());
    }
  }
  for (const Exclusion& e : excluded) {
    if (e.used == 0) std::printf("NO CASE MATCHES  %s\n", e.pattern.c_str()), ++wrong;
  }
  if (!page.path.empty()) wrong += check_page(page.path, operators, static_cast<std::size_t>(page.operators));
  std::printf("%d cases pass, %d are left out by name, %d are wrong\n", passed, left_out, wrong);
  if (passed < least) std::printf("fewer than %d pass\n", least);
  return wrong == 0 && passed >= least ? 0 : 1;
}

}  // namespace
}  // namespace lepton::formats

int main(int argc, char** argv) {
  std::string folder, excluded;
  int least = 0;
  bool verbose = false;
  lepton::formats::Page page;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--least" && i + 1 < argc) {
      least = std::atoi(argv[++i]);
    } else if (word == "--page" && i + 1 < argc) {
      page.path = argv[++i];
    } else if (word == "--operators" && i + 1 < argc) {
      page.operators = std::atoi(argv[++i]);
    } else if (word == "--verbose") {
      verbose = true;
    } else {
      (folder.empty() ? folder : excluded) = word;
    }
  }
  if (folder.empty()) {
    std::fprintf(stderr, "usage: onnx_suite FOLDER [EXCLUDED.txt] [--least N] [--page onnx.md --operators N] [--verbose]\n");
    return 2;
  }
  return lepton::formats::run(folder,
                              excluded.empty() ? std::vector<lepton::formats::Exclusion>() : lepton::formats::read_exclusions(excluded),
                              least, page, verbose);
}
