// The leaderboard for people and for programs: text, page, CSV and JSON.
#include <algorithm>

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/train/report/page.hpp"
#include "lepton/tune/leaderboard.hpp"

namespace lepton::tune {
namespace {

using State = Entry::State;

constexpr std::size_t kListed = 6;  // trials by their numbers, no more
constexpr double kMargin = 0.9;     // of latency and size, to be worth a word

std::string_view name_of(State state) {
  switch (state) {
    case State::kFinished:
      return "finished";
    case State::kFailed:
      return "failed";
    case State::kStopped:
      return "stopped";
  }
  LEPTON_UNREACHABLE("state of an entry");
}

Json optional_number(double value) { return value > 0 ? Json(value) : Json(); }

std::string figure_of(const Entry& entry) {
  if (!entry.interval) return fmt::format("{:.4f}", entry.mean);
  return fmt::format("{:.4f} ({:.4f} to {:.4f})", entry.mean, entry.interval->low, entry.interval->high);
}

// Against the best.
std::string difference_of(const Leaderboard& board, const Entry& entry) {
  const Entry& best = *board.best();
  if (&entry == &best) return "best";
  if (entry.rung != best.rung) return fmt::format("left at epoch {}", entry.epochs);
  const Behind& behind = entry.behind;
  const std::string_view sign = board.objective.higher_is_better ? "-" : "+";
  const std::string mean = fmt::format("{}{:.4f}", behind.mean == 0 ? "" : sign, behind.mean);
  if (!behind.interval) return mean + ", no interval";
  return mean + (behind.apart ? ", worse" : ", cannot be told");
}

std::string latency_of(const Entry& entry) { return entry.latency_ms > 0 ? fmt::format("{:.3g} ms", entry.latency_ms) : "-"; }
std::string size_of(const Entry& entry) { return entry.size_bytes > 0 ? format_size(static_cast<std::uint64_t>(entry.size_bytes)) : "-"; }
std::string time_of(const Entry& entry) { return fmt::format("{:.3g} s", entry.seconds); }
std::string settings_of(const Entry& entry) { return entry.point.empty() ? "as given" : to_text(entry.point); }

// "3, 7 and 9"
std::string listed(const std::vector<std::int64_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ", numbers[i]);
  return text;
}

// The columns that the text, the page and the CSV share.
struct Column {
  std::string_view name;
  std::string (*text)(const Leaderboard&, const Entry&);
};
const std::vector<Column>& columns() {
  static const std::vector<Column> table = {
      {"trial", [](const Leaderboard&, const Entry& e) { return std::to_string(e.trial); }},
      {"validation figure (95 %)", [](const Leaderboard&, const Entry& e) { return figure_of(e); }},
      {"against the best", difference_of},
      {"a sample", [](const Leaderboard&, const Entry& e) { return latency_of(e); }},
      {"size", [](const Leaderboard&, const Entry& e) { return size_of(e); }},
      {"parameters", [](const Leaderboard&, const Entry& e) { return e.parameters > 0 ? format_count(e.parameters) : std::string("-"); }},
      {"a training", [](const Leaderboard&, const Entry& e) { return time_of(e); }},
      {"settings", [](const Leaderboard&, const Entry& e) { return settings_of(e); }}};
  return table;
}

std::vector<std::string> header() {
  std::vector<std::string> names = {""};
  for (const Column& column : columns()) names.emplace_back(column.name);
  return names;
}

std::vector<std::vector<std::string>> finished_rows(const Leaderboard& board, std::size_t most) {
  std::vector<std::vector<std::string>> rows;
  for (const Entry& entry : board.entries) {
    if (entry.state != State::kFinished || rows.size() == most) continue;
    std::vector<std::string> row = {std::to_string(rows.size() + 1)};
    for (const Column& column : columns()) row.push_back(column.text(board, entry));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::int64_t count(const Leaderboard& board, State state) { return std::ranges::count(board.entries, state, &Entry::state); }

std::string how_measured(const Leaderboard& board) {
  const std::string seeds = board.seeds > 1 ? fmt::format(", {} seeds each", board.seeds) : "";
  return board.folds > 0 ? fmt::format("{} folds{}", board.folds, seeds) : fmt::format("one validation part{}", seeds);
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace

Json to_json(const Leaderboard& board) {
  Json entries = Json::array();
  std::int64_t place = 0;
  for (const Entry& entry : board.entries) {
    Json settings = Json::object();
    for (const tasks::GivenSetting& value : entry.point) settings[value.key] = join(value.values, ",");
    Json json = {{"trial", entry.trial}, {"state", name_of(entry.state)}, {"settings", settings}, {"run", entry.run}};
    if (!entry.error.empty()) json["error"] = entry.error;
    if (entry.state == State::kFinished) {
      json.update({{"rank", ++place},
                   {"value", entry.mean},
                   {"folds", entry.folds},
                   {"epochs", entry.epochs},
                   {"seconds", entry.seconds},
                   {"latency_ms", optional_number(entry.latency_ms)},
                   {"size_bytes", entry.size_bytes},
                   {"parameters", entry.parameters}});
      if (entry.interval) json["interval"] = {entry.interval->low, entry.interval->high};
      if (entry.behind.interval) {
        json["behind"] = {{"value", entry.behind.mean},
                          {"interval", {entry.behind.interval->low, entry.behind.interval->high}},
                          {"apart", entry.behind.apart}};
      }
    }
    entries.push_back(std::move(json));
  }
  return {{"version", 1},
          {"task", board.task},
          {"metric", board.objective.name},
          {"higher_is_better", board.objective.higher_is_better},
          {"folds", board.folds},
          {"seeds", board.seeds},
          {"threads", board.threads},
          {"entries", entries},
          {"verdict", verdict(board)}};
}

std::string to_csv(const Leaderboard& board) {
  std::string text =
      "rank,trial,state,value,low,high,behind,behind_low,behind_high,latency_ms,size_bytes,parameters,seconds,epochs,settings,error\n";
  std::int64_t place = 0;
  const auto ends = [](const std::optional<train::Interval>& i) { return i ? fmt::format("{},{}", i->low, i->high) : std::string(","); };
  for (const Entry& e : board.entries) {
    const bool finished = e.state == State::kFinished;
    text += finished ? fmt::format("{},{},finished,{},{},{},{},{},{},{},{},{},", ++place, e.trial, e.mean, ends(e.interval), e.behind.mean,
                                   ends(e.behind.interval), e.latency_ms, e.size_bytes, e.parameters, e.seconds, e.epochs)
                     : fmt::format(",{},{},,,,,,,,,,,,", e.trial, name_of(e.state));
    text += csv_cell(to_text(e.point)) + "," + csv_cell(e.error) + "\n";
  }
  return text;
}

std::vector<std::string> verdict(const Leaderboard& board) {
  std::vector<std::string> sentences;
  const Entry* best = board.best();
  if (best == nullptr) return {"No trial finished."};
  std::vector<std::int64_t> alike;
  const Entry *fastest = best, *smallest = best;
  bool intervals = true;
  std::int64_t rivals = 0, left = 0;
  for (const Entry& entry : board.entries) {
    if (entry.state == State::kFinished && entry.rung != best->rung) ++left;
    if (entry.state != State::kFinished || entry.rung != best->rung || &entry == best) continue;
    ++rivals;
    intervals = intervals && entry.behind.interval;
    if (entry.behind.apart || !entry.behind.interval) continue;
    alike.push_back(entry.trial);
    if (entry.latency_ms > 0 && entry.latency_ms < fastest->latency_ms) fastest = &entry;
    if (entry.size_bytes > 0 && entry.size_bytes < smallest->size_bytes) smallest = &entry;
  }
  if (!alike.empty()) {
    const std::string who = alike.size() > kListed ? fmt::format("{} of the {} others", alike.size(), rivals)
                                                   : fmt::format("trial{} {}", alike.size() == 1 ? "" : "s", listed(alike));
    sentences.push_back(
        fmt::format("Trial {} is first, but {} cannot be told from it: the interval of the difference holds zero.", best->trial, who));
    // A few per cent are no reason.
    const bool faster = fastest->latency_ms < kMargin * best->latency_ms;
    const bool smaller = static_cast<double>(smallest->size_bytes) < kMargin * static_cast<double>(best->size_bytes);
    if (faster)
      sentences.push_back(fmt::format("Of these, trial {} is the fastest: {} a sample, trial {} {}.", fastest->trial, latency_of(*fastest),
                                      best->trial, latency_of(*best)));
    if (smaller)
      sentences.push_back(fmt::format("Of these, trial {} is the smallest: {}, trial {} {}.", smallest->trial, size_of(*smallest),
                                      best->trial, size_of(*best)));
  } else if (!intervals) {
    sentences.push_back(fmt::format("Trial {} is first; one training each says nothing of chance: give folds or seeds.", best->trial));
  } else if (rivals > 0) {
    sentences.push_back(
        fmt::format("Trial {} is better than every other that got as many epochs: no interval of a difference holds zero.", best->trial));
  }
  if (left > 0)
    sentences.push_back(fmt::format("{} trial{} left behind with fewer epochs than the {} of trial {}; they might have caught up.", left,
                                    left == 1 ? " was" : "s were", best->epochs, best->trial));
  sentences.push_back(
      "Figures are of the validation samples that chose epochs and settings, so they are optimistic. The test set was not opened: train "
      "the "
      "best, then open it once.");
  return sentences;
}

std::string to_text(const Leaderboard& board, std::size_t most) {
  std::string text = fmt::format("{} by {} ({} is better), {}\n", board.task, board.objective.name,
                                 board.objective.higher_is_better ? "higher" : "lower", how_measured(board));
  if (board.best() != nullptr) {
    const std::vector<std::vector<std::string>> rows = finished_rows(board, most);
    const std::vector<std::string> names = header();
    std::vector<std::size_t> widths;
    for (std::size_t column = 0; column < names.size(); ++column) {
      std::size_t width = names[column].size();
      for (const auto& row : rows) width = std::max(width, row[column].size());
      widths.push_back(column + 1 == names.size() ? 0 : width);
    }
    const auto line = [&](const std::vector<std::string>& row) {
      for (std::size_t column = 0; column < row.size(); ++column)
        text += fmt::format("{:<{}}{}", row[column], widths[column], column + 1 == row.size() ? "\n" : "  ");
    };
    line(names);
    for (const auto& row : rows) line(row);
    const std::int64_t hidden = count(board, State::kFinished) - std::ssize(rows);
    if (hidden > 0) text += fmt::format("and {} more in leaderboard.csv\n", hidden);
  }
  for (const Entry& entry : board.entries) {
    if (entry.state == State::kFailed) text += fmt::format("trial {} failed ({}): {}\n", entry.trial, settings_of(entry), entry.error);
  }
  if (const std::int64_t stopped = count(board, State::kStopped); stopped > 0)
    text += fmt::format("{} trial{} did not finish in time\n", stopped, stopped == 1 ? "" : "s");
  text += '\n';
  for (const std::string& sentence : verdict(board)) text += sentence + "\n";
  return text;
}

std::string to_page(const Leaderboard& board, const std::string& source) {
  train::Page page("Choosing settings: leaderboard",
                   fmt::format("{}, {} by {}, {}", source, board.task, board.objective.name, how_measured(board)));
  if (const Entry* best = board.best(); best != nullptr) {
    if (best->interval) page.figures({{fmt::format("{} of trial {}", board.objective.name, best->trial), best->mean, *best->interval}});
    for (const std::string& sentence : verdict(board)) page.paragraph(sentence);
    page.section("Trials", fmt::format("{} is better. Latency of one sample by the packaged model on this machine, {} threads.",
                                       board.objective.higher_is_better ? "Higher" : "Lower", board.threads));
    page.table(header(), finished_rows(board, board.entries.size()));
  } else {
    page.warning("No trial finished.");
  }
  std::vector<std::vector<std::string>> rest;
  for (const Entry& entry : board.entries) {
    if (entry.state != State::kFinished)
      rest.push_back({std::to_string(entry.trial), std::string(name_of(entry.state)), settings_of(entry), entry.error});
  }
  if (!rest.empty()) {
    page.section("Not finished", "A failed trial stops no other; stopped ones ran out of time.");
    page.table({"trial", "", "settings", "why"}, rest);
  }
  return page.html();
}

}  // namespace lepton::tune
