// Draws at most ten times a second, so that drawing costs nothing.
#include "lepton/train/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "lepton/base/error.hpp"

namespace lepton::train {
namespace {

using Clock = std::chrono::steady_clock;

std::string time_text(double seconds) {
  if (seconds < 1) return fmt::format("{:.0f}ms", seconds * 1e3);
  if (seconds < 60) return fmt::format("{:.0f}s", seconds);
  const auto whole = static_cast<long>(seconds);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string figures(const Logs& logs) {
  std::string text;
  for (const auto& [key, value] : logs) {
    text += key == "learning_rate" ? fmt::format(" - {}: {:.3g}", key, value) : fmt::format(" - {}: {:.4f}", key, value);
  }
  return text;
}

std::string bar_text(std::int64_t done, std::int64_t all, bool color) {
  constexpr std::int64_t kWidth = 24;
  const std::int64_t filled = std::min(kWidth, kWidth * done / all);
  std::string bar;
  for (std::int64_t i = 0; i < kWidth; ++i) bar += i < filled ? "━" : "─";
  return color ? "\033[32m" + bar + "\033[0m" : bar;
}

class ProgressBar final : public Callback {
 public:
  explicit ProgressBar(ProgressOutput output) : out_(std::move(output)) {}

  void on_epoch_begin(Training& training) override {
    begin_ = Clock::now();
    first_batch_ = training.position().batch;
    out_.write(fmt::format("Epoch {}/{}\n", training.position().epoch + 1, training.num_epochs()));
  }
  void on_batch_end(Training& training, const Logs& logs) override {
    if (!out_.live || Clock::now() - drawn_ < std::chrono::milliseconds(100)) return;
    drawn_ = Clock::now();
    draw(training, logs, false);
  }
  void on_epoch_end(Training& training, Logs& logs) override { draw(training, logs, true); }

 private:
  void draw(Training& training, const Logs& logs, bool finished) {
    const std::int64_t done = training.position().batch, known = training.num_batches();
    const std::int64_t all = std::max({known, done, std::int64_t{1}});  // of a source that does not know, what came so far
    const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double per_batch = seconds / static_cast<double>(std::max<std::int64_t>(done - first_batch_, 1));
    const std::string bar = bar_text(done, all, out_.color);
    const std::string timing = finished || known < 0 ? fmt::format("{} {}/step", time_text(seconds), time_text(per_batch))
                                                     : fmt::format("ETA {}", time_text(per_batch * static_cast<double>(all - done)));
    const std::string line = fmt::format("{}/{} {} {}{}", done, all, bar, timing, figures(logs));
    out_.write((out_.live ? "\r\033[K" : "") + line + (finished ? "\n" : ""));
  }

  ProgressOutput out_;
  Clock::time_point begin_, drawn_;
  std::int64_t first_batch_ = 0;
};

}  // namespace

std::shared_ptr<Callback> make_progress_bar(int verbose) {
  const bool live = verbose == 1 && isatty(STDOUT_FILENO) != 0;
  const auto write = [](const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  };
  return make_progress_bar({write, live, live && std::getenv("NO_COLOR") == nullptr});
}
std::shared_ptr<Callback> make_progress_bar(ProgressOutput output) { return std::make_shared<ProgressBar>(std::move(output)); }

struct ProgressLine::State {
  std::string label;
  std::int64_t total;
  bool live, color;
  Clock::time_point begin, drawn;
};

ProgressLine::ProgressLine(std::string label, std::int64_t total, int verbose) {
  if (verbose <= 0 || total <= 0) return;
  const bool live = verbose == 1 && isatty(STDOUT_FILENO) != 0;
  state_ = std::make_unique<State>(State{std::move(label), total, live, live && std::getenv("NO_COLOR") == nullptr, Clock::now(), {}});
}
ProgressLine::~ProgressLine() = default;

void ProgressLine::show(std::int64_t done) {
  if (state_ == nullptr) return;
  const bool finished = done >= state_->total;
  if (!finished && (!state_->live || Clock::now() - state_->drawn < std::chrono::milliseconds(100))) return;
  state_->drawn = Clock::now();
  const double seconds = std::chrono::duration<double>(Clock::now() - state_->begin).count();
  const double left = done > 0 ? seconds / static_cast<double>(done) * static_cast<double>(state_->total - done) : 0;
  fmt::print("{}{} {}/{} {} {}{}", state_->live ? "\r\033[K" : "", state_->label, done, state_->total,
             bar_text(done, state_->total, state_->color), finished ? time_text(seconds) : "ETA " + time_text(left), finished ? "\n" : "");
  std::fflush(stdout);
}

}  // namespace lepton::train
