// Memory planning: largest buffers first, each at the lowest place that is free during its whole life.
// Source: Pisarchyk & Lee 2020, "Efficient Memory Management for Deep Neural Net Inference" (greedy by size).
#include <algorithm>

#include "lepton/runtime/internal/plan.hpp"

namespace lepton::runtime {
namespace {

constexpr std::int64_t kAlignment = 64;

std::int64_t aligned(std::int64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

void assign_offsets(Plan& plan) {
  std::vector<Buffer*> waiting;
  for (Buffer& buffer : plan.buffers) {
    if (buffer.kind == Buffer::Kind::kArena) waiting.push_back(&buffer);
  }
  std::ranges::stable_sort(waiting, [](const Buffer* a, const Buffer* b) { return a->size_bytes > b->size_bytes; });
  std::vector<const Buffer*> placed;
  std::int64_t arena = 0;
  for (Buffer* buffer : waiting) {
    // Those that live at the same time, in the order of their places.
    std::vector<const Buffer*> neighbours;
    for (const Buffer* other : placed) {
      if (other->first_step <= buffer->last_step && buffer->first_step <= other->last_step) neighbours.push_back(other);
    }
    std::ranges::sort(neighbours, {}, &Buffer::offset);
    std::int64_t place = 0;
    for (const Buffer* other : neighbours) {
      if (place + buffer->size_bytes <= other->offset) break;
      place = std::max(place, aligned(other->offset + other->size_bytes));
    }
    buffer->offset = place;
    arena = std::max(arena, place + aligned(std::max<std::int64_t>(buffer->size_bytes, 1)));
    placed.push_back(buffer);
  }
  plan.statistics.arena_bytes = arena;
}

}  // namespace lepton::runtime
