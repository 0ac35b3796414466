// Parsing of einsum equations.
#include "lepton/ops/internal/einsum_equation.hpp"

#include <algorithm>

namespace lepton::ops {
namespace {

constexpr int kMaxEllipsisAxes = 10;  // as many as there are digits

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// The labels of one term with '.' in place of an ellipsis.
Result<std::string> parse_term(std::string_view equation, std::size_t& at) {
  std::string labels;
  for (; at < equation.size() && equation[at] != ',' && equation[at] != '-'; ++at) {
    const char c = equation[at];
    if (c == ' ') continue;
    if (c == '.' && equation.substr(at, 3) == "..." && labels.find('.') == std::string::npos) {
      labels += '.';
      at += 2;
    } else if (is_letter(c)) {
      labels += c;
    } else {
      return make_error(ErrorCode::kParseError,
                        "einsum: unexpected '{}' at place {} of '{}': a letter, one '...', ',' or '->' can stand here", c, at, equation);
    }
  }
  return labels;
}

std::string ellipsis_labels(int count) {
  std::string labels;
  for (int i = count; i-- > 0;) labels += static_cast<char>('0' + i);
  return labels;
}

std::string with_ellipsis(std::string labels, int count) {
  const std::size_t dot = labels.find('.');
  return dot == std::string::npos ? labels : labels.replace(dot, 1, ellipsis_labels(count));
}

Result<void> check_result(std::string_view equation, const EinsumEquation& parsed) {
  for (const char label : parsed.result) {
    if (std::ranges::count(parsed.result, label) > 1)
      return make_error(ErrorCode::kParseError, "einsum: the result names '{}' twice ('{}')", label, equation);
    const bool known = std::ranges::any_of(parsed.operands, [&](const std::string& o) { return o.find(label) != std::string::npos; });
    if (!known) return make_error(ErrorCode::kParseError, "einsum: '{}' of the result is in no operand ('{}')", label, equation);
  }
  return {};
}

std::string implied_result(const std::vector<std::string>& terms) {
  std::string all, once = ".";
  for (const std::string& term : terms) all += term;
  std::ranges::sort(all);
  for (const char label : all) {
    if (label != '.' && std::ranges::count(all, label) == 1) once += label;
  }
  return once;
}

}  // namespace

Result<EinsumEquation> parse_einsum(std::string_view equation, const std::vector<int>& ranks) {
  std::vector<std::string> terms;
  std::size_t at = 0;
  for (;; ++at) {
    LEPTON_TRY(std::string term, parse_term(equation, at));
    terms.push_back(std::move(term));
    if (at >= equation.size() || equation[at] != ',') break;
  }
  std::string result;
  if (at < equation.size()) {
    if (equation.substr(at, 2) != "->")
      return make_error(ErrorCode::kParseError, "einsum: '-' without '>' at place {} of '{}'", at, equation);
    at += 2;
    LEPTON_TRY(result, parse_term(equation, at));
    if (at < equation.size()) return make_error(ErrorCode::kParseError, "einsum: the result must be the end of '{}'", equation);
  } else {
    result = implied_result(terms);
  }
  if (terms.size() != ranks.size())
    return make_error(ErrorCode::kShapeMismatch, "einsum: '{}' names {} operands, got {}", equation, terms.size(), ranks.size());
  EinsumEquation parsed;
  int widest = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool open = terms[i].find('.') != std::string::npos;
    const int rest = ranks[i] - static_cast<int>(terms[i].size()) + (open ? 1 : 0);
    if (open ? rest < 0 || rest > kMaxEllipsisAxes : rest != 0) {
      return make_error(ErrorCode::kShapeMismatch, "einsum: operand {} has {} axes, '{}' names {}{}", i, ranks[i], equation,
                        open ? "at least " : "", terms[i].size() - (open ? 1 : 0));
    }
    if (open) widest = std::max(widest, rest);
    parsed.ellipsis_at.push_back(terms[i].find('.'));
    parsed.operands.push_back(with_ellipsis(terms[i], rest));
  }
  if (widest > 0 && result.find('.') == std::string::npos)
    return make_error(ErrorCode::kParseError, "einsum: the result must have the '...' of the operands ('{}')", equation);
  parsed.result = with_ellipsis(result, widest);
  LEPTON_CHECK_OK(check_result(equation, parsed));
  return parsed;
}

}  // namespace lepton::ops
