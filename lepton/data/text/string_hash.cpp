// FarmHash takes texts of up to 16, 32, 64 and more bytes each in its own way.
#include "lepton/data/text/string_hash.hpp"

#include <bit>
#include <utility>

namespace lepton::data {
namespace {

using U64 = std::uint64_t;

constexpr U64 kA = 0xc3a5c85c97cb3127, kB = 0xb492b66fbe98f273, kC = 0x9ae16a3b2f90404f;

// Little-endian, wherever it runs.
U64 word(const char* bytes, int count = 8) {
  U64 value = 0;
  for (int i = 0; i < count; ++i) value |= U64{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return value;
}

U64 rotate_right(U64 value, int by) { return std::rotr(value, by); }
U64 fold(U64 value) { return value ^ (value >> 47); }
U64 mix(U64 u, U64 v, U64 factor) {
  const U64 a = fold((u ^ v) * factor);
  return fold((v ^ a) * factor) * factor;
}

U64 up_to_16(const char* s, U64 size) {
  const U64 factor = kC + 2 * size;
  if (size >= 8) {
    const U64 a = word(s) + kC, b = word(s + size - 8);
    return mix(rotate_right(b, 37) * factor + a, (rotate_right(a, 25) + b) * factor, factor);
  }
  if (size >= 4) return mix(size + (word(s, 4) << 3), word(s + size - 4, 4), factor);
  if (size == 0) return kC;
  const U64 y = word(s, 1) + (word(s + size / 2, 1) << 8), z = size + (word(s + size - 1, 1) << 2);
  return fold((y * kC) ^ (z * kA)) * kC;
}

U64 up_to_32(const char* s, U64 size) {
  const U64 factor = kC + 2 * size;
  const U64 a = word(s) * kB, b = word(s + 8), c = word(s + size - 8) * factor, d = word(s + size - 16) * kC;
  return mix(rotate_right(a + b, 43) + rotate_right(c, 30) + d, a + rotate_right(b + kC, 18) + c, factor);
}

U64 up_to_64(const char* s, U64 size) {
  const U64 factor = kC + 2 * size;
  const U64 a = word(s) * kC, b = word(s + 8), c = word(s + size - 8) * factor, d = word(s + size - 16) * kC;
  const U64 y = rotate_right(a + b, 43) + rotate_right(c, 30) + d, z = mix(y, a + rotate_right(b + kC, 18) + c, factor);
  const U64 e = word(s + 16) * factor, f = word(s + 24), g = (y + word(s + size - 32)) * factor, h = (z + word(s + size - 24)) * factor;
  return mix(rotate_right(e + f, 43) + rotate_right(g, 30) + h, e + rotate_right(f + a, 18) + g, factor);
}

using Pair = std::pair<U64, U64>;

// 32 bytes into two numbers.
Pair absorb(const char* s, U64 a, U64 b) {
  a += word(s);
  const U64 c = a, z = word(s + 24);
  b = rotate_right(b + a + z, 21);
  a += word(s + 8) + word(s + 16);
  return {a + z, b + rotate_right(a, 44) + c};
}

struct LongState {
  U64 x = 81 * kC, y = 81 * kB + 113, z = fold((81 * kB + 113) * kC + 113) * kC;
  Pair v{0, 0}, w{0, 0};

  // The last 64 bytes go through the same step, with larger weights.
  void take(const char* s, U64 factor, U64 weight) {
    x = rotate_right(x + y + v.first + word(s + 8), 37) * factor;
    y = rotate_right(y + v.second + word(s + 48), 42) * factor;
    x ^= w.second * weight;
    y += v.first * weight + word(s + 40);
    z = rotate_right(z + w.first, 33) * factor;
    v = absorb(s, v.second * factor, x + w.first);
    w = absorb(s + 32, z + w.second, y + word(s + 16));
    std::swap(z, x);
  }
};

U64 beyond_64(const char* s, U64 size) {
  LongState state;
  state.x += word(s);
  const U64 blocks = (size - 1) / 64, rest = (size - 1) % 64;
  for (U64 i = 0; i < blocks; ++i) state.take(s + 64 * i, kB, 1);
  const U64 factor = kB + ((state.z & 0xff) << 1);
  state.w.first += rest;
  state.v.first += state.w.first;
  state.w.first += state.v.first;
  state.take(s + size - 64, factor, 9);
  return mix(mix(state.v.first, state.w.first, factor) + fold(state.y) * kA + state.z,
             mix(state.v.second, state.w.second, factor) + state.x, factor);
}

class SipState {
 public:
  explicit SipState(const std::array<U64, 2>& key)
      : v_{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573} {}

  void take(U64 block) {
    v_[3] ^= block;
    rounds(2);
    v_[0] ^= block;
  }
  U64 finish() {
    v_[2] ^= 0xff;
    rounds(4);
    return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
  }

 private:
  void half(int a, int b, int by) {
    v_[a] += v_[b];
    v_[b] = std::rotl(v_[b], by) ^ v_[a];
  }
  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      half(0, 1, 13);
      v_[0] = std::rotl(v_[0], 32);
      half(2, 3, 16);
      half(0, 3, 21);
      half(2, 1, 17);
      v_[2] = std::rotl(v_[2], 32);
    }
  }
  U64 v_[4];
};

}  // namespace

std::uint64_t farm_fingerprint(std::string_view text) {
  const char* s = text.data();
  const U64 size = text.size();
  if (size <= 16) return up_to_16(s, size);
  if (size <= 32) return up_to_32(s, size);
  return size <= 64 ? up_to_64(s, size) : beyond_64(s, size);
}

std::uint64_t sip_hash(std::string_view text, const std::array<std::uint64_t, 2>& key) {
  SipState state(key);
  std::string_view rest = text;
  for (; rest.size() >= 8; rest.remove_prefix(8)) state.take(word(rest.data()));
  state.take((U64{text.size()} << 56) | word(rest.data(), static_cast<int>(rest.size())));
  return state.finish();
}

}  // namespace lepton::data
