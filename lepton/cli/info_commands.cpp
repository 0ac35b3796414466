// data, op and doctor: what is there.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/parallel.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/data/inspect/inspect.hpp"
#include "lepton/data/named_dataset.hpp"
#include "lepton/formats/graph_file.hpp"
#include "lepton/formats/package.hpp"
#include "lepton/kernels/build_info.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/train/package.hpp"
#include "lepton/zoo/keras_files/keras_file.hpp"

namespace lepton::cli {
namespace {

void print_op(const OpDef& op) {
  fmt::print("{} ({}, since {})\n  {}\n", op.name, name_of(op.family), op.since, op.summary);
  if (!op.formula.empty()) fmt::print("  formula: {}\n", op.formula);
  if (!op.source.empty()) fmt::print("  source: {}\n", op.source);
  for (const InputDef& input : op.inputs) {
    fmt::print("  input {}{}: {}\n", input.name, input.optional ? " (optional)" : input.variadic ? " (repeats)" : "", input.doc);
  }
  for (const OutputDef& output : op.outputs) fmt::print("  output {}{}{}\n", output.name, output.doc.empty() ? "" : ": ", output.doc);
  for (const AttributeDef& attribute : op.attributes) {
    fmt::print("  attribute {} = {}: {}\n", attribute.name, attribute.required ? "(required)" : attribute.default_value.to_string(),
               attribute.doc);
  }
  fmt::print("  gradient: {}\n", op.gradient != nullptr ? "own rule" : op.body != nullptr ? "through its body" : op.not_differentiable);
  if (!op.onnx.name.empty() || op.onnx.emit != nullptr)
    fmt::print("  ONNX: {} (opset {})\n", op.onnx.name.empty() ? "written by a rule" : op.onnx.name, op.onnx.opset);
}

Json op_to_json(const OpDef& op) {
  Json json = {{"name", op.name},         {"family", name_of(op.family)}, {"since", op.since},
               {"summary", op.summary},   {"formula", op.formula},        {"source", op.source},
               {"inputs", Json::array()}, {"outputs", Json::array()},     {"attributes", Json::array()}};
  for (const InputDef& input : op.inputs)
    json["inputs"].push_back({{"name", input.name}, {"doc", input.doc}, {"optional", input.optional}, {"variadic", input.variadic}});
  for (const OutputDef& output : op.outputs) json["outputs"].push_back({{"name", output.name}, {"doc", output.doc}});
  for (const AttributeDef& attribute : op.attributes) {
    json["attributes"].push_back({{"name", attribute.name},
                                  {"doc", attribute.doc},
                                  {"default", attribute.default_value.to_string()},
                                  {"required", attribute.required}});
  }
  return json;
}

void show_op(const std::string& name, bool as_json) {
  const OpDef* op = ops::find_op(name);
  if (op != nullptr) return as_json ? print_json(op_to_json(*op)) : print_op(*op);
  std::vector<std::string> known;
  for (const OpDef& one : ops::all_ops()) known.emplace_back(one.name);
  fail(ErrorCode::kNotFound, "op: there is no operator '{}'{}", name, did_you_mean(name, known));
}

// A package: what it predicts, its layers, and what it was worth on validation data.
void show_model(const std::string& path, bool as_json) {
  if (formats::is_graph_file(path)) return show_graph_file(path, as_json);
  if (zoo::is_keras_file(path)) return show_keras_file(path, as_json);
  if (is_zoo_model(path) && !exists(local_files(), path).value()) return show_zoo_model(path, as_json);
  train::LoadedPackage loaded = train::load_package(local_files(), path).value();
  if (as_json) return print_json(*loaded.manifest);
  fmt::print("{}\n{}\n", loaded.model.summary(1), loaded.card);
}

void doctor(bool as_json) {
  if (as_json) {
    Json json = {{"version", LEPTON_VERSION},
                 {"threads", num_threads()},
                 {"instruction_set", kernels::instruction_set()},
                 {"onednn", kernels::onednn_version()},
                 {"data_folder", data::data_folder(local_files()).value_or("")}};
    for (const data::NamedDatasetInfo& info : data::named_datasets())
      json["data"][std::string(info.name)] = static_cast<bool>(data::locate_named_dataset(local_files(), info.name));
    return print_json(json);
  }
  fmt::print("lepton {}\ncompute threads: {}\nvector instructions: {}\noneDNN: {}\n", LEPTON_VERSION, num_threads(),
             kernels::instruction_set(), kernels::onednn_version());
  const auto folder = data::data_folder(local_files());
  fmt::print("data folder: {}\n", folder ? *folder : std::string("none (set LEPTON_DATA_DIR)"));
  for (const data::NamedDatasetInfo& info : data::named_datasets()) {
    const auto place = data::locate_named_dataset(local_files(), info.name);
    fmt::print("  {:<24} {}\n", info.name, place ? "here" : "not here: " + std::string(info.remedy));
  }
}

}  // namespace

void add_data(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("data", "Looks at data before anything is learnt from it");
  command->require_subcommand(1);
  auto path = std::make_shared<std::string>(), name = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto* inspect =
      command->add_subcommand("inspect", "Counts, balance, sizes, damaged files, copies. Example: lepton data inspect pictures");
  inspect->add_option("path", *path, "a folder of classes, a CSV, IDX or NPZ file")->required();
  inspect->add_flag("--json", *as_json, "print JSON");
  inspect->callback([=, &context] {
    context.run = [=] {
      const data::Inspection inspection = data::inspect(local_files(), *path).value();
      if (*as_json) return print_json(data::to_json(inspection));
      fmt::print("{}\n", data::to_text(inspection));
    };
  });
  command->add_subcommand("list", "Known data sets")->callback([&context] {
    context.run = [] {
      for (const data::NamedDatasetInfo& info : data::named_datasets()) fmt::print("{:<24} {} ({})\n", info.name, info.summary, info.terms);
    };
  });
  auto* get = command->add_subcommand("get", "Finds a known data set on this machine. Example: lepton data get fashion-mnist");
  get->add_option("name", *name, "a name from 'lepton data list'")->required();
  get->callback([=, &context] { context.run = [=] { fmt::print("{}\n", data::locate_named_dataset(local_files(), *name).value()); }; });
}

void add_op(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("op", "Operators");
  command->require_subcommand(1);
  auto name = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto* show = command->add_subcommand("show", "What an operator computes and takes. Example: lepton op show softplus");
  show->add_option("name", *name, "of the operator")->required();
  show->callback([=, &context] { context.run = [=] { show_op(*name, *as_json); }; });
  show->add_flag("--json", *as_json, "print JSON");
  auto* list = command->add_subcommand("list", "All operators");
  list->add_flag("--json", *as_json, "print JSON");
  list->callback([=, &context] {
    context.run = [=] {
      if (*as_json) {
        Json all = Json::array();
        for (const OpDef& op : ops::all_ops()) all.push_back(op_to_json(op));
        return print_json(all);
      }
      for (const OpDef& op : ops::all_ops()) fmt::print("{:<28} {}\n", op.name, op.summary);
    };
  });
}

void add_model(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("model", "Packaged and known models");
  command->require_subcommand(1);
  auto path = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto* show = command->add_subcommand("show", "Layers, sizes, memory and card. Example: lepton model show resnet18");
  show->add_option("model", *path, "a .lepton package, an ONNX file or a name from 'lepton model list'")->required();
  show->callback([=, &context] { context.run = [=] { show_model(*path, *as_json); }; });
  show->add_flag("--json", *as_json, "print the manifest");
  auto* list = command->add_subcommand("list", "Known models with their parameters and multiply-accumulates");
  list->add_flag("--json", *as_json, "print JSON");
  list->callback([=, &context] { context.run = [=] { list_zoo(*as_json); }; });
}

void add_doctor(CLI::App& app, Context& context) {
  auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("doctor", "What this machine has and what is missing");
  command->add_flag("--json", *as_json, "print JSON");
  command->callback([=, &context] { context.run = [=] { doctor(*as_json); }; });
}

}  // namespace lepton::cli
