// Tensors are the states; everything else is JSON in the file's metadata.
#include "lepton/train/checkpoint.hpp"

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/formats/safetensors.hpp"

namespace lepton::train {
namespace {

constexpr std::int64_t kCheckpointVersion = 1;

Json history_to_json(const History& history) {
  Json json = Json::array();
  for (const std::string& key : history.keys()) json.push_back({{"key", key}, {"values", history[key]}});
  return json;
}

History history_from_json(const Json& json) {
  History history;
  std::size_t epochs = 0;
  for (const Json& column : json) epochs = std::max(epochs, column.at("values").size());
  for (std::size_t epoch = 0; epoch < epochs; ++epoch) {
    Logs logs;
    for (const Json& column : json) {
      if (epoch < column.at("values").size())
        logs.emplace_back(column.at("key").get<std::string>(), json_number(column.at("values")[epoch]).value());
    }
    history.append(logs);
  }
  return history;
}

Json to_json(const Checkpoint& c) {
  Json callbacks = Json::array();
  for (const auto& [name, state] : c.callbacks) callbacks.push_back({{"name", name}, {"state", state}});
  return {{"version", kCheckpointVersion},
          {"iterations", c.iterations},
          {"epoch", c.position.epoch},
          {"batch", c.position.batch},
          {"sums", c.position.sums},
          {"samples", c.position.samples},
          {"history", history_to_json(c.history)},
          {"callbacks", callbacks}};
}

Checkpoint from_json(const Json& json) {
  Checkpoint c;
  if (json_get<std::int64_t>(json, "version").value() > kCheckpointVersion) {
    fail(ErrorCode::kUnsupported, "checkpoint: it was written by a newer version of Lepton");
  }
  c.iterations = json_get<std::int64_t>(json, "iterations").value();
  c.position.epoch = json_get<std::int64_t>(json, "epoch").value();
  c.position.batch = json_get<std::int64_t>(json, "batch").value();
  for (const Json& sum : json.at("sums")) c.position.sums.push_back(json_number(sum).value());
  c.position.samples = json_get<double>(json, "samples").value();
  c.history = history_from_json(json.at("history"));
  for (const Json& callback : json.at("callbacks")) {
    c.callbacks.emplace_back(json_get<std::string>(callback, "name").value(), json_get<std::string>(callback, "state").value());
  }
  return c;
}

std::vector<std::pair<std::string, std::string>> states_of(const std::vector<std::shared_ptr<Callback>>& callbacks) {
  std::vector<std::pair<std::string, std::string>> states;
  for (const auto& callback : callbacks) {
    if (std::string state = callback->save_state(); !state.empty()) states.emplace_back(callback->name(), std::move(state));
  }
  return states;
}

}  // namespace

Checkpoint take_checkpoint(Training& training, const std::vector<std::shared_ptr<Callback>>& callbacks) {
  return {training.model().save_states(), training.model().iterations(), training.position(), training.history(), states_of(callbacks)};
}

Result<void> write_checkpoint(FileSystem& files, const std::string& path, const Checkpoint& checkpoint) {
  const formats::NamedTensors tensors(checkpoint.states.begin(), checkpoint.states.end());
  return write_atomic(files, path, formats::write_safetensors(tensors, {{"lepton_checkpoint", dump_json(to_json(checkpoint))}}));
}

Result<Checkpoint> read_checkpoint(FileSystem& files, const std::string& path) {
  LEPTON_TRY(const std::shared_ptr<MappedFile> file, files.map(path));
  auto tensors = formats::read_safetensors(file->bytes(), file);
  if (!tensors) return tensors.error().with_context(path);
  const auto text = tensors->metadata.find("lepton_checkpoint");
  if (text == tensors->metadata.end()) return make_error(ErrorCode::kDataCorrupt, "{}: is no checkpoint of Lepton", path);
  return catch_error([&] {
    Checkpoint checkpoint = from_json(parse_json(text->second).value());
    // Copies: the file may be replaced while the training goes on.
    for (const auto& [name, tensor] : tensors->tensors) checkpoint.states[name] = tensor.copy();
    return checkpoint;
  });
}

Result<void> restore_checkpoint(const Checkpoint& checkpoint, Model& model, const std::vector<std::shared_ptr<Callback>>& callbacks) {
  LEPTON_CHECK_OK(model.restore_states(checkpoint.states));
  model.set_iterations(checkpoint.iterations);
  return catch_error([&] {
    for (const auto& callback : callbacks) {
      for (const auto& [name, state] : checkpoint.callbacks) {
        if (name == callback->name()) callback->restore_state(state);
      }
    }
  });
}

ModelCheckpoint::ModelCheckpoint(CheckpointOptions options) : options_(std::move(options)), monitor_(options_.monitor, options_.mode) {}

std::string ModelCheckpoint::best_path() const { return join_path(options_.folder, "best.safetensors"); }
std::string ModelCheckpoint::last_path() const { return join_path(options_.folder, "last.safetensors"); }

void ModelCheckpoint::write_last(Training& training, bool epoch_finished, const Logs* epoch_logs) {
  Checkpoint checkpoint = take_checkpoint(training, options_.keep);
  checkpoint.callbacks.emplace_back(name(), save_state());
  if (epoch_finished) {
    checkpoint.position = {.epoch = checkpoint.position.epoch + 1};
    if (epoch_logs != nullptr) checkpoint.history.append(*epoch_logs);
  }
  write_checkpoint(local_files(), last_path(), checkpoint).value();
}

void ModelCheckpoint::on_batch_end(Training& training, const Logs&) {
  if (options_.every_batches > 0 && training.position().batch % options_.every_batches == 0) write_last(training, false, nullptr);
}

void ModelCheckpoint::on_epoch_end(Training& training, Logs& logs) {
  const double* value = find_log(logs, monitor_.key());
  if (value == nullptr) value = find_log(logs, "loss");
  if (value != nullptr && monitor_.improve(*value)) {
    best_epoch_ = training.position().epoch + 1;
    write_checkpoint(local_files(), best_path(), take_checkpoint(training, {})).value();
  }
  write_last(training, true, &logs);
}

void ModelCheckpoint::on_train_end(Training& training) {
  // An interrupted epoch: the state after its last whole batch.
  if (training.stopping() && training.position().batch > 0 && training.position().batch < training.num_batches())
    write_last(training, false, nullptr);
}

std::string ModelCheckpoint::save_state() const {
  return dump_json({{"best_epoch", best_epoch_}, {"best", monitor_.has_best() ? Json(monitor_.best()) : Json()}});
}

void ModelCheckpoint::restore_state(const std::string& state) {
  const Json json = parse_json(state).value();
  best_epoch_ = json_get<std::int64_t>(json, "best_epoch").value();
  if (!json.at("best").is_null()) monitor_.restore(json.at("best").get<double>());
}

}  // namespace lepton::train
