// One version of one model, loaded: its batcher, and the recipe by which it takes pictures or rows.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "lepton/serve/batcher.hpp"

namespace lepton::tasks {
class ModelCodec;
}

namespace lepton::serve {

struct ServedModel {
  std::string name;
  std::int64_t version = 1;
  std::shared_ptr<Batcher> batcher;
  std::shared_ptr<const tasks::ModelCodec> codec;  // null: the file does not say what its tensors mean
  std::chrono::system_clock::time_point loaded;

  const Signature& signature() const { return batcher->signature(); }
};

using ModelHandle = std::shared_ptr<const ServedModel>;

}  // namespace lepton::serve
