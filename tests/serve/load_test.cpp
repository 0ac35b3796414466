// Batching under load: a row's bits do not depend on who came with it; overload is refused, not stored.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "lepton/net/testing/raw_socket.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

using namespace std::chrono_literals;

class LoadTest : public ServiceTest {
 protected:
  // Every client asks for its own rows again and again; returns all different answers to each seed.
  std::map<std::uint64_t, std::set<std::vector<float>>> ask(int clients, int times, std::int64_t rows) const {
    std::map<std::uint64_t, std::set<std::vector<float>>> said;
    std::mutex mutex;
    std::vector<std::jthread> threads;
    for (int t = 0; t < clients; ++t) {
      threads.emplace_back([&, t] {
        net::Client c = client();
        const auto seed = static_cast<std::uint64_t>(t);
        const std::string request = dense_request(rows, seed);
        for (int i = 0; i < times; ++i) {
          const std::vector<float> values = values_of(c.post("/v2/models/m/infer", request).value());
          const std::lock_guard lock(mutex);
          said[seed].insert(values);
        }
      });
    }
    threads.clear();
    return said;
  }
  std::uint64_t runs() const { return get("/v2/models/m/stats")["model_stats"][0]["execution_count"].get<std::uint64_t>(); }
};

TEST_F(LoadTest, ExactBatchingGivesTheSameBitsWhateverTheLoad) {
  write_dense_onnx(path("m.onnx"), 1, 300);
  // Which sizes can be promised depends on processor and library; a model that cannot keep the promise is refused, not served otherwise.
  for (const std::int64_t rows : {16, 8, 6, 4, 2}) {
    const auto started = catch_error([&] { start_with(path("m.onnx"), {.max_batch = rows, .exact = true}); });
    if (started) break;
    ASSERT_EQ(started.error().code(), ErrorCode::kUnsupported) << started.error().what();
  }
  ASSERT_NE(service_, nullptr);
  std::map<std::uint64_t, std::vector<float>> alone;
  net::Client c = client();
  for (std::uint64_t seed = 0; seed < 8; ++seed) alone[seed] = values_of(c.post("/v2/models/m/infer", dense_request(1, seed)).value());
  const std::uint64_t before = runs();
  const auto said = ask(8, 60, 1);
  EXPECT_LT(runs() - before, 480u) << "nothing was joined";
  for (const auto& [seed, answers] : said) {
    EXPECT_EQ(answers.size(), 1u) << seed;
    EXPECT_EQ(*answers.begin(), alone[seed]) << seed;
  }
}

TEST_F(LoadTest, AcrossBucketsTheDifferenceIsRounding) {
  write_dense_onnx(path("m.onnx"), 1, 300);
  start_with(path("m.onnx"), {.max_batch = 16});
  wait_until_warm("m");
  EXPECT_GE(service_->repository().find("m").value()->batcher->buckets().size(), 2u);
  net::Client c = client();
  const auto said = ask(8, 60, 2);
  for (const auto& [seed, answers] : said) {
    EXPECT_LE(answers.size(), 4u) << "at most one answer a bucket";
    const std::vector<float> alone = values_of(c.post("/v2/models/m/infer", dense_request(2, seed)).value());
    for (const std::vector<float>& answer : answers) {
      for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(answer[i], alone[i], 1e-5) << seed;
    }
  }
}

// A request that cannot be computed does not take its neighbours with it, and one that waits too long is told so in time.
TEST_F(LoadTest, OverloadIsRefusedInTime) {
  write_dense_onnx(path("m.onnx"), 1, 3000);
  start_with(path("m.onnx"), {.max_batch = 1, .max_queue = 2, .queue_timeout = 50ms});
  std::map<int, int> statuses;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&] {
      net::Client c = client();
      const std::string request = dense_request(1, 1);
      for (int i = 0; i < 40; ++i) {
        const net::Response response = c.post("/v2/models/m/infer", request).value();
        const std::lock_guard lock(mutex);
        ++statuses[response.status];
        if (response.status != 429) continue;
        EXPECT_NE(std::ranges::find(response.headers, "Retry-After", &net::HeaderField::name), response.headers.end());
      }
    });
  }
  threads.clear();
  EXPECT_GT(statuses[200], 0);
  EXPECT_GT(statuses[429], 0);
  EXPECT_EQ(statuses[200] + statuses[429] + statuses[504], 480);
  EXPECT_EQ(client().post("/v2/models/m/infer", dense_request(1, 1)).value().status, 200);
}

// Inputs that do not have as many rows each would be copied beyond the batch.
TEST_F(LoadTest, InputsOfARequestHaveAsManyRows) {
  write_two_inputs_onnx(path("m.onnx"));
  start_with(path("m.onnx"));
  const auto request = [](int a, int b) {
    const auto list = [](int count) {
      std::string text = "[0";
      for (int i = 1; i < count; ++i) text += fmt::format(",{}", i);
      return text + "]";
    };
    return fmt::format(
        R"({{"inputs":[{{"name":"a","shape":[{},2],"datatype":"FP32","data":{}}},{{"name":"b","shape":[{},3],"datatype":"FP32","data":{}}}]}})",
        a, list(2 * a), b, list(3 * b));
  };
  net::Client c = client();
  EXPECT_EQ(values_of(c.post("/v2/models/m/infer", request(2, 2)).value()).size(), 2u);
  for (const auto& [a, b] : {std::pair(1, 2), {2, 1}, {1, 500}, {32, 1}})
    EXPECT_EQ(c.post("/v2/models/m/infer", request(a, b)).value().status, 400);
  EXPECT_EQ(c.post("/v2/models/m/infer", request(33, 33)).value().status, 400);
}

TEST_F(LoadTest, DrainAnswersWhatWaits) {
  write_dense_onnx(path("m.onnx"), 1, 2000);
  start_with(path("m.onnx"), {.max_batch = 1});
  std::atomic<int> answered = 0, sent = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      net::Client c = client();
      const std::string request = dense_request(1, 1);
      for (;;) {
        ++sent;
        const auto response = c.post("/v2/models/m/infer", request);
        if (!response) break;  // no connection any more: it was not taken
        EXPECT_EQ(response->status, 200);
        ++answered;
      }
    });
  }
  while (answered < 20) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(service_->drain(30s));
  threads.clear();
  EXPECT_EQ(sent - answered, 6);
}

}  // namespace
}  // namespace lepton::tests
