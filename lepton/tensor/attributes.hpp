// Attributes: the constants that configure an operator (strides, axis, slope), a small sorted map of typed values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lepton/tensor/tensor.hpp"

namespace lepton {

using AttributeValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                                    std::vector<std::string>, DType, Tensor>;

/// One value from what a C++ caller naturally writes: int, float, const char*, Dims, Shape …
class Attribute {
 public:
  Attribute(bool value) : value_(value) {}
  Attribute(int value) : value_(std::int64_t{value}) {}
  Attribute(std::int64_t value) : value_(value) {}
  Attribute(double value) : value_(value) {}
  Attribute(const char* value) : value_(std::string(value)) {}
  Attribute(std::string_view value) : value_(std::string(value)) {}
  Attribute(std::string value) : value_(std::move(value)) {}
  Attribute(std::vector<std::int64_t> value) : value_(std::move(value)) {}
  Attribute(std::initializer_list<std::int64_t> value) : value_(std::vector<std::int64_t>(value)) {}
  Attribute(const Shape& value) : value_(value.dims()) {}
  Attribute(std::vector<double> value) : value_(std::move(value)) {}
  Attribute(std::vector<std::string> value) : value_(std::move(value)) {}
  Attribute(DType value) : value_(value) {}
  Attribute(Tensor value) : value_(std::move(value)) {}

  const AttributeValue& value() const { return value_; }

  /// The value as T, one of the alternatives of AttributeValue. Throws kInvalidArgument if it is another one.
  template <class T>
  const T& get() const {
    const T* value = std::get_if<T>(&value_);
    if (value == nullptr) fail(ErrorCode::kInvalidArgument, "attribute: the value {} has another type", to_string());
    return *value;
  }
  /// As the textual IR writes it: 1, 0.5, "same", [1,2], f32, true.
  std::string to_string() const;
  /// Tensors compare by bits.
  bool operator==(const Attribute& other) const;

 private:
  AttributeValue value_;
};

class Attributes {
 public:
  using Entry = std::pair<std::string, Attribute>;

  Attributes() = default;
  Attributes(std::initializer_list<Entry> entries);

  void set(std::string name, Attribute value);
  const Attribute* find(std::string_view name) const;
  bool has(std::string_view name) const { return find(name) != nullptr; }

  /// Throws kInvalidArgument if the attribute is missing or has another type.
  template <class T>
  const T& get(std::string_view name) const {
    return at(name).get<T>();
  }
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  bool flag(std::string_view name) const { return get<bool>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  const std::vector<std::int64_t>& integers(std::string_view name) const { return get<std::vector<std::int64_t>>(name); }
  DType dtype(std::string_view name) const { return get<DType>(name); }

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool empty() const { return entries_.empty(); }
  bool operator==(const Attributes&) const = default;

 private:
  const Attribute& at(std::string_view name) const;
  std::vector<Entry> entries_;  // sorted by name
};

}  // namespace lepton
