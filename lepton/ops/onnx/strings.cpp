// Texts. They are always known while a model is read, so what is done with them happens then.
#include <clocale>
#include <cmath>
#include <cwctype>
#include <map>
#include <set>

#include "lepton/base/text.hpp"
#include "lepton/ops/comparison.hpp"
#include "lepton/ops/onnx/internal/families.hpp"

namespace lepton::ops {
namespace {

double size_of_all(const std::vector<std::string>& texts) {
  double size = 0;
  for (const std::string& text : texts) size += string_size(text);
  return size;
}

// ---- two texts at a time ----------------------------------------------------------------------------------------------------------------

// For each element of the result, its places in a and b, which are broadcast.
template <class Visit>
Dims for_each_pair(const OnnxNodeReader& node, const StringTensor& a, const StringTensor& b, Visit&& visit) {
  const Shape x(a.dims), y(b.dims);
  const std::optional<Shape> all = broadcast(x, y);
  if (!all) fail(ErrorCode::kShapeMismatch, "{} and {} cannot be broadcast", x, y);
  node.claim(all->dims());
  for (std::int64_t i = 0; i < all->num_elements(); ++i) {
    std::int64_t rest = i, at_x = 0, at_y = 0, step_x = 1, step_y = 1;
    for (int axis = all->rank(); axis-- > 0;) {
      const std::int64_t place = rest % (*all)[axis];
      rest /= (*all)[axis];
      const int of_x = axis - (all->rank() - x.rank()), of_y = axis - (all->rank() - y.rank());
      if (of_x >= 0 && x[of_x] != 1) at_x += place * step_x;
      if (of_y >= 0 && y[of_y] != 1) at_y += place * step_y;
      if (of_x >= 0) step_x *= x[of_x];
      if (of_y >= 0) step_y *= y[of_y];
    }
    visit(a.values[static_cast<std::size_t>(at_x)], b.values[static_cast<std::size_t>(at_y)]);
  }
  return all->dims();
}

OnnxResults joined(OnnxNodeReader& node) {
  double size = 0;
  for_each_pair(node, node.strings(0), node.strings(1),
                [&](const std::string& x, const std::string& y) { size += string_size(x) + static_cast<double>(y.size()) / 4; });
  node.claim(size);
  StringTensor made;
  made.dims = for_each_pair(node, node.strings(0), node.strings(1),
                            [&](const std::string& x, const std::string& y) { made.values.push_back(x + y); });
  return {std::move(made)};
}

OnnxResults equal_or_not(OnnxNodeReader& node) {
  if (!node.has_strings(0)) return {equal(node.value(std::size_t{0}), node.value(1))};
  std::vector<std::uint8_t> same;
  const Dims dims =
      for_each_pair(node, node.strings(0), node.strings(1), [&](const std::string& x, const std::string& y) { same.push_back(x == y); });
  return {Tensor::from(same, Shape(dims)).cast(DType::kBool)};
}

// ---- one text at a time -----------------------------------------------------------------------------------------------------------------

// Without a separator: at runs of white space, as Python does.
std::vector<std::string> parts_of(std::string_view text, const std::string& separator, std::int64_t most) {
  constexpr std::string_view kSpace = " \t\n\r\f\v";
  std::vector<std::string> parts;
  if (separator.empty()) text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  while (!(separator.empty() && text.empty())) {
    const std::size_t end = std::ssize(parts) == most ? std::string_view::npos
                            : separator.empty()       ? text.find_first_of(kSpace)
                                                      : text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + separator.size());
    if (separator.empty()) text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  }
  return parts;
}

OnnxResults parted(OnnxNodeReader& node) {
  const StringTensor& x = node.strings(0);
  const std::int64_t most = node.integer("maxsplit", -1);
  std::vector<std::vector<std::string>> all;
  std::vector<std::int64_t> counts;
  std::size_t width = 0;
  for (const std::string& text : x.values) {
    node.claim(static_cast<double>(text.size()) * sizeof(std::string) / 4);
    all.push_back(parts_of(text, node.text("delimiter", ""), most));
    counts.push_back(std::ssize(all.back()));
    width = std::max(width, all.back().size());
  }
  node.claim(static_cast<double>(all.size() * width) * sizeof(std::string) / 4 + size_of_all(x.values));
  StringTensor made{x.dims, {}};
  made.dims.push_back(static_cast<std::int64_t>(width));
  for (std::vector<std::string>& parts : all) {
    parts.resize(width);
    for (std::string& part : parts) made.values.push_back(std::move(part));
  }
  return {std::move(made), Tensor::from(counts, Shape(x.dims))};
}

// The letters of any script in the other case, by the C library's tables.
std::string in_case(const std::string& text, bool upper) {
  static const locale_t unicode = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  std::string made;
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code = length == 1 ? lead : lead & (0x7Fu >> length);
    for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
    if (code >= 0x80 && unicode == nullptr) fail(ErrorCode::kUnavailable, "this machine has no table of letters (locale C.UTF-8)");
    if (code < 0x80) {
      const bool other = upper ? code >= 'a' && code <= 'z' : code >= 'A' && code <= 'Z';
      made += static_cast<char>(other ? code ^ 0x20u : code);
    } else {
      const auto wide = static_cast<wint_t>(code);
      const auto to = static_cast<std::uint32_t>(upper ? ::towupper_l(wide, unicode) : ::towlower_l(wide, unicode));
      if (to < 0x80) {
        made += static_cast<char>(to);
      } else {
        const int tails = to < 0x800 ? 1 : to < 0x10000 ? 2 : 3;
        made += static_cast<char>((0xF00u >> tails & 0xFFu) | to >> (6 * tails));
        for (int i = tails; i-- > 0;) made += static_cast<char>(0x80u | (to >> (6 * i) & 0x3Fu));
      }
    }
    at += length;
  }
  return made;
}

