// Page: one self-contained HTML file, put together section by section. Everything that comes from data is escaped here.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lepton/train/report/statistics.hpp"

namespace lepton::train {

class Page {
 public:
  Page(std::string title, std::string subtitle) : title_(std::move(title)), subtitle_(std::move(subtitle)) {}

  void section(const std::string& heading, const std::string& explanation = {});
  /// Large figures with their intervals, first thing to be read.
  void figures(const std::vector<Figure>& figures);
  void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
  void paragraph(const std::string& text);
  /// A note that must not be missed.
  void warning(const std::string& text);
  /// SVG made by plot.hpp.
  void svg(const std::string& svg);
  /// Several SVGs beside each other where the page is wide enough.
  void svgs(const std::vector<std::string>& svgs);
  struct Picture {
    std::string data_uri;  // "data:image/png;base64,…"
    std::vector<std::string> lines;
  };
  void pictures(const std::vector<Picture>& pictures);

  std::string html() const;

 private:
  std::string title_, subtitle_, body_;
};

/// "91.6 % (91.0 to 92.1)"; a value outside [0, 1] is written as a number.
std::string figure_text(double value, const Interval& interval, bool percent);
std::string base64(std::string_view bytes);

}  // namespace lepton::train
