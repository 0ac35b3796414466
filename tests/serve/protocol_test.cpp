// The Open Inference Protocol and predictions from files, over real sockets; what hostile clients get.
#include <cstring>

#include "lepton/data/image/codec.hpp"
#include "lepton/formats/onnx/model.hpp"
#include "lepton/net/testing/raw_socket.hpp"
#include "models.hpp"

namespace lepton::tests {
namespace {

class ProtocolTest : public ServiceTest {
 protected:
  void SetUp() override {
    write_dense_onnx(path("dense.onnx"), 1);
    write_picture_model(path("pictures.lepton"), 1);
    write_table_model(path("rows.lepton"));
    serve::ServiceOptions options;
    options.repository.files = {
        {"dense", 1, path("dense.onnx")}, {"pictures", 1, path("pictures.lepton")}, {"rows", 1, path("rows.lepton")}};
    start(std::move(options));
  }
  net::Response post(const std::string& target, std::string body, std::string_view type = "application/json") const {
    return client().post(target, std::move(body), type).value();
  }
};

TEST_F(ProtocolTest, HealthAndMetadata) {
  EXPECT_EQ(get("/v2/health/live"), Json::parse(R"({"live":true})"));
  EXPECT_EQ(get("/v2/health/ready"), Json::parse(R"({"ready":true})"));
  EXPECT_EQ(get("/v2")["name"], "lepton");
  const Json model = get("/v2/models/dense");
  EXPECT_EQ(model["platform"], "onnx");
  EXPECT_EQ(model["inputs"], Json::parse(R"([{"name":"x","datatype":"FP32","shape":[-1,16]}])"));
  EXPECT_EQ(model["outputs"], Json::parse(R"([{"name":"y","datatype":"FP32","shape":[-1,4]}])"));
  EXPECT_EQ(get("/v2/models/dense/versions/1/ready")["ready"], true);
  EXPECT_EQ(get("/v2/models/dense/config")["platform"], "onnx");
  EXPECT_EQ(parse_json(post("/v2/repository/index", "").body).value().size(), 3u);
  EXPECT_EQ(client().get("/v2/models/nobody").value().status, 404);
  EXPECT_EQ(client().get("/v2/models/dense/versions/2").value().status, 404);
  EXPECT_EQ(client().get("/v2/models/dense/versions/x/ready").value().status, 404);
}

TEST_F(ProtocolTest, InferGivesWhatTheModelGives) {
  const std::vector<float> said = values_of(post("/v2/models/dense/infer", dense_request(3, 5)));
  auto model = formats::OnnxModel::load(local_files(), path("dense.onnx")).value();
  const Json request = Json::parse(dense_request(3, 5));
  const Tensor x = Tensor::from(request["inputs"][0]["data"].get<std::vector<float>>(), {3, 16});
  const std::vector<float> wanted = model.run(std::vector<Tensor>{x}).value()[0].to_vector<float>();
  ASSERT_EQ(said.size(), wanted.size());
  for (std::size_t i = 0; i < said.size(); ++i) EXPECT_NEAR(said[i], wanted[i], 1e-5);
  EXPECT_EQ(get("/v2/models/dense/stats")["model_stats"][0]["inference_count"], 3);
}

TEST_F(ProtocolTest, BinaryAndRawGiveTheSameBits) {
  const std::vector<float> plain = values_of(post("/v2/models/dense/infer", dense_request(2, 9)));
  const Json request = Json::parse(dense_request(2, 9));
  const auto x = request["inputs"][0]["data"].get<std::vector<float>>();
  const std::string raw(reinterpret_cast<const char*>(x.data()), x.size() * sizeof(float));
  const std::string json =
      R"({"inputs":[{"name":"x","shape":[2,16],"datatype":"FP32","parameters":{"binary_data_size":128}}],"parameters":{"binary_data_output":true}})";
  net::Client c = client();
  for (const auto& [head, body] : {std::pair(std::to_string(json.size()), json + raw), {std::string("0"), raw}}) {
    const net::Response response = c.send("POST", "/v2/models/dense/infer", body,
                                          {{"Content-Type", "application/octet-stream"}, {"Inference-Header-Content-Length", head}})
                                       .value();
    ASSERT_EQ(response.status, 200) << response.body;
    std::vector<float> said(8);
    ASSERT_GE(response.body.size(), 32u);
    std::memcpy(said.data(), response.body.data() + response.body.size() - 32, 32);
    EXPECT_EQ(said, plain);
  }
}

TEST_F(ProtocolTest, PredictsPictures) {
  Tensor image = Tensor::empty(DType::kU8, {12, 10, 3});
  for (std::size_t i = 0; i < 360; ++i) image.data<std::uint8_t>()[i] = static_cast<std::uint8_t>(i);
  const std::string png = data::encode_png(image).value();
  const net::Response plain = post("/v1/models/pictures/predict", png, "image/png");
  ASSERT_EQ(plain.status, 200) << plain.body;
  const Json said = parse_json(plain.body).value();
  EXPECT_EQ(said["predictions"].size(), 1u);
  EXPECT_EQ(said["predictions"][0]["probabilities"].size(), 3u);
  EXPECT_EQ(said["predictions"][0]["probabilities"][said["predictions"][0]["label"].get<std::string>()],
            said["predictions"][0]["probability"]);
  EXPECT_EQ(said["decision_rule"], "largest probability");
  const std::string form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n" + png + "\r\n--b--\r\n";
  const Json in_form = parse_json(post("/v1/models/pictures/predict", form, "multipart/form-data; boundary=b").body).value();
  EXPECT_EQ(in_form["predictions"][0]["probabilities"], said["predictions"][0]["probabilities"]);
  EXPECT_EQ(in_form["predictions"][0]["input"], "a.png");
  EXPECT_EQ(post("/v1/models/pictures/predict", "no picture", "image/png").status, 415);
  EXPECT_EQ(post("/v1/models/pictures/predict", png.substr(0, 60), "image/png").status, 422);
  EXPECT_EQ(post("/v1/models/pictures/predict", "[{}]").status, 415);
  EXPECT_EQ(post("/v1/models/dense/predict", png, "image/png").status, 400);
}

TEST_F(ProtocolTest, PredictsRows) {
  const Json csv = parse_json(post("/v1/models/rows/predict", "kind,size\na,1\nb,2.5\nunknown,\n", "text/csv").body).value();
  ASSERT_EQ(csv["predictions"].size(), 3u);
  const Json rows = parse_json(post("/v1/models/rows/predict",
                                    R"({"rows":[{"kind":"a","size":1},{"kind":"b","size":2.5},{"kind":"unknown","size":null}]})")
                                   .body)
                        .value();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(csv["predictions"][i]["probabilities"], rows["predictions"][i]["probabilities"]) << i;
  std::string many = "kind,size\n";
  for (int i = 0; i < 500; ++i) many += fmt::format("a,{}\n", i);
  const Json all = parse_json(post("/v1/models/rows/predict", many, "text/csv").body).value();
  ASSERT_EQ(all["predictions"].size(), 500u);
  EXPECT_EQ(all["predictions"][499]["input"], "body:501");
  EXPECT_EQ(post("/v1/models/rows/predict", R"([{"kind":"a"}])").status, 400);
  EXPECT_EQ(post("/v1/models/rows/predict", R"([{"kind":"a","size":"many"}])").status, 400);
  EXPECT_EQ(post("/v1/models/rows/predict", R"([{"kind":{},"size":1}])").status, 400);
  EXPECT_EQ(post("/v1/models/rows/predict", "[]").status, 400);
  EXPECT_EQ(post("/v1/models/rows/predict", "kind\na\n", "text/csv").status, 404);
}

// Each class of fault that other servers had: an answer of 4xx, and the server goes on.
TEST_F(ProtocolTest, HostileRequestsGet4xx) {
  const auto input = [](const std::string& shape, const std::string& data) {
    return R"({"inputs":[{"name":"x","shape":)" + shape + R"(,"datatype":"FP32","data":)" + data + "}]}";
  };
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"size overflow", input("[1,4611686018427387904]", "[1,2,3]")},
      {"product that wraps to 0", input("[4294967296,4294967296]", "[]")},
      {"negative dim", input("[-1,16]", "[1]")},
      {"absurd count", input("[1000000000,16]", "[1]")},
      {"deep JSON", std::string(1'000'000, '[')},
      {"deep data", input("[1,16]", std::string(100'000, '['))},
      {"NaN", input("[1,16]", "[NaN]")},
      {"number that overflows", input("[1,16]", "[1e999]")},
      {"NUL", std::string("{\"inputs\"\0:[]}", 14)},
      {"template", R"({"inputs":[{"name":"{{7*7}}${jndi:ldap://x}","shape":[1],"datatype":"FP32","data":[1]}]})"},
      {"shared memory",
       R"({"inputs":[{"name":"x","shape":[1,16],"datatype":"FP32","parameters":{"shared_memory_region":"a","shared_memory_byte_size":64}}]})"},
      {"empty", ""},
      {"no JSON", "\xff\xfe"},
      {"too many rows", dense_request(1000, 1)}};
  for (const auto& [name, body] : bodies) {
    const net::Response response = post("/v2/models/dense/infer", body);
    EXPECT_GE(response.status, 400) << name;
    EXPECT_LT(response.status, 500) << name << ": " << response.body;
    EXPECT_TRUE(parse_json(response.body).value().contains("error")) << name;
  }
  net::Client c = client();
  for (const char* length : {"-1", "18446744073709551616", "99999999999", "0x10", "1 2", "abc"})
    EXPECT_EQ(c.send("POST", "/v2/models/dense/infer", dense_request(1, 1), {{"Inference-Header-Content-Length", length}}).value().status,
              400)
        << length;
  EXPECT_EQ(c.send("POST", "/v2/models/dense/infer", dense_request(1, 1), {{"Content-Encoding", "gzip"}}).value().status, 415);
  for (const char* target :
       {"/v2/models/..%2f..%2fetc%2fpasswd", "/v2/models/%252e%252e", "/v2/models/a%00b", "/v2/models/a%0d%0aSet-Cookie:x/ready"})
    EXPECT_EQ(c.get(target).value().status, 400) << target;
  for (const char* target :
       {"/v2/systemsharedmemory/status", "/v2/systemsharedmemory/region/x/register", "/v2/logging", "/v2/trace/setting"})
    EXPECT_EQ(c.get(target).value().status, 404) << target;
  EXPECT_EQ(post("/v2/repository/models/dense/load", R"({"parameters":{"file:1/model.onnx":"AAAA"}})").status, 400);
  EXPECT_EQ(post("/v2/repository/models/nobody/load", "").status, 404);
  EXPECT_EQ(post("/v2/repository/models/dense/load", "[").status, 400);
  EXPECT_EQ(post("/v2/repository/index", std::string(100'000, ' ')).status, 413);
  EXPECT_EQ(values_of(post("/v2/models/dense/infer", dense_request(1, 1))).size(), 4u);
}

TEST_F(ProtocolTest, PageMetricsAndDescription) {
  const net::Response page = client().get("/").value();
  EXPECT_EQ(page.status, 200);
  EXPECT_NE(page.body.find("/page.js"), std::string::npos);
  values_of(post("/v2/models/dense/infer", dense_request(2, 1)));
  const std::string metrics = client().get("/metrics").value().body;
  EXPECT_NE(metrics.find("nv_inference_count{model=\"dense\",version=\"1\"} 2\n"), std::string::npos) << metrics;
  const Json description = get("/openapi.json");
  EXPECT_EQ(description["openapi"], "3.1.0");
  for (const auto& [path, operations] : description["paths"].items()) {
    for (const auto& [method, operation] : operations.items()) {
      std::string target = path;
      if (const auto at = target.find("{model}"); at != std::string::npos) target.replace(at, 7, "dense");
      if (method != "get") continue;
      EXPECT_EQ(client().get(target).value().status, 200) << path;
    }
  }
}

TEST_F(ProtocolTest, UnloadAndLoad) {
  EXPECT_EQ(post("/v2/repository/models/dense/unload", "").status, 200);
  EXPECT_EQ(post("/v2/models/dense/infer", dense_request(1, 1)).status, 503);
  EXPECT_EQ(client().get("/v2/models/dense/ready").value().status, 400);
  EXPECT_EQ(post("/v2/repository/models/dense/load", "").status, 200);
  EXPECT_EQ(post("/v2/models/dense/infer", dense_request(1, 1)).status, 200);
}

class ReviewTest : public ServiceTest {
 protected:
  // Serves a model for pictures; those of which it is less sure than this wait for a person.
  void start_below(double probability) {
    write_picture_model(path("m.lepton"), 1);
    serve::ServiceOptions options;
    options.repository.files = {{"m", 1, path("m.lepton")}};
    options.reviews = path("reviews.db");
    options.review_below = probability;
    start(std::move(options));
  }

  const std::string png = data::encode_png(Tensor::zeros(DType::kU8, {8, 8, 1})).value();
};

TEST_F(ReviewTest, UnsureAndFlaggedPicturesWaitForAPerson) {
  start_below(0);
  net::Client c = client();
  EXPECT_EQ(c.post("/v1/models/m/predict", png, "image/png").value().status, 200);
  EXPECT_EQ(c.post("/v1/models/m/predict?review=flag", png, "image/png").value().status, 200);
  const Json cases = get("/v1/reviews")["cases"];
  ASSERT_EQ(cases.size(), 1u);
  EXPECT_EQ(cases[0]["reason"], "flagged");
  const std::string one = fmt::format("/v1/reviews/{}", cases[0]["id"].get<std::int64_t>());
  const net::Response input = c.get(one + "/input").value();
  EXPECT_EQ(input.body, png);
  EXPECT_EQ(input.content_type, "application/octet-stream");
  EXPECT_EQ(c.post(one + "/label", R"({"label":"cat"})").value().status, 400);
  EXPECT_EQ(c.post("/v1/reviews/99/label", R"({"label":"cat","by":"Ana"})").value().status, 404);
  EXPECT_EQ(c.post("/v1/reviews/-1/label", R"({"label":"cat","by":"Ana"})").value().status, 400);
  EXPECT_EQ(c.post(one + "/label", R"({"label":"cat","by":"Ana","why":"whiskers"})").value().status, 200);
  EXPECT_EQ(get("/v1/reviews")["cases"].size(), 0u);
  EXPECT_EQ(get("/v1/reviews?labelled=true")["cases"][0]["label"]["by"], "Ana");
  EXPECT_EQ(c.send("DELETE", one).value().status, 200);
  EXPECT_EQ(get("/v1/reviews?labelled=true")["cases"].size(), 0u);
}

TEST_F(ReviewTest, BelowTheLimitIsUnsure) {
  start_below(1);
  EXPECT_EQ(client().post("/v1/models/m/predict", png, "image/png").value().status, 200);
  EXPECT_EQ(get("/v1/reviews")["cases"][0]["reason"], "uncertain");
}

}  // namespace
}  // namespace lepton::tests
