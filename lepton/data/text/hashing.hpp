// Hashing: words and whole numbers as one of a few bins, without a vocabulary.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "lepton/base/error.hpp"
#include "lepton/base/json_fwd.hpp"

namespace lepton::data {

struct HashingOptions {
  std::int64_t num_bins = 1;
  std::optional<std::string> mask_value = {};            ///< Goes to bin 0, all else to bins from 1 on; a number as it is written.
  std::optional<std::array<std::int64_t, 2>> salt = {};  ///< A key: SipHash instead of FarmHash.
  bool operator==(const HashingOptions&) const = default;
};

/// The numbers are those of Keras's Hashing, for strings and whole numbers.
class Hashing {
 public:
  /// Errors:  kInvalidArgument for fewer bins than 1.
  static Result<Hashing> make(const HashingOptions& options);

  const HashingOptions& options() const { return options_; }
  /// In [0, num_bins).
  std::int64_t bin(std::string_view word) const;
  std::int64_t bin(std::int64_t number) const;

 private:
  explicit Hashing(const HashingOptions& options) : options_(options) {}
  HashingOptions options_;
};

Json to_json(const Hashing& hashing);
/// Reads what to_json() wrote.
/// Errors:  kParseError, naming the key; kUnsupported for a newer version; those of make().
Result<Hashing> hashing_from_json(const Json& json);

}  // namespace lepton::data
