// Loading happens on one thread; the maps change under the mutex, in one step for each version.
#include "lepton/serve/repository.hpp"

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <set>

#include "lepton/base/json.hpp"
#include "lepton/base/log.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/thread_pool.hpp"
#include "lepton/tasks/model_codec.hpp"

namespace lepton::serve {
namespace {

std::optional<std::int64_t> version_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) return std::nullopt;
  return number;
}

}  // namespace

Repository::Repository(net::EventLoop& loop, ComputeSlots& slots, FileSystem& files, RepositoryOptions options)
    : loop_(loop), slots_(slots), files_(files), options_(std::move(options)), loader_(std::make_unique<ThreadPool>(1, 256)) {}

Repository::~Repository() {
  *stopped_ = true;
  loader_->cancel();
}

std::vector<ModelFile> Repository::scan() const {
  std::vector<ModelFile> found = options_.files;
  if (options_.folder.empty()) return found;
  const auto entries = files_.list_folder(options_.folder);
  if (!entries) {
    log_warning("serve: {}", entries.error().message());
    return found;
  }
  const auto add = [&](std::string name, std::int64_t version, std::string path) {
    const bool taken = std::ranges::any_of(found, [&](const ModelFile& f) { return f.name == name && f.version == version; });
    if (is_model_name(name) && !taken) found.push_back({std::move(name), version, std::move(path)});
  };
  for (const FolderEntry& entry : *entries) {
    const std::string path = join_path(options_.folder, entry.name);
    if (entry.kind == FileKind::kRegular && is_servable(entry.name)) add(std::string(file_stem(entry.name)), 1, path);
    if (entry.kind != FileKind::kFolder) continue;
    const auto versions = files_.list_folder(path);
    if (!versions) continue;
    for (const FolderEntry& version : *versions) {
      const auto number = version_number(version.name);
      if (!number || version.kind != FileKind::kFolder) continue;
      const auto inside = files_.list_folder(join_path(path, version.name));
      if (!inside) continue;
      for (const FolderEntry& file : *inside) {
        if (file.kind == FileKind::kRegular && is_servable(file.name))
          add(entry.name, *number, join_path(join_path(path, version.name), file.name));
      }
    }
  }
  return found;
}

std::string Repository::print_of(const std::string& path) const {
  const auto info = files_.stat(path);
  return info ? fmt::format("{} {}", info->size_bytes, info->modified_ns) : std::string();
}

// On the loader's thread. With `wait`, the new model takes over only when all its buckets are warm: what it replaces had them.
Result<void> Repository::load_file(const ModelFile& file, bool wait) {
  const std::string print = print_of(file.path);
  auto loaded = catch_error([&] {
    auto model = std::make_shared<ServedModel>();
    model->name = file.name;
    model->version = file.version;
    model->batcher = std::make_shared<Batcher>(loop_, slots_, load_engine(files_, file.path).value(), options_.batching);
    if (const auto& task = model->batcher->engine().task()) model->codec = tasks::make_model_codec(*task).value();
    const auto warm = std::make_shared<std::promise<void>>();
    model->batcher->warm_up([warm] { warm->set_value(); });
    if (wait) {
      const std::future<void> future = warm->get_future();
      while (future.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready && !*stopped_) {
      }
    }
    model->loaded = std::chrono::system_clock::now();
    return model;
  });
  const std::lock_guard lock(mutex_);
  Version& version = models_[file.name][file.version];
  version.path = file.path;
  version.print = print;
  version.changed.clear();
  if (!loaded) {
    version.reason = loaded.error().message();
    if (version.model == nullptr) version.state = ModelState::kUnavailable;
    log_warning("serve: {} version {} was not loaded{}: {}", file.name, file.version,
                version.model != nullptr ? "; the one before goes on" : "", version.reason);
    return loaded.error();
  }
  version.model = std::move(*loaded);
  version.state = ModelState::kReady;
  version.reason.clear();
  log_info("serve: {} version {} is ready", file.name, file.version);
  return {};
}

Result<void> Repository::start() {
  auto first = loader_->submit([this]() -> Result<void> {
    for (const ModelFile& file : options_.files) LEPTON_CHECK_OK(load_file(file, false));
    look(true);
    ready_ = true;
    return {};
  });
  LEPTON_CHECK_OK(first.get());
  schedule();
  return {};
}

