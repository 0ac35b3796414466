// doc and completion: pages and shell completion that the tables write themselves, so that they are never out of date.
#include <CLI/CLI.hpp>
#include <map>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/formats/tflite/translator.hpp"
#include "lepton/ops/op_table.hpp"
#include "lepton/tasks/task.hpp"
#include "lepton/tune/tune_options.hpp"

namespace lepton::cli {
namespace {

constexpr std::string_view kWritten = "<!-- Written by `lepton doc`; change the declarations, not this page. -->\n\n";

std::string errors_page() {
  std::string text(kWritten);
  text += "# Error codes\n\nEvery error has a code, an exit status of the program, an HTTP status and a Python class.\n\n";
  text += "| code | exit | HTTP | Python | meaning |\n|---|---|---|---|---|\n";
  for (int i = 0; i <= static_cast<int>(ErrorCode::kInternal); ++i) {
    const ErrorCodeInfo& info = error_code_info(static_cast<ErrorCode>(i));
    text += fmt::format("| `{}` | {} | {} | `{}` | {} |\n", info.name, info.exit_code, info.http_status, info.python_class, info.meaning);
  }
  return text;
}

// Bars would end a cell.
std::string cell(std::string_view content) {
  std::string text;
  for (const char c : content) text += c == '|' ? std::string("\\|") : std::string(1, c);
  return text;
}

std::string op_section(const OpDef& op) {
  std::string text = fmt::format("## {}\n\n{}\n\n", op.name, op.summary);
  if (!op.formula.empty()) text += fmt::format("Formula: `{}`\n\n", op.formula);
  if (!op.source.empty()) text += fmt::format("Source: {}\n\n", op.source);
  text += "| | name | |\n|---|---|---|\n";
  for (const InputDef& input : op.inputs) {
    const char* kind = input.variadic     ? "input, may repeat"
                       : input.optional   ? "input, optional"
                       : input.shape_only ? "input, for its shape"
                                          : "input";
    text += fmt::format("| {} | `{}` | {} |\n", kind, input.name, cell(input.doc));
  }
  for (const OutputDef& output : op.outputs) text += fmt::format("| output | `{}` | {} |\n", output.name, cell(output.doc));
  for (const AttributeDef& attribute : op.attributes) {
    const std::string value = attribute.required ? "needed" : "default `" + attribute.default_value.to_string() + "`";
    text += fmt::format("| attribute | `{}` | {}; {} |\n", attribute.name, cell(attribute.doc), value);
  }
  text += fmt::format("\nGradient: {}.", op.gradient != nullptr ? "own rule"
                                         : op.body != nullptr   ? "through smaller operators"
                                                                : op.not_differentiable);
  if (!op.onnx.name.empty() || op.onnx.emit != nullptr) {
    text += fmt::format(" ONNX: {}, opset {}.", op.onnx.name.empty() ? std::string("by a rule") : "`" + std::string(op.onnx.name) + "`",
                        op.onnx.opset);
  }
  return text + "\n\n";
}

std::map<std::string, std::string> op_pages() {
  std::map<std::string, std::string> pages;
  for (const OpDef& op : ops::all_ops()) {
    std::string& page = pages[fmt::format("ops/{}.md", name_of(op.family))];
    if (page.empty()) page = fmt::format("{}# Operators: {}\n\n", kWritten, name_of(op.family));
    page += op_section(op);
  }
  return pages;
}

std::string setting_rows(std::span<const AttributeDef> settings) {
  std::string text = "| setting | default | |\n|---|---|---|\n";
  for (const AttributeDef& setting : settings) {
    text += fmt::format("| `{}` | {} | {} |\n", setting.name,
                        setting.required ? std::string("needed") : "`" + setting.default_value.to_string() + "`", cell(setting.doc));
  }
  return text;
}

std::string tasks_page() {
  std::string text = std::string(kWritten) + "# Tasks and their settings\n\n";
  for (const tasks::TaskDef& task : tasks::all_tasks()) {
    text += fmt::format("## {}\n\n{}\n\n{}", task.name, task.summary, setting_rows(task.settings));
    text += '\n';
    if (!task.presets.empty()) text += "| preset | | settings |\n|---|---|---|\n";
    for (const tasks::Preset& preset : task.presets) {
      text += fmt::format("| `{}` | {} |", preset.name, cell(preset.summary));
      for (const std::string_view setting : preset.settings) text += fmt::format(" `{}`", setting);
      text += " |\n";
    }
    if (!task.presets.empty()) text += '\n';
  }
  return text + "## The section `tune`\n\nHow `lepton tune` searches; docs/tune.md explains it.\n\n" + setting_rows(tune::tune_settings());
}

std::string tflite_page() {
  const std::vector<std::string> operators = formats::tflite_operators();
  std::string text = fmt::format(
      "{}# TensorFlow Lite operators\n\n{} operators are read, with their fused activations, as float, quantised (int8, uint8, int16) or "
      "with "
      "quantised weights only. Inputs and results keep their types and axes. Models with several subgraphs, sparse or string tensors and "
      "custom operators are not supported.\n\n",
      kWritten, operators.size());
  for (const std::string& name : operators) text += fmt::format("- `{}`\n", name);
  return text;
}

void write_pages(const std::string& folder) {
  std::map<std::string, std::string> pages = op_pages();
  pages["errors.md"] = errors_page();
  pages["tasks.md"] = tasks_page();
  pages["zoo.md"] = std::string(kWritten) + zoo_page();
  pages["onnx.md"] = std::string(kWritten) + onnx_page();
  pages["keras.md"] = std::string(kWritten) + keras_page();
  pages["tflite.md"] = tflite_page();
  pages["weights.md"] = std::string(kWritten) + weights_page();
  local_files().make_folders(join_path(folder, "ops")).value();
  for (auto& [name, text] : pages) {
    while (text.ends_with("\n\n")) text.pop_back();
    write_atomic(local_files(), join_path(folder, name), text).value();
  }
}

// Words that may follow: a command's own commands and options.
std::string words_of(const CLI::App& command) {
  std::string words;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) words += sub->get_name() + " ";
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_lnames().empty()) words += "--" + option->get_lnames()[0] + " ";
  }
  return words;
}

void add_cases(const CLI::App& command, const std::string& path, std::string& cases) {
  cases += fmt::format("    '{}') words='{}' ;;\n", path, words_of(command));
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; }))
    add_cases(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), cases);
}

// zsh runs bash's completions too.
std::string completion(const CLI::App& app, const std::string& shell) {
  std::string cases;
  add_cases(app, "", cases);
  return fmt::format(R"({}_lepton() {{
  local path='' word words=''
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$word" in -*|*=*|*/*|*.*) ;; *) path="${{path:+$path }}$word" ;; esac
  done
  case "$path" in
{}  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}") $(compgen -f -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o filenames -F _lepton lepton
)",
                     shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "", cases);
}

}  // namespace

void add_doc(CLI::App& app, Context& context) {
  auto folder = std::make_shared<std::string>();
  auto* doc =
      app.add_subcommand("doc", "Writes the reference pages of operators, tasks, models and errors. Example: lepton doc docs/reference");
  doc->add_option("folder", *folder, "where to write")->required();
  doc->callback([=, &context] { context.run = [=] { write_pages(*folder); }; });
  auto shell = std::make_shared<std::string>();
  auto* complete = app.add_subcommand("completion", "Shell completion. Example: source <(lepton completion bash)");
  complete->add_option("shell", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  complete->callback([=, &app, &context] { context.run = [=, &app] { fmt::print("{}", completion(app, *shell)); }; });
}

}  // namespace lepton::cli
