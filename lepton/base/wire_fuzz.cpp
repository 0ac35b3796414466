// Any bytes are fields within the message or an error; every accessor and every nesting is tried on each.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lepton/base/wire.hpp"

namespace {

constexpr std::size_t kMaxCount = 1000;

template <class T>
void read_numbers(const lepton::WireField& field) {
  std::vector<T> values;
  (void)lepton::read_repeated(field, values, kMaxCount);
  LEPTON_ASSERT(values.size() <= kMaxCount, "more values than allowed");
}

void read_message(lepton::WireReader reader, std::span<const std::byte> message) {
  while (!reader.at_end()) {
    const auto field = reader.next();
    if (!field) return;
    if (field->type == lepton::WireType::kBytes && !field->bytes.empty()) {
      const bool inside = &field->bytes.front() >= message.data() && &field->bytes.back() <= &message.back();
      LEPTON_ASSERT(inside, "field outside its message");
    }
    (void)field->as_text();
    (void)field->as_sint64();
    (void)field->as_float();
    (void)field->as_double();
    read_numbers<std::int64_t>(*field);
    read_numbers<std::uint64_t>(*field);
    read_numbers<float>(*field);
    read_numbers<double>(*field);
    if (const auto nested = reader.nested(*field)) read_message(*nested, field->bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> message = std::as_bytes(std::span(data, size));
  read_message(lepton::WireReader(message), message);
  return 0;
}
