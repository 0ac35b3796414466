// Makes and removes a test's folder.
#include "lepton/base/testing/temporary_folder.hpp"

#include <stdlib.h>

#include <cerrno>

#include "lepton/base/files.hpp"
#include "lepton/base/path.hpp"

namespace lepton {

TemporaryFolder::TemporaryFolder() {
  const char* root = ::getenv("TMPDIR");
  path_ = join_path(root != nullptr && *root != '\0' ? root : "/tmp", "lepton_test.XXXXXX");
  if (::mkdtemp(path_.data()) == nullptr) throw file_error("make folder", path_, errno);
}

TemporaryFolder::~TemporaryFolder() { (void)remove_all(local_files(), path_); }

std::string TemporaryFolder::file(std::string_view name) const { return join_path(path_, name); }

}  // namespace lepton
