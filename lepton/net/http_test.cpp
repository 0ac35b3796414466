// Decoding of targets, headers and forms, the check of origins, and routes.
#include "lepton/net/http.hpp"

#include <gtest/gtest.h>

#include "lepton/net/origin.hpp"
#include "lepton/net/router.hpp"

namespace lepton::net {
namespace {

using Parts = std::vector<std::string>;

TEST(TargetTest, DecodesEachPartOnce) {
  EXPECT_EQ(parse_target("/").value().path, Parts{});
  EXPECT_EQ(parse_target("/v2/models/a%20b/infer").value().path, (Parts{"v2", "models", "a b", "infer"}));
  EXPECT_EQ(parse_target("/v2/").value().path, (Parts{"v2"}));
  EXPECT_EQ(parse_target("/%C3%BC").value().path, (Parts{"\xc3\xbc"}));
  const Target target = parse_target("/a?x=1&y=a+b%26&empty&=none").value();
  ASSERT_NE(target.find("x"), nullptr);
  EXPECT_EQ(*target.find("x"), "1");
  EXPECT_EQ(*target.find("y"), "a b&");
  EXPECT_EQ(*target.find("empty"), "");
  EXPECT_EQ(target.find("z"), nullptr);
}

TEST(TargetTest, RefusesWhatCouldMeanAnotherPlace) {
  for (const char* text : {"",
                           "v2",
                           "http://host/v2",
                           "*",
                           "//v2",
                           "/a//b",
                           "/..",
                           "/a/../b",
                           "/a/%2e%2e/b",
                           "/a/.%2E",
                           "/%2f",
                           "/a%5cb",
                           "/%00",
                           "/%0a",
                           "/%252e%252e/x",
                           "/a%2525",
                           "/%",
                           "/%1",
                           "/%zz",
                           "/%ff",
                           "/\x01",
                           "/a?x=%0d%0aSet-Cookie",
                           "/a?x=%",
                           "/%c0%af"}) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target) << text;
    EXPECT_EQ(target.error().code(), ErrorCode::kInvalidArgument) << text;
  }
  EXPECT_FALSE(parse_target("/" + std::string(9000, 'a')));
}

TEST(OriginTest, LoopbackIsCalledByItsNamesOnly) {
  EXPECT_TRUE(check_origin("localhost:8080", "", {}));
  EXPECT_TRUE(check_origin("127.0.0.1", "", {}));
  EXPECT_TRUE(check_origin("[::1]:80", "", {}));
  EXPECT_TRUE(check_origin("LOCALHOST:8080", "http://localhost:8080", {}));
  for (const char* host : {"", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.", "[::1", "localhost:99999999",
                           "local host", "127.0.0.1@evil", "localhost:80x"}) {
    EXPECT_FALSE(check_origin(host, "", {})) << host;
  }
}

TEST(OriginTest, PagesOfOthersAreRefused) {
  for (const char* origin : {"null", "http://evil.example", "http://localhost:3000", "localhost:8080", "https://"})
    EXPECT_EQ(check_origin("localhost:8080", origin, {}).error().code(), ErrorCode::kPermissionDenied) << origin;
  const std::vector<std::string> names = {"models.example"};
  EXPECT_TRUE(check_origin("models.example:8443", "https://models.example:8443", names));
  EXPECT_FALSE(check_origin("localhost:8443", "", names));
}

TEST(RouterTest, FindsRoutesParametersAndMethods) {
  Router router;
  router.add({.method = "GET", .pattern = "/"});
  router.add({.method = "GET", .pattern = "/v2/models/{model}"});
  router.add({.method = "POST", .pattern = "/v2/models/{model}/infer"});
  EXPECT_EQ(router.find("GET", parse_target("/").value()).route, &router.routes()[0]);
  const Match match = router.find("POST", parse_target("/v2/models/a/infer").value());
  ASSERT_EQ(match.route, &router.routes()[2]);
  EXPECT_EQ(match.parameters[0].first, "model");
  EXPECT_EQ(match.parameters[0].second, "a");
  EXPECT_EQ(router.find("HEAD", parse_target("/v2/models/a").value()).route, &router.routes()[1]);
  const Match wrong = router.find("DELETE", parse_target("/v2/models/a").value());
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.allowed, "GET");
  EXPECT_EQ(router.find("GET", parse_target("/v2").value()).status, 404);
  EXPECT_EQ(router.find("GET", parse_target("/v2/models/a/b/c").value()).status, 404);
}

TEST(FormTest, PartsOfABody) {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;b.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n--\r\n--b\r\n"
      "Content-Disposition: form-data; name=note\r\n\r\n\r\n--b--\r\n";
  const auto parts = parse_multipart(body, "b").value();
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].file_name, "a;b.png");
  EXPECT_EQ(parts[0].content_type, "image/png");
  EXPECT_EQ(parts[0].data, "PNG\r\n--");
  EXPECT_EQ(parts[1].name, "note");
  EXPECT_EQ(parts[1].data, "");
  EXPECT_EQ(header_parameter("multipart/form-data; x=1; Boundary=\"a b\"", "boundary"), "a b");
}

TEST(FormTest, RefusesWhatIsNone) {
  for (const char* body : {"", "--", "--b", "--b\r\n", "--b--x", "--b\r\n\r\n", "--b\r\nA: b\r\n\r\nx", "x--b\r\n\r\n\r\n\r\n--b--"}) {
    const auto parts = parse_multipart(body, "b");
    EXPECT_TRUE(!parts || parts->empty()) << body;
  }
  EXPECT_FALSE(parse_multipart("--\r\n\r\n\r\n----", ""));
  std::string many;
  for (int i = 0; i < 200; ++i) many += "--b\r\n\r\n\r\n\r\n";
  EXPECT_FALSE(parse_multipart(many + "--b--", "b"));
}

TEST(ResponseTest, OverloadSaysWhenToComeAgain) {
  EXPECT_EQ(error_response(429, "x").headers.at(0).name, "Retry-After");
  EXPECT_EQ(error_response(Error(ErrorCode::kNotFound, "a \"b\" \xff")).status, 404);
  EXPECT_EQ(error_response(Error(ErrorCode::kNotFound, "a \"b\" \xff")).body, "{\"error\":\"a \\\"b\\\" \xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace lepton::net
