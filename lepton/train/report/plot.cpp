// SVG by hand: the plots are few and plain.
#include "lepton/train/report/plot.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace lepton::train {
namespace {

constexpr std::array<const char*, 6> kColors = {"#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2"};
constexpr double kWidth = 520, kHeight = 300, kLeft = 56, kRight = 16, kTop = 30, kBottom = 40;

// Steps of 1, 2 or 5 times a power of ten, about `count` of them.
double nice_step(double range, int count) {
  const double raw = range / count, power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw) return factor * power;
  }
  return 10 * power;
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void include(double v) {
    if (!std::isfinite(v)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
  void settle() {
    if (low > high) low = 0, high = 1;
    if (high - low < 1e-12) {
      low -= 0.5;
      high += 0.5;
    }
  }
};

class Axes {
 public:
  Axes(Range x, Range y) : x_(x), y_(y) {}
  double px(double v) const { return kLeft + (v - x_.low) / (x_.high - x_.low) * (kWidth - kLeft - kRight); }
  double py(double v) const { return kHeight - kBottom - (v - y_.low) / (y_.high - y_.low) * (kHeight - kTop - kBottom); }

  std::string grid(const std::string& x_label, bool whole_x) const {
    std::string svg;
    const double ys = nice_step(y_.high - y_.low, 5);
    for (double v = std::ceil(y_.low / ys) * ys; v <= y_.high + 1e-9; v += ys) {
      svg += fmt::format("<line x1='{}' x2='{}' y1='{:.1f}' y2='{:.1f}' stroke='currentColor' stroke-opacity='.12'/>", kLeft,
                         kWidth - kRight, py(v), py(v));
      svg += fmt::format("<text x='{}' y='{:.1f}' text-anchor='end'>{:.4g}</text>", kLeft - 6, py(v) + 4, std::abs(v) < 1e-12 ? 0.0 : v);
    }
    double xs = nice_step(x_.high - x_.low, 8);
    if (whole_x) xs = std::max(1.0, std::round(xs));
    for (double v = std::ceil(x_.low / xs) * xs; v <= x_.high + 1e-9; v += xs) {
      svg += fmt::format("<text x='{:.1f}' y='{}' text-anchor='middle'>{:.4g}</text>", px(v), kHeight - kBottom + 16, v);
    }
    svg +=
        fmt::format("<text x='{}' y='{}' text-anchor='middle'>{}</text>", (kLeft + kWidth - kRight) / 2, kHeight - 6, escape_html(x_label));
    return svg;
  }

 private:
  Range x_, y_;
};

std::string svg_open(double width, double height) {
  return fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {:.0f} {:.0f}' width='{:.0f}' height='{:.0f}' "
      "font-family='system-ui,sans-serif' font-size='11' "
      "fill='currentColor' role='img'>",
      width, height, width, height);
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string plot_curves(const std::string& title, const std::vector<Curve>& curves, std::int64_t marked) {
  Range x, y;
  x.include(1);
  for (const Curve& curve : curves) {
    x.include(static_cast<double>(curve.values.size()));
    for (const double v : curve.values) y.include(v);
  }
  x.settle();
  y.settle();
  const double margin = 0.05 * (y.high - y.low);
  y.low -= margin;
  y.high += margin;
  const Axes axes(x, y);
  std::string svg = svg_open(kWidth, kHeight) +
                    fmt::format("<title>{0}</title><text x='{1}' y='16' font-weight='600'>{0}</text>", escape_html(title), kLeft);
  svg += axes.grid("epoch", true);
  if (marked > 0) {
    const double at = axes.px(static_cast<double>(marked));
    svg +=
        fmt::format("<line x1='{0:.1f}' x2='{0:.1f}' y1='{1}' y2='{2}' stroke='currentColor' stroke-dasharray='3 3' stroke-opacity='.6'/>",
                    at, kTop, kHeight - kBottom);
  }
  double legend = kWidth - kRight;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const char* color = kColors[i % kColors.size()];
    std::string path;
    bool pen_down = false;
    for (std::size_t e = 0; e < curves[i].values.size(); ++e) {
      const double v = curves[i].values[e];
      if (!std::isfinite(v)) {
        pen_down = false;
        continue;
      }
      path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", axes.px(static_cast<double>(e + 1)), axes.py(v));
      pen_down = true;
    }
    svg += fmt::format("<path d='{}' fill='none' stroke='{}' stroke-width='2'/>", path, color);
    legend -= 7.0 * static_cast<double>(curves[i].name.size()) + 22;
    svg += fmt::format("<rect x='{:.0f}' y='9' width='10' height='3' fill='{}'/><text x='{:.0f}' y='14'>{}</text>", legend, color,
                       legend + 14, escape_html(curves[i].name));
  }
  return svg + "</svg>";
}