void Repository::schedule() {
  if (options_.poll.count() == 0) return;
  loop_.post_after(options_.poll, [this, stopped = stopped_] {
    if (*stopped) return;
    (void)loader_->submit([this] {
      look(false);
      schedule();
    });
  });
}

// Loads what is new or has changed, forgets what is gone. A file that has just changed may be half written: it must rest for one look.
void Repository::look(bool first) {
  const std::vector<ModelFile> found = scan();
  std::vector<std::pair<ModelFile, bool>> due;
  {
    const std::lock_guard lock(mutex_);
    for (const ModelFile& file : found) {
      if (unloaded_.contains(file.name)) continue;
      const std::string print = print_of(file.path);
      Version& version = models_[file.name][file.version];
      if (print.empty() || (version.print == print && version.path == file.path)) continue;
      if (!first && version.changed != print) {
        version.changed = print;
        continue;
      }
      due.emplace_back(file, version.model != nullptr);
    }
    for (auto& [name, versions] : models_) {
      std::erase_if(versions, [&](const auto& entry) {
        return std::ranges::none_of(found, [&](const ModelFile& f) { return f.name == name && f.version == entry.first; });
      });
    }
    std::erase_if(models_, [](const auto& entry) { return entry.second.empty(); });
  }
  for (const auto& [file, replaces] : due) {
    if (*stopped_) return;
    (void)load_file(file, replaces);
  }
}

Result<ModelHandle> Repository::find(std::string_view name, std::string_view version) const {
  const std::lock_guard lock(mutex_);
  const auto found = models_.find(name);
  if (found == models_.end()) return make_error(ErrorCode::kNotFound, "there is no model '{}'", name);
  const Versions& versions = found->second;
  if (version.empty()) {
    for (auto at = versions.rbegin(); at != versions.rend(); ++at) {
      if (at->second.model != nullptr) return at->second.model;
    }
    return make_error(ErrorCode::kUnavailable, "the model '{}' is not ready", name);
  }
  const auto number = version_number(version);
  const auto at = number ? versions.find(*number) : versions.end();
  if (at == versions.end()) return make_error(ErrorCode::kNotFound, "the model '{}' has no version '{}'", name, version);
  if (at->second.model == nullptr) return make_error(ErrorCode::kUnavailable, "version {} of '{}' is not ready", version, name);
  return at->second.model;
}

std::vector<IndexEntry> Repository::index() const {
  const std::lock_guard lock(mutex_);
  std::vector<IndexEntry> all;
  for (const auto& [name, versions] : models_) {
    for (const auto& [number, version] : versions) all.push_back({name, number, version.state, version.reason});
  }
  return all;
}

std::vector<ModelHandle> Repository::models() const {
  const std::lock_guard lock(mutex_);
  std::vector<ModelHandle> all;
  for (const auto& [name, versions] : models_) {
    for (const auto& [number, version] : versions) {
      if (version.model != nullptr) all.push_back(version.model);
    }
  }
  return all;
}

void Repository::load(const std::string& name, Done done) {
  (void)loader_->submit([this, name, done = std::move(done)] {
    const auto loaded = [&]() -> Result<void> {
      bool any = false;
      const std::vector<ModelFile> found = scan();
      for (const ModelFile& file : found) {
        if (file.name != name) continue;
        any = true;
        const bool replaces = [&] {
          const std::lock_guard lock(mutex_);
          unloaded_.erase(name);
          return models_[name][file.version].model != nullptr;
        }();
        LEPTON_CHECK_OK(load_file(file, replaces));
      }
      if (!any) return make_error(ErrorCode::kNotFound, "the repository has no model '{}'", name);
      return {};
    }();
    done(loaded);
  });
}

void Repository::unload(const std::string& name, Done done) {
  (void)loader_->submit([this, name, done = std::move(done)] {
    std::vector<ModelHandle> gone;  // the last to hold a model frees it, outside of the lock
    const auto unloaded = [&]() -> Result<void> {
      const std::lock_guard lock(mutex_);
      const auto found = models_.find(name);
      if (found == models_.end()) return make_error(ErrorCode::kNotFound, "there is no model '{}'", name);
      unloaded_[name] = true;
      for (auto& [number, version] : found->second) {
        gone.push_back(std::move(version.model));
        version.model = nullptr;
        version.state = ModelState::kUnavailable;
        version.reason = "unloaded";
        version.print.clear();
      }
      return {};
    }();
    done(unloaded);
  });
}

}  // namespace lepton::serve
