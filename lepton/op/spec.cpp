// Parser and printer of specs.
#include "lepton/op/spec.hpp"

#include <charconv>

#include "lepton/base/text.hpp"

namespace lepton {
namespace {

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Spec> parse() {
    Spec spec;
    skip_space();
    spec.name = std::string(take_name());
    if (spec.name.empty()) return error("a name is expected");
    skip_space();
    if (take('(')) LEPTON_CHECK_OK(parse_arguments(spec.arguments));
    skip_space();
    if (place_ != text_.size()) return error("unexpected text");
    return spec;
  }

 private:
  Result<void> parse_arguments(Attributes& arguments) {
    skip_space();
    if (take(')')) return {};
    for (int position = 0;; ++position) {
      skip_space();
      const std::size_t start = place_;
      std::string argument(take_name());
      skip_space();
      if (argument.empty() || !take('=')) {
        place_ = start;
        argument = std::to_string(position);
      }
      LEPTON_TRY(Attribute value, parse_value());
      if (arguments.has(argument)) return error("an argument is given twice");
      arguments.set(argument, std::move(value));
      skip_space();
      if (take(')')) return {};
      if (!take(',')) return error("',' or ')' is expected");
    }
  }

  Result<Attribute> parse_value() {
    skip_space();
    if (take('[')) return parse_list();
    if (take('"') || take('\'')) {
      const char quote = text_[place_ - 1];
      const std::size_t end = text_.find(quote, place_);
      if (end == std::string_view::npos) return error("a quote is not closed");
      const std::string_view inside = text_.substr(place_, end - place_);
      place_ = end + 1;
      return Attribute(inside);
    }
    const std::size_t start = place_;
    while (place_ < text_.size() && (is_name_char(text_[place_]) || text_[place_] == '.' || text_[place_] == '-' || text_[place_] == '+'))
      ++place_;
    const std::string_view word = text_.substr(start, place_ - start);
    if (word.empty()) return error("a value is expected");
    if (word == "true" || word == "True") return Attribute(true);
    if (word == "false" || word == "False") return Attribute(false);
    std::int64_t integer = 0;
    const char* end = word.data() + word.size();
    if (const auto [stop, code] = std::from_chars(word.data(), end, integer); code == std::errc() && stop == end) return Attribute(integer);
    double number = 0;
    if (const auto [stop, code] = std::from_chars(word.data(), end, number); code == std::errc() && stop == end) return Attribute(number);
    return Attribute(word);
  }

  Result<Attribute> parse_list() {
    std::vector<double> numbers;
    bool integers = true;
    skip_space();
    while (!take(']')) {
      LEPTON_TRY(const Attribute value, parse_value());
      if (const auto* i = std::get_if<std::int64_t>(&value.value())) {
        numbers.push_back(static_cast<double>(*i));
      } else if (const auto* d = std::get_if<double>(&value.value())) {
        numbers.push_back(*d);
        integers = false;
      } else {
        return error("a list holds numbers");
      }
      skip_space();
      if (!take(',') && (place_ >= text_.size() || text_[place_] != ']')) return error("',' or ']' is expected");
      skip_space();
    }
    if (!integers) return Attribute(numbers);
    std::vector<std::int64_t> whole;
    for (const double n : numbers) whole.push_back(static_cast<std::int64_t>(n));
    return Attribute(whole);
  }

  void skip_space() {
    while (place_ < text_.size() && text_[place_] == ' ') ++place_;
  }
  bool take(char c) {
    if (place_ >= text_.size() || text_[place_] != c) return false;
    ++place_;
    return true;
  }
  std::string_view take_name() {
    const std::size_t start = place_;
    while (place_ < text_.size() && is_name_char(text_[place_])) ++place_;
    return text_.substr(start, place_ - start);
  }
  Error error(std::string_view what) const {
    return make_error(ErrorCode::kParseError, "spec: {} at column {} of '{}'", what, place_ + 1, text_.substr(0, 200));
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

Result<Spec> Spec::parse(std::string_view text) { return Parser(text).parse(); }

Result<Attributes> Spec::bind(std::string_view component, std::span<const AttributeDef> declared) const {
  Attributes named;
  for (const auto& [key, value] : arguments) {
    std::size_t position = 0;
    const auto [stop, code] = std::from_chars(key.data(), key.data() + key.size(), position);
    const bool positional = code == std::errc() && stop == key.data() + key.size();
    if (positional && position >= declared.size()) {
      return make_error(ErrorCode::kInvalidArgument, "{}: takes at most {} arguments", component, declared.size());
    }
    const std::string argument = positional ? std::string(declared[position].name) : key;
    if (named.has(argument)) return make_error(ErrorCode::kInvalidArgument, "{}: '{}' is given twice", component, argument);
    named.set(argument, value);
  }
  return complete_attributes(component, declared, named);
}

std::string Spec::to_string() const {
  if (arguments.empty()) return name;
  std::string text = name + "(";
  for (const auto& [key, value] : arguments) {
    if (text.back() != '(') text += ", ";
    const bool positional = key.find_first_not_of("0123456789") == std::string::npos;
    text += positional ? value.to_string() : key + "=" + value.to_string();
  }
  return text + ")";
}

Error no_such_name(std::string_view what, std::string_view name, std::span<const std::string> known) {
  return make_error(ErrorCode::kNotFound, "{}: there is no '{}'{}", what, name, did_you_mean(name, known));
}

}  // namespace lepton
