// Foreign texts in tables and as names of folders: what a label or a file's name holds can do no harm there.
#pragma once

#include <string>
#include <string_view>

namespace lepton {

/// Text as a cell of a table may hold it: printable, on one line, and never a formula to the program that opens the table.
std::string to_cell_text(std::string_view text);

/// The same in the quotes of CSV (RFC 4180).
std::string csv_cell(std::string_view text);

/// A label as the name of a folder: it may not lead elsewhere, nor be hidden.
std::string folder_name(std::string_view label);

}  // namespace lepton
