// reviews: cases that wait for a person, from the command line; backup and restore.
#include <CLI/CLI.hpp>

#include "lepton/base/files.hpp"
#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/cli/commands.hpp"
#include "lepton/workspace/review_queue.hpp"

namespace lepton::cli {
namespace {

workspace::ReviewQueue open_reviews(const std::string& file) {
  if (!exists(local_files(), file).value())
    fail(ErrorCode::kNotFound, "{}: there is no such file; lepton serve --reviews {} makes it", file, file);
  return workspace::ReviewQueue::open(file).value();
}

void list_cases(const std::string& file, bool labelled, bool as_json) {
  workspace::ReviewQueue queue = open_reviews(file);
  Json all = Json::array();
  for (std::int64_t after = 0;;) {
    const std::vector<workspace::ReviewCase> cases = queue.list(labelled, after).value();
    if (cases.empty()) break;
    for (const workspace::ReviewCase& one : cases) {
      if (as_json) {
        all.push_back({{"id", one.id},
                       {"model", one.model},
                       {"said", one.said},
                       {"probability", one.probability},
                       {"reason", one.reason},
                       {"created", one.created},
                       {"label", one.label},
                       {"by", one.labelled_by},
                       {"why", one.why},
                       {"labelled", one.labelled}});
        continue;
      }
      fmt::print("{:>6}  {}  {} said {} ({:.1f} %), {}", one.id, one.created, to_printable(one.model), to_printable(one.said),
                 100 * one.probability, to_printable(one.reason));
      if (labelled) fmt::print("; is {} ({}, {})", to_printable(one.label), to_printable(one.labelled_by), one.labelled);
      fmt::print("\n");
    }
    after = cases.back().id;
  }
  if (as_json) print_json(all);
}

}  // namespace

void add_reviews(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("reviews", "Cases that wait for a person (lepton serve --reviews FILE). Example: lepton reviews list reviews.db");
  command->require_subcommand(1);
  auto file = std::make_shared<std::string>(), other = std::make_shared<std::string>(), label = std::make_shared<std::string>(),
       by = std::make_shared<std::string>(), why = std::make_shared<std::string>();
  auto id = std::make_shared<std::int64_t>(0), days = std::make_shared<std::int64_t>(0);
  auto labelled = std::make_shared<bool>(false), as_json = std::make_shared<bool>(false);
  const auto add = [&](const char* name, const char* help) {
    auto* sub = command->add_subcommand(name, help);
    sub->add_option("file", *file, "the file of cases")->required();
    return sub;
  };
  auto* list = add("list", "Cases that wait, or those that were labelled. Example: lepton reviews list reviews.db --labelled");
  list->add_flag("--labelled", *labelled, "those that were labelled");
  list->add_flag("--json", *as_json, "print JSON");
  list->callback([=, &context] { context.run = [=] { list_cases(*file, *labelled, *as_json); }; });
  auto* give = add("label", "Says what a case is. Example: lepton reviews label reviews.db 7 scratch --by ana --why 'seen under the lamp'");
  give->add_option("id", *id, "of the case")->required();
  give->add_option("label", *label, "what it is")->required();
  give->add_option("--by", *by, "who says so")->required();
  give->add_option("--why", *why, "and why");
  give->callback([=, &context] { context.run = [=] { open_reviews(*file).answer(*id, *label, *by, *why).value(); }; });
  auto* show =
      add("export", "Writes labelled cases as a folder of classes to train on. Example: lepton reviews export reviews.db more-pictures");
  show->add_option("folder", *other, "gets the pictures and labels.csv")->required();
  show->callback(
      [=, &context] { context.run = [=] { fmt::print("{} cases\n", open_reviews(*file).write_dataset(local_files(), *other).value()); }; });
  auto* forget = add("forget", "Removes cases that are older. Example: lepton reviews forget reviews.db --days 90");
  forget->add_option("--days", *days, "so many days")->required()->check(CLI::Range(0, 36'500));
  forget->callback([=, &context] {
    context.run = [=] { fmt::print("{} cases removed\n", open_reviews(*file).remove_older(std::chrono::hours(24 * *days)).value()); };
  });
  auto* backup = add("backup", "Copies the file while others use it. Example: lepton reviews backup reviews.db copy.db");
  backup->add_option("copy", *other, "where")->required();
  backup->callback([=, &context] { context.run = [=] { open_reviews(*file).backup(*other).value(); }; });
  auto* restore =
      add("restore", "Puts a backup in place; what was there stays as FILE.before. Example: lepton reviews restore reviews.db copy.db");
  restore->add_option("copy", *other, "the backup")->required();
  restore->callback([=, &context] { context.run = [=] { workspace::restore_reviews(*other, *file).value(); }; });
}

}  // namespace lepton::cli
