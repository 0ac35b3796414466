// Tokens: every role against every route, files of them, and the limit on their rate.
#include "lepton/serve/access.hpp"

#include <gtest/gtest.h>

#include "lepton/base/hash.hpp"
#include "lepton/base/testing/fake_clock.hpp"
#include "lepton/base/testing/memory_file_system.hpp"

namespace lepton::serve {
namespace {

std::string hash_of(const std::string& token) { return to_hex(sha256(std::as_bytes(std::span(token)))); }

// The status for a route of a role, asked with a header; 200 if it is let in.
int ask(Access& access, const std::string& role, const std::string& authorization) {
  const net::Route route{.method = "GET", .pattern = "/", .role = role};
  net::Request request;
  if (!authorization.empty()) request.headers.push_back({"Authorization", authorization});
  const auto refused = access.admit({route, request});
  return refused ? refused->status : 200;
}

TEST(AccessTest, EveryRoleAgainstEveryRoute) {
  std::vector<TokenEntry> entries;
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin})
    entries.push_back({"x", role, hash_of(std::string(name_of(role)))});
  Access access(entries, {});
  const std::vector<std::string> roles = {"viewer", "operator", "admin"};
  for (std::size_t has = 0; has < roles.size(); ++has) {
    EXPECT_EQ(ask(access, "", "Bearer " + roles[has]), 200);
    for (std::size_t needs = 0; needs < roles.size(); ++needs)
      EXPECT_EQ(ask(access, roles[needs], "Bearer " + roles[has]), has >= needs ? 200 : 403) << has << needs;
  }
  EXPECT_EQ(ask(access, "", ""), 200);
  for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer wrong", "Basic viewer", "viewer"})
    EXPECT_EQ(ask(access, "viewer", wrong), 401) << wrong;
  EXPECT_EQ(ask(access, "viewer", "Bearer " + hash_of("viewer")), 401) << "what is stored opens nothing";
  EXPECT_EQ(ask(access, "unknown role", "Bearer admin"), 403);
}

TEST(AccessTest, TokensAskAsOftenAsTheyMay) {
  FakeClock clock;
  Access access({{"a", Role::kViewer, hash_of("a")}, {"b", Role::kViewer, hash_of("b")}}, {.requests_per_second = 5, .clock = &clock});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(access, "viewer", "Bearer a"), 200) << i;
  EXPECT_EQ(ask(access, "viewer", "Bearer a"), 429);
  EXPECT_EQ(ask(access, "viewer", "Bearer b"), 200);
  clock.advance(std::chrono::milliseconds(400));
  EXPECT_EQ(ask(access, "viewer", "Bearer a"), 200);
  EXPECT_EQ(ask(access, "viewer", "Bearer a"), 200);
  EXPECT_EQ(ask(access, "viewer", "Bearer a"), 429);
}

TEST(AccessTest, FilesOfTokens) {
  MemoryFileSystem files;
  const std::string token = make_token();
  EXPECT_EQ(token.size(), 64u);
  EXPECT_NE(token, make_token());
  ASSERT_TRUE(add_token(files, "/tokens", {"the shop floor", Role::kOperator, hash_of(token)}));
  ASSERT_TRUE(add_token(files, "/tokens", {"", Role::kViewer, hash_of("b")}));
  const auto read = read_tokens(files, "/tokens").value();
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].name, "the shop floor");
  EXPECT_EQ(read[0].role, Role::kOperator);
  EXPECT_EQ(read[1].sha256, hash_of("b"));
  EXPECT_EQ(read_file(files, "/tokens", 1 << 20).value().find(token), std::string::npos);
  EXPECT_FALSE(add_token(files, "/tokens", {"a\nadmin x", Role::kViewer, hash_of("c")}));
  for (const char* text : {"king "
                           "0000000000000000000000000000000000000000000000000000000000000000 x",
                           "viewer abc", "viewer", "admin  "}) {
    ASSERT_TRUE(write_atomic(files, "/bad", text));
    EXPECT_EQ(read_tokens(files, "/bad").error().code(), ErrorCode::kParseError) << text;
  }
}

}  // namespace
}  // namespace lepton::serve
