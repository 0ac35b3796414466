// Quoting and replacing, character by character.
#include "lepton/base/cell_text.hpp"

#include <algorithm>

#include "lepton/base/text.hpp"

namespace lepton {

std::string to_cell_text(std::string_view text) {
  std::string plain = to_printable(text);
  std::ranges::replace(plain, '\n', ' ');
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) plain.insert(0, "'");
  return plain;
}

std::string csv_cell(std::string_view text) {
  std::string cell = "\"";
  for (const char c : to_cell_text(text)) {
    if (c == '"') cell += '"';
    cell += c;
  }
  return cell + "\"";
}

std::string folder_name(std::string_view label) {
  std::string name;
  for (const char c : label) name += static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '/' || c == '\\' ? '_' : c;
  if (name.empty() || name.front() == '.') name.insert(0, "_");
  return name;
}

}  // namespace lepton