OnnxResults normalized(OnnxNodeReader& node) {
  const StringTensor& x = node.strings(0);
  if (x.dims.empty() || x.dims.size() > 2 || (x.dims.size() == 2 && x.dims[0] != 1))
    fail(ErrorCode::kShapeMismatch, "texts have the shape [C] or [1, C], not {}", Shape(x.dims));
  const std::string action = node.text("case_change_action", "NONE");
  if (action != "NONE" && action != "LOWER" && action != "UPPER") fail(ErrorCode::kInvalidArgument, "case_change_action is '{}'", action);
  const bool sensitive = node.integer("is_case_sensitive", 0) != 0;
  std::set<std::string> stopwords;
  if (node.attributes().has("stopwords")) {
    for (const std::string& word : node.attributes().get<std::vector<std::string>>("stopwords"))
      stopwords.insert(sensitive || !is_valid_utf8(word) ? word : in_case(word, false));
  }
  StringTensor made{x.dims, {}};
  for (const std::string& text : x.values) {
    if (!is_valid_utf8(text)) fail(ErrorCode::kInvalidArgument, "a text is not UTF-8: '{}'", to_valid_utf8(text));
    if (stopwords.contains(sensitive ? text : in_case(text, false))) continue;
    made.values.push_back(action == "NONE" ? text : in_case(text, action == "UPPER"));
  }
  if (made.values.empty()) made.values.emplace_back();
  made.dims.back() = std::ssize(made.values);
  return {std::move(made)};
}

// ---- labels -----------------------------------------------------------------------------------------------------------------------------

// A list of keys or values: an attribute of texts, whole numbers, numbers, or a tensor.
OnnxOperand labels(const OnnxNodeReader& node, const std::string& name) {
  const Attributes& a = node.attributes();
  if (a.has(name + "_strings")) {
    const auto& texts = a.get<std::vector<std::string>>(name + "_strings");
    return StringTensor{{std::ssize(texts)}, texts};
  }
  if (a.has(name + "_int64s")) return integers_tensor(a.integers(name + "_int64s"));
  if (a.has(name + "_floats")) {
    const auto& numbers = a.get<std::vector<double>>(name + "_floats");
    return Tensor::from(numbers, {std::ssize(numbers)}).cast(DType::kF32);
  }
  if (const StringTensor* texts = node.string_attribute(name + "_tensor")) return StringTensor(*texts);
  if (a.has(name + "_tensor")) return a.get<Tensor>(name + "_tensor");
  fail(ErrorCode::kInvalidArgument, "the attributes hold no {}", name);
}

// What a value becomes: the place of its key, or none.
std::vector<std::ptrdiff_t> places_of(OnnxNodeReader& node, const OnnxOperand& keys) {
  std::vector<std::ptrdiff_t> places;
  const auto look_up = [&](const auto& known, const auto& wanted) {
    std::map<typename std::decay_t<decltype(known)>::value_type, std::ptrdiff_t> table;
    for (std::size_t i = known.size(); i-- > 0;) table[known[i]] = static_cast<std::ptrdiff_t>(i);
    for (const auto& one : wanted) {
      const auto found = table.find(one);
      places.push_back(found == table.end() ? -1 : found->second);
    }
  };
  if (keys.strings != nullptr) {
    look_up(keys.strings->values, node.strings(0).values);
    return places;
  }
  // A NaN is a key, too: it has a place of its own.
  const std::vector<double> known = keys.known.to_vector<double>(), wanted = node.tensor(std::size_t{0}).to_vector<double>();
  const auto ordered = [](const std::vector<double>& all) {
    std::vector<std::pair<bool, double>> made;
    for (const double v : all) made.emplace_back(std::isnan(v), std::isnan(v) ? 0 : v);
    return made;
  };
  look_up(ordered(known), ordered(wanted));
  return places;
}

