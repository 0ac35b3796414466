// Models that come, change and go while the server runs.
#include <atomic>
#include <filesystem>
#include <thread>

#include "models.hpp"

namespace lepton::tests {
namespace {

using namespace std::chrono_literals;

class RepositoryTest : public ServiceTest {
 protected:
  void start_folder() {
    serve::ServiceOptions options;
    options.repository.folder = path("models");
    options.repository.poll = 20ms;
    start(std::move(options));
  }
  template <class Condition>
  void wait_for(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(5ms);
    EXPECT_TRUE(condition());
  }
  int status_of_model(const std::string& name) const { return client().get("/v2/models/" + name).value().status; }
};

TEST_F(RepositoryTest, FilesComeChangeAndGo) {
  local_files().make_folders(path("models/b/3")).value();
  local_files().make_folders(path("models/b/12")).value();
  write_dense_onnx(path("models/a.onnx"), 1);
  write_dense_onnx(path("models/b/3/model.onnx"), 1);
  write_dense_onnx(path("models/b/12/model.onnx"), 2);
  write_atomic(local_files(), path("models/broken.onnx"), "no model").value();
  write_atomic(local_files(), path("models/notes.txt"), "no model").value();
  write_dense_onnx(path("models/bad name.onnx"), 1);
  start_folder();
  EXPECT_EQ(get("/v2/models/b")["versions"], Json::parse(R"(["3","12"])"));
  net::Client c = client();
  EXPECT_EQ(parse_json(c.post("/v2/models/b/infer", dense_request(1, 1)).value().body).value()["model_version"], "12");
  EXPECT_EQ(parse_json(c.post("/v2/models/b/versions/3/infer", dense_request(1, 1)).value().body).value()["model_version"], "3");
  EXPECT_EQ(status_of_model("broken"), 503);
  EXPECT_EQ(status_of_model("notes"), 404);
  const std::string index = c.post("/v2/repository/index", "").value().body;
  EXPECT_EQ(index.find(folder_.path()), std::string::npos) << "paths of the server are nobody's business";

  const std::vector<float> before = values_of(c.post("/v2/models/a/infer", dense_request(1, 1)).value());
  write_dense_onnx(path("models/a.onnx"), 7);
  wait_for([&] { return values_of(c.post("/v2/models/a/infer", dense_request(1, 1)).value()) != before; });
  write_dense_onnx(path("models/broken.onnx"), 1);
  wait_for([&] { return status_of_model("broken") == 200; });
  // A new file that is damaged does not take away what works.
  write_atomic(local_files(), path("models/broken.onnx"), "damaged").value();
  std::this_thread::sleep_for(200ms);
  EXPECT_EQ(status_of_model("broken"), 200);
  local_files().remove(path("models/a.onnx")).value();
  wait_for([&] { return status_of_model("a") == 404; });
}

TEST_F(RepositoryTest, NamedFilesMustLoad) {
  serve::ServiceOptions options;
  options.repository.files = {{"a", 1, path("nowhere.onnx")}};
  EXPECT_EQ(serve::Service::start(std::move(options)).error().code(), ErrorCode::kNotFound);
}

// As `cp` does. A file that is mapped would end the program here.
TEST_F(RepositoryTest, AFileThatIsOverwrittenInPlaceHurtsNobody) {
  local_files().make_folders(path("models")).value();
  write_dense_onnx(path("models/a.onnx"), 1, 500);
  start_folder();
  net::Client c = client();
  const std::string request = dense_request(1, 1);
  const std::vector<float> before = values_of(c.post("/v2/models/a/infer", request).value());
  {
    const auto file = local_files().open_write(path("models/a.onnx"), WriteMode::kTruncate).value();
    file->write("x").value();
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(values_of(c.post("/v2/models/a/infer", request).value()), before);
    std::this_thread::sleep_for(10ms);
  }
}

// The model is replaced again and again, by file and by request, under load: every request is answered, by one of the two models, whole.
TEST_F(RepositoryTest, ReloadsUnderLoadDropNothing) {
  local_files().make_folders(path("models")).value();
  write_dense_onnx(path("models/a.onnx"), 1);
  start_folder();
  const std::string request = dense_request(2, 4);
  const std::vector<float> first = values_of(client().post("/v2/models/a/infer", request).value());
  write_dense_onnx(path("models/a.onnx"), 2);
  wait_for([&] { return values_of(client().post("/v2/models/a/infer", request).value()) != first; });
  const std::vector<float> second = values_of(client().post("/v2/models/a/infer", request).value());
  const auto near = [](const std::vector<float>& a, const std::vector<float>& b) {
    return std::ranges::equal(a, b, [](float x, float y) { return std::abs(x - y) < 1e-5f; });
  };
  std::atomic<bool> stop = false;
  std::atomic<int> answers = 0, firsts = 0, seconds = 0;
  std::vector<std::jthread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&] {
      net::Client c = client();
      while (!stop) {
        const auto response = c.post("/v2/models/a/infer", request);
        ++answers;
        if (!response || response->status != 200) {
          ADD_FAILURE() << (response ? response->body : response.error().what());
          continue;
        }
        const std::vector<float> said = values_of(*response);
        near(said, first) ? ++firsts : near(said, second) ? ++seconds : ++answers;
      }
    });
  }
  net::Client c = client();
  for (int i = 0; i < 10; ++i) {
    write_dense_onnx(path("models/a.onnx"), i % 2 == 0 ? 1 : 2);
    EXPECT_EQ(c.post("/v2/repository/models/a/load", "").value().status, 200);
    std::this_thread::sleep_for(30ms);
  }
  stop = true;
  clients.clear();
  EXPECT_EQ(answers, firsts + seconds);
  EXPECT_GT(firsts, 0);
  EXPECT_GT(seconds, 0);
}

}  // namespace
}  // namespace lepton::tests
