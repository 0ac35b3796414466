// The report as text and as JSON.
#include <algorithm>
#include <array>

#include "lepton/base/json.hpp"
#include "lepton/base/text.hpp"
#include "lepton/data/inspect/inspect.hpp"

namespace lepton::data {
namespace {

constexpr std::array<std::string_view, 3> kSeverities{"error", "warning", "note"};

std::string_view name_of(Finding::Severity severity) { return kSeverities[static_cast<std::size_t>(severity)]; }
std::string_view name_of(ColumnType type) { return type == ColumnType::kNumber ? "number" : "category"; }

// "title: count" and at most `max_items` lines of it.
template <class Items, class Line>
void add_list(std::string& text, std::string_view title, const Items& items, std::int64_t max_items, Line&& line) {
  if (items.empty()) return;
  text += fmt::format("\n{}: {}\n", title, format_count(static_cast<std::int64_t>(items.size())));
  std::int64_t shown = 0;
  for (const auto& item : items) {
    if (shown++ == max_items) {
      text += fmt::format("  … and {} more\n", format_count(static_cast<std::int64_t>(items.size()) - max_items));
      return;
    }
    text += "  " + line(item) + "\n";
  }
}

std::string bar(std::int64_t count, std::int64_t most) {
  return std::string(static_cast<std::size_t>(most == 0 ? 0 : (24 * count + most - 1) / most), '#');
}

void add_columns(std::string& text, const Inspection& inspection, std::int64_t max_items) {
  add_list(text, "columns", inspection.columns, max_items, [](const ColumnSummary& column) {
    std::string line = fmt::format("{:<24} {:<9} {:>7} missing {:>7} distinct", column.name, name_of(column.type),
                                   format_count(column.num_missing), format_count(column.num_distinct));
    if (column.type == ColumnType::kNumber) line += fmt::format("  {:g} … {:g}, mean {:g}", column.minimum, column.maximum, column.mean);
    for (const auto& [word, count] : column.most_frequent) line += fmt::format("  {} ({})", word.substr(0, 24), count);
    return to_valid_utf8(line);
  });
}

Json finding_json(const Finding& finding) {
  return {{"severity", name_of(finding.severity)}, {"what", finding.what}, {"text", finding.text}};
}

Json column_json(const ColumnSummary& column) {
  Json json{
      {"name", column.name}, {"type", name_of(column.type)}, {"num_missing", column.num_missing}, {"num_distinct", column.num_distinct}};
  if (column.type == ColumnType::kNumber) {
    json.update({{"minimum", column.minimum}, {"mean", column.mean}, {"maximum", column.maximum}});
  } else {
    json["most_frequent"] = column.most_frequent;
  }
  return json;
}

template <class Items, class Make>
Json list_of(const Items& items, Make&& make) {
  Json list = Json::array();
  for (const auto& item : items) list.push_back(make(item));
  return list;
}

}  // namespace

std::string to_text(const Inspection& inspection, std::int64_t max_items) {
  std::string text = fmt::format("{}  ({})\n", inspection.path, inspection.kind);
  text += fmt::format("{} files in: {} samples", format_count(inspection.num_files), format_count(inspection.num_samples));
  if (inspection.kind == "class-folder")
    text += fmt::format(" + {} corrupt + {} skipped", inspection.corrupt.size(), inspection.skipped.size());
  text += "\n";
  std::int64_t most = 0;
  for (const auto& [name, count] : inspection.classes) most = std::max(most, count);
  add_list(text, "classes", inspection.classes, std::max<std::int64_t>(max_items, 50), [&](const auto& entry) {
    return fmt::format("{:<24} {:>9}  {}", entry.first, format_count(entry.second), bar(entry.second, most));
  });
  add_list(text, "official parts", inspection.parts, max_items,
           [](const auto& entry) { return fmt::format("{:<24} {:>9}", entry.first, format_count(entry.second)); });
  add_list(text, "formats", inspection.pictures.formats, max_items,
           [](const auto& entry) { return fmt::format("{:<24} {:>9}", entry.first, format_count(entry.second)); });
  add_list(text, "channels", inspection.pictures.channels, max_items,
           [](const auto& entry) { return fmt::format("{:<24} {:>9}", entry.first, format_count(entry.second)); });
  std::vector<std::pair<std::pair<std::int64_t, std::int64_t>, std::int64_t>> sizes(inspection.pictures.sizes.begin(),
                                                                                    inspection.pictures.sizes.end());
  std::ranges::stable_sort(sizes, std::ranges::greater(), [](const auto& entry) { return entry.second; });
  add_list(text, "sizes", sizes, std::min<std::int64_t>(max_items, 5), [](const auto& entry) {
    return fmt::format("{:<24} {:>9}", fmt::format("{} x {}", entry.first.first, entry.first.second), format_count(entry.second));
  });
  add_columns(text, inspection, std::max<std::int64_t>(max_items, 100));
  add_list(text, "corrupt files", inspection.corrupt, max_items,
           [](const CorruptFile& file) { return fmt::format("{}: {}", file.path, file.reason); });
  add_list(text, "skipped files", inspection.skipped, max_items,
           [](const SkippedFile& file) { return fmt::format("{}: {}", file.path, file.reason); });
  add_list(text, "duplicates", inspection.duplicates, max_items, [](const DuplicatePair& pair) {
    return fmt::format("{:<10}  {} = {}{}{}", pair.kind, pair.first, pair.second, pair.conflict ? "  (different classes)" : "",
                       pair.parts.empty() ? "" : fmt::format("  ({})", pair.parts));
  });
  add_list(text, "findings", inspection.findings, max_items,
           [](const Finding& finding) { return fmt::format("{:<8} {}", name_of(finding.severity), finding.text); });
  return text;
}

Json to_json(const Inspection& inspection) {
  const auto sizes = list_of(inspection.pictures.sizes, [](const auto& entry) -> Json {
    return {{"width", entry.first.first}, {"height", entry.first.second}, {"count", entry.second}};
  });
  return {{"version", 1},
          {"path", inspection.path},
          {"kind", inspection.kind},
          {"num_files", inspection.num_files},
          {"num_samples", inspection.num_samples},
          {"classes", list_of(inspection.classes,
                              [](const auto& entry) -> Json {
                                return {{"name", entry.first}, {"count", entry.second}};
                              })},
          {"parts", inspection.parts},
          {"formats", inspection.pictures.formats},
          {"channels", inspection.pictures.channels},
          {"sizes", sizes},
          {"columns", list_of(inspection.columns, column_json)},
          {"corrupt", list_of(inspection.corrupt,
                              [](const CorruptFile& file) -> Json {
                                return {{"path", file.path}, {"reason", file.reason}};
                              })},
          {"skipped", list_of(inspection.skipped,
                              [](const SkippedFile& file) -> Json {
                                return {{"path", file.path}, {"reason", file.reason}};
                              })},
          {"duplicates", list_of(inspection.duplicates,
                                 [](const DuplicatePair& pair) -> Json {
                                   return {{"first", pair.first},
                                           {"second", pair.second},
                                           {"kind", pair.kind},
                                           {"conflict", pair.conflict},
                                           {"parts", pair.parts}};
                                 })},
          {"findings", list_of(inspection.findings, finding_json)}};
}

}  // namespace lepton::data