OnnxResults encoded(OnnxNodeReader& node) {
  const OnnxOperand keys = labels(node, "keys"), values = labels(node, "values");
  const Attributes& a = node.attributes();
  const std::vector<std::ptrdiff_t> places = places_of(node, keys);
  const Dims dims = node.has_strings(0) ? node.strings(0).dims : node.type(0).shape.dims();
  const auto count = [](const OnnxOperand& list) {
    return list.strings != nullptr ? std::ssize(list.strings->values) : list.known.num_elements();
  };
  if (count(keys) != count(values)) fail(ErrorCode::kInvalidArgument, "{} keys for {} values", count(keys), count(values));
  if (values.strings != nullptr) {
    const StringTensor* given = node.string_attribute("default_tensor");
    const std::string otherwise = given != nullptr && !given->values.empty() ? given->values[0] : node.text("default_string", "_Unused");
    StringTensor made{dims, {}};
    double size = 0;
    for (const std::ptrdiff_t at : places) size += string_size(at < 0 ? otherwise : values.strings->values[static_cast<std::size_t>(at)]);
    node.claim(size);
    for (const std::ptrdiff_t at : places) made.values.push_back(at < 0 ? otherwise : values.strings->values[static_cast<std::size_t>(at)]);
    return {std::move(made)};
  }
  const bool whole = is_integer(values.known.dtype());
  const double otherwise = a.has("default_tensor") ? a.get<Tensor>("default_tensor").reshape(Shape{}).item()
                           : whole                 ? static_cast<double>(node.integer("default_int64", -1))
                                                   : node.number("default_float", -0.0);
  const std::vector<double> list = values.known.to_vector<double>();
  std::vector<double> made;
  for (const std::ptrdiff_t at : places) made.push_back(at < 0 ? otherwise : list[static_cast<std::size_t>(at)]);
  return {Tensor::from(made, Shape(dims)).cast(values.known.dtype())};
}

}  // namespace

// ---- numbers ----------------------------------------------------------------------------------------------------------------------------

OnnxOperand onnx_to_texts(OnnxNodeReader& node) {
  if (node.has_strings(0)) return node.operand(0);
  const Tensor x = node.tensor(std::size_t{0});
  node.claim(static_cast<double>(x.num_elements()) * sizeof(std::string) / 4);
  StringTensor made{x.shape().dims(), {}};
  if (!is_float(x.dtype())) {
    for (const std::int64_t v : x.to_vector<std::int64_t>())
      made.values.push_back(x.dtype() == DType::kU64 ? fmt::format("{}", static_cast<std::uint64_t>(v)) : fmt::format("{}", v));
    return made;
  }
  for (const double v : x.to_vector<double>()) {
    made.values.push_back(std::isnan(v)              ? "NaN"
                          : std::isinf(v)            ? (v > 0 ? "INF" : "-INF")
                          : x.dtype() == DType::kF64 ? fmt::format("{:.17g}", v)
                                                     : fmt::format("{:.8g}", v));
  }
  return made;
}

Tensor onnx_from_texts(OnnxNodeReader& node, DType to) {
  const StringTensor& x = node.strings(0);
  const auto wrong = [](const std::string& text) { fail(ErrorCode::kInvalidArgument, "'{}' is not a number", to_valid_utf8(text)); };
  std::vector<double> numbers;
  std::vector<std::int64_t> whole;
  for (const std::string& text : x.values) {
    char* end = nullptr;
    if (is_float(to)) {
      numbers.push_back(std::strtod(text.c_str(), &end));  // "INF" and "NaN", too
    } else {
      whole.push_back(std::strtoll(text.c_str(), &end, 10));
    }
    if (text.empty() || end != text.c_str() + text.size()) wrong(text);
  }
  return is_float(to) ? Tensor::from(numbers, Shape(x.dims)).cast(to) : Tensor::from(whole, Shape(x.dims)).cast(to);
}

std::span<const OnnxOperator> onnx_strings() {
  static const OnnxOperator rows[] = {
      {"Equal", equal_or_not, 19},  {"LabelEncoder", encoded, 2, kStored, "ai.onnx.ml"},
      {"StringConcat", joined, 20}, {"StringNormalizer", normalized, 10},
      {"StringSplit", parted, 20},
  };
  return rows;
}

}  // namespace lepton::ops
