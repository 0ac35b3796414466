// The page's markup and style; no script, no outside resource.
#include "lepton/train/report/page.hpp"

#include <fmt/core.h>

#include "lepton/train/report/plot.hpp"

namespace lepton::train {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--line:#8884;--muted:#777;--accent:#2563eb}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans CJK SC",sans-serif;max-width:1120px;margin:0 auto;padding:24px}
h1{font-size:26px;margin:0}h2{font-size:19px;margin:36px 0 8px;border-bottom:1px solid var(--line);padding-bottom:4px}
.sub{color:var(--muted);margin:2px 0 20px}.figures{display:flex;flex-wrap:wrap;gap:14px}
.figure{border:1px solid var(--line);border-radius:8px;padding:10px 16px;min-width:150px}.figure b{display:block;font-size:24px}
.figure span{color:var(--muted);font-size:13px}table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:8px 0}
th,td{padding:4px 12px;border-bottom:1px solid var(--line);text-align:right}th:first-child,td:first-child{text-align:left}
.plots{display:flex;flex-wrap:wrap;gap:18px}svg{max-width:100%;height:auto}
.pictures{display:flex;flex-wrap:wrap;gap:12px}.picture{width:120px;font-size:12px}.picture img{width:112px;height:112px;object-fit:contain;image-rendering:pixelated;background:#8882}
.warning{border-left:4px solid #d97706;padding:6px 12px;background:#d9770618}
)";

}  // namespace

std::string figure_text(double value, const Interval& interval, bool percent) {
  if (percent) return fmt::format("{:.1f} % ({:.1f} to {:.1f})", value * 100, interval.low * 100, interval.high * 100);
  return fmt::format("{:.4g} ({:.4g} to {:.4g})", value, interval.low, interval.high);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned word = 0;
    for (std::size_t k = 0; k < 3; ++k) word = word << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : kDigits[(word >> (18 - 6 * k)) & 63u];
  }
  return out;
}

void Page::section(const std::string& heading, const std::string& explanation) {
  body_ += fmt::format("<h2>{}</h2>\n", escape_html(heading));
  if (!explanation.empty()) body_ += fmt::format("<p>{}</p>\n", escape_html(explanation));
}

void Page::figures(const std::vector<Figure>& figures) {
  body_ += "<div class='figures'>";
  for (const Figure& f : figures) {
    const bool percent = f.is_share;
    body_ += fmt::format("<div class='figure'>{}<b>{}</b><span>95 % interval {} to {}{}{}</span></div>", escape_html(f.name),
                         percent ? fmt::format("{:.1f} %", f.value * 100) : fmt::format("{:.4g}", f.value),
                         percent ? fmt::format("{:.1f}", f.interval.low * 100) : fmt::format("{:.4g}", f.interval.low),
                         percent ? fmt::format("{:.1f} %", f.interval.high * 100) : fmt::format("{:.4g}", f.interval.high),
                         f.note.empty() ? "" : "<br>", escape_html(f.note));
  }
  body_ += "</div>\n";
}

void Page::table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  body_ += "<table><thead><tr>";
  for (const std::string& cell : header) body_ += fmt::format("<th>{}</th>", escape_html(cell));
  body_ += "</tr></thead><tbody>";
  for (const auto& row : rows) {
    body_ += "<tr>";
    for (const std::string& cell : row) body_ += fmt::format("<td>{}</td>", escape_html(cell));
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table>\n";
}

void Page::paragraph(const std::string& text) { body_ += fmt::format("<p>{}</p>\n", escape_html(text)); }
void Page::warning(const std::string& text) { body_ += fmt::format("<p class='warning'>{}</p>\n", escape_html(text)); }
void Page::svg(const std::string& svg) { body_ += svg + "\n"; }

void Page::svgs(const std::vector<std::string>& svgs) {
  body_ += "<div class='plots'>";
  for (const std::string& one : svgs) body_ += one;
  body_ += "</div>\n";
}

void Page::pictures(const std::vector<Picture>& pictures) {
  body_ += "<div class='pictures'>";
  for (const Picture& picture : pictures) {
    body_ += fmt::format("<div class='picture'><img alt='' src='{}'>", picture.data_uri);
    for (const std::string& line : picture.lines) body_ += fmt::format("<div>{}</div>", escape_html(line));
    body_ += "</div>";
  }
  body_ += "</div>\n";
}

std::string Page::html() const {
  return fmt::format(
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><meta name='viewport' "
      "content='width=device-width'><title>{0}</title>\n<style>{1}</style></head>\n"
      "<body><h1>{0}</h1><p class='sub'>{2}</p>\n{3}</body></html>\n",
      escape_html(title_), kStyle, escape_html(subtitle_), body_);
}

}  // namespace lepton::train