std::string plot_confusion(const Confusion& confusion, const std::vector<std::string>& classes) {
  const auto n = static_cast<double>(confusion.classes);
  const double cell = std::clamp(420.0 / std::max(n, 1.0), 14.0, 44.0), left = 110, top = 96;
  const bool numbers = cell >= 24;
  std::string svg = svg_open(left + cell * n + 70, top + cell * n + 26) + "<title>Confusion matrix</title>";
  for (std::int64_t t = 0; t < confusion.classes; ++t) {
    std::int64_t row = 0;
    for (std::int64_t p = 0; p < confusion.classes; ++p) row += confusion.at(t, p);
    const double y = top + cell * static_cast<double>(t);
    const std::string name =
        static_cast<std::size_t>(t) < classes.size() ? escape_html(classes[static_cast<std::size_t>(t)]) : std::to_string(t);
    svg += fmt::format("<text x='{:.0f}' y='{:.1f}' text-anchor='end'>{}</text>", left - 6, y + cell / 2 + 4, name);
    svg += fmt::format("<text transform='translate({:.1f} {:.0f}) rotate(-50)'>{}</text>", left + cell * (static_cast<double>(t) + 0.6),
                       top - 6, name);
    for (std::int64_t p = 0; p < confusion.classes; ++p) {
      const double share = row == 0 ? 0 : static_cast<double>(confusion.at(t, p)) / static_cast<double>(row);
      const double x = left + cell * static_cast<double>(p);
      svg += fmt::format(
          "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='{}' fill-opacity='{:.3f}' stroke='currentColor' "
          "stroke-opacity='.1'/>",
          x, y, cell, cell, t == p ? "#2563eb" : "#dc2626", std::sqrt(share));
      if (numbers && confusion.at(t, p) > 0) {
        svg += fmt::format("<text x='{:.1f}' y='{:.1f}' text-anchor='middle'{}>{}</text>", x + cell / 2, y + cell / 2 + 4,
                           share > 0.4 ? " fill='#fff'" : "", confusion.at(t, p));
      }
    }
  }
  svg += fmt::format("<text x='{:.0f}' y='{:.0f}' text-anchor='middle'>predicted (columns), true (rows)</text>", left + cell * n / 2,
                     top + cell * n + 18);
  return svg + "</svg>";
}

std::string plot_reliability(const std::vector<ReliabilityBin>& bins) {
  const Axes axes({0, 1}, {0, 1});
  std::string svg =
      svg_open(kWidth, kHeight) +
      fmt::format("<title>Reliability</title><text x='{}' y='16' font-weight='600'>accuracy against confidence</text>", kLeft);
  svg += axes.grid("confidence", false);
  svg += fmt::format(
      "<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='currentColor' stroke-dasharray='3 3' stroke-opacity='.5'/>",
      axes.px(0), axes.py(0), axes.px(1), axes.py(1));
  std::int64_t largest = 1;
  for (const ReliabilityBin& b : bins) largest = std::max(largest, b.count);
  const double width = (axes.px(1) - axes.px(0)) / static_cast<double>(bins.size());
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const ReliabilityBin& b = bins[i];
    if (b.count == 0) continue;
    const double x = axes.px(0) + width * static_cast<double>(i), share = static_cast<double>(b.count) / static_cast<double>(largest);
    svg += fmt::format(
        "<rect x='{:.1f}' y='{:.1f}' width='{:.1f}' height='{:.1f}' fill='#2563eb' fill-opacity='{:.2f}'><title>{} samples</title></rect>",
        x + 1, axes.py(b.accuracy), width - 2, axes.py(0) - axes.py(b.accuracy), 0.15 + 0.6 * share, b.count);
    svg += fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='3' fill='#2563eb'/>", axes.px(b.confidence), axes.py(b.accuracy));
  }
  return svg + "</svg>";
}

std::string plot_scatter(const std::string& title, const std::vector<double>& truth, const std::vector<double>& predicted) {
  Range r;
  for (const double v : truth) r.include(v);
  for (const double v : predicted) r.include(v);
  r.settle();
  const Axes axes(r, r);
  std::string svg = svg_open(kWidth, kHeight) +
                    fmt::format("<title>{0}</title><text x='{1}' y='16' font-weight='600'>{0}</text>", escape_html(title), kLeft) +
                    axes.grid("true value", false);
  svg += fmt::format(
      "<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' stroke='currentColor' stroke-dasharray='3 3' stroke-opacity='.5'/>",
      axes.px(r.low), axes.py(r.low), axes.px(r.high), axes.py(r.high));
  // At most 2,000 points: more only make the file large.
  const std::size_t stride = std::max<std::size_t>(1, truth.size() / 2000);
  for (std::size_t i = 0; i < truth.size(); i += stride) {
    if (!std::isfinite(truth[i]) || !std::isfinite(predicted[i])) continue;
    svg +=
        fmt::format("<circle cx='{:.1f}' cy='{:.1f}' r='2' fill='#2563eb' fill-opacity='.5'/>", axes.px(truth[i]), axes.py(predicted[i]));
  }
  return svg + "</svg>";
}

}  // namespace lepton::train
