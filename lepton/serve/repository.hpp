// Which models there are: files named at the start, and a folder that is looked at again and again. A version is replaced only after the
// new one has been loaded and warmed up; requests that have begun finish on the one they began with.
//
// The folder holds NAME.lepton (or .onnx, .tflite), or NAME/VERSION/… with one such file in it, or both.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "lepton/serve/served_model.hpp"

namespace lepton {
class ThreadPool;
}

namespace lepton::serve {

struct ModelFile {
  std::string name;
  std::int64_t version = 1;
  std::string path;

  bool operator==(const ModelFile&) const = default;
};

struct RepositoryOptions {
  std::vector<ModelFile> files = {};     // always there
  std::string folder = {};               // empty: none
  std::chrono::milliseconds poll{2000};  // how often the folder and the files are looked at; 0: never
  BatchingOptions batching = {};
};

enum class ModelState : std::uint8_t { kLoading, kReady, kUnavailable };

/// What the index says of a version.
struct IndexEntry {
  std::string name;
  std::int64_t version = 0;
  ModelState state = ModelState::kLoading;
  std::string reason = {};
};

class Repository {
 public:
  using Done = std::function<void(Result<void>)>;

  /// `loop` and `slots` must outlive it.
  Repository(net::EventLoop& loop, ComputeSlots& slots, FileSystem& files, RepositoryOptions options);
  ~Repository();

  /// Loads all models and begins to look for changes. A file that was named must load; of the folder's those that do.
  /// Errors:  those of loading a named file.
  Result<void> start();

  /// The newest version that is ready, or the one asked for.
  /// Errors:  kNotFound for a name or version that there is none of; kUnavailable while it is loading or after it was unloaded.
  Result<ModelHandle> find(std::string_view name, std::string_view version = {}) const;
  std::vector<IndexEntry> index() const;
  /// All that is ready.
  std::vector<ModelHandle> models() const;
  /// True when everything that is there was tried once.
  bool is_ready() const { return ready_; }

  /// Loads all versions of a model, anew if they are loaded; `done` is called on a thread of its own.
  void load(const std::string& name, Done done);
  void unload(const std::string& name, Done done);

 private:
  struct Version {
    std::string path;
    std::string print;    // size and time of the file that was loaded or refused
    std::string changed;  // those of a file that is different now: loaded when they rest
    ModelState state = ModelState::kLoading;
    std::string reason;
    ModelHandle model;
  };
  using Versions = std::map<std::int64_t, Version>;

  std::vector<ModelFile> scan() const;
  std::string print_of(const std::string& path) const;
  Result<void> load_file(const ModelFile& file, bool wait);
  void look(bool first);
  void schedule();

  net::EventLoop& loop_;
  ComputeSlots& slots_;
  FileSystem& files_;
  const RepositoryOptions options_;
  std::shared_ptr<std::atomic<bool>> stopped_ = std::make_shared<std::atomic<bool>>(false);
  std::atomic<bool> ready_ = false;

  mutable std::mutex mutex_;
  std::map<std::string, Versions, std::less<>> models_;
  std::map<std::string, bool, std::less<>> unloaded_;  // by request: they stay away until they are loaded by request

  std::unique_ptr<ThreadPool> loader_;  // last: its thread uses all the others
};

}  // namespace lepton::serve
