// Columns by key.
#include "lepton/train/history.hpp"

#include <algorithm>

#include "lepton/base/error.hpp"

namespace lepton::train {

const double* find_log(const Logs& logs, std::string_view key) {
  const auto place = std::ranges::find(logs, key, &Logs::value_type::first);
  return place == logs.end() ? nullptr : &place->second;
}

void History::append(const Logs& logs) {
  for (const auto& [key, value] : logs) {
    auto place = std::ranges::find(columns_, key, [](const auto& c) { return c.first; });
    if (place == columns_.end()) place = columns_.insert(columns_.end(), {key, {}});
    place->second.push_back(value);
  }
}

const std::vector<double>& History::operator[](std::string_view key) const {
  const auto place = std::ranges::find(columns_, key, [](const auto& c) { return std::string_view(c.first); });
  if (place == columns_.end()) fail(ErrorCode::kNotFound, "history: there is no '{}'", key);
  return place->second;
}

bool History::has(std::string_view key) const {
  return std::ranges::any_of(columns_, [&](const auto& c) { return c.first == key; });
}

std::vector<std::string> History::keys() const {
  std::vector<std::string> names;
  for (const auto& column : columns_) names.push_back(column.first);
  return names;
}

}  // namespace lepton::train
