// Paths as UTF-8 texts with '/' between folders: taking them apart and putting them together, without touching a disk.
#pragma once

#include <string>
#include <string_view>

namespace lepton {

/// Returns `folder` and `name` with one '/' between; `name` alone if it is absolute or `folder` is empty.
std::string join_path(std::string_view folder, std::string_view name);

/// Returns the folder that holds `path`: "a/b" for "a/b/c", "." for "c", "/" for "/c". Slashes at the end are ignored.
std::string parent_folder(std::string_view path);

/// Returns the last part: "c.png" for "a/b/c.png".
std::string_view file_name(std::string_view path);

/// Returns the extension in ASCII lower case, without its dot: "jpg" for "a/B.JPG", "" for ".hidden" and "name".
std::string file_extension(std::string_view path);

/// Returns the last part without its extension: "c" for "a/c.png".
std::string_view file_stem(std::string_view path);

}  // namespace lepton
