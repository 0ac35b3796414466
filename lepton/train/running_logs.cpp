// Running means of losses and metrics, under Keras's keys.
#include "lepton/train/internal/model_state.hpp"

namespace lepton::train {

RunningLogs::RunningLogs(const nn::Network& network, const Objective& objective, const std::vector<std::string>& result_names) {
  const auto place_of = [&](const std::string& name) {
    for (std::size_t i = 0; i < result_names.size(); ++i) {
      if (result_names[i] == name) return i;
    }
    LEPTON_UNREACHABLE(name);
  };
  const bool several = network.output_names().size() > 1;
  figures_.push_back({"loss", nullptr, place_of("loss")});
  for (std::size_t i = 0; i < network.output_names().size(); ++i) {
    const std::string& output = network.output_names()[i];
    if (several && !objective.losses[i].loss.empty()) figures_.push_back({output + "_loss", nullptr, place_of(output + "/loss")});
  }
  for (std::size_t i = 0; i < network.output_names().size(); ++i) {
    const std::string& output = network.output_names()[i];
    for (const nn::Metric& metric : objective.metrics[i]) {
      if (!metric.def().batch_sums) continue;
      const std::size_t first = place_of(fmt::format("{}/{}/0", output, metric.text()));
      std::size_t count = 1;
      while (first + count < result_names.size() && result_names[first + count] == fmt::format("{}/{}/{}", output, metric.text(), count))
        ++count;
      figures_.push_back({several ? output + "_" + metric.key() : metric.key(), &metric, first, count});
    }
  }
  reset();
}

void RunningLogs::reset() {
  std::size_t count = 0;
  for (const Figure& figure : figures_) count += figure.count;
  sums_.assign(count, 0.0);
  samples_ = 0;
}

void RunningLogs::add(std::span<const Tensor> results, std::int64_t batch_size) {
  std::size_t place = 0;
  const auto samples = static_cast<double>(batch_size);
  for (const Figure& figure : figures_) {
    for (std::size_t k = 0; k < figure.count; ++k) {
      sums_[place++] += results[figure.first + k].item() * (figure.metric == nullptr ? samples : 1.0);
    }
  }
  samples_ += samples;
}

Logs RunningLogs::logs() const {
  Logs logs;
  std::size_t place = 0;
  for (const Figure& figure : figures_) {
    const std::span<const double> sums(sums_.data() + place, figure.count);
    place += figure.count;
    logs.emplace_back(figure.key, figure.metric == nullptr ? (samples_ > 0 ? sums[0] / samples_ : 0.0)
                                                           : figure.metric->def().finish(sums, figure.metric->arguments()));
  }
  return logs;
}

}  // namespace lepton::train
