// The server over real sockets: what well-behaved clients get, and what hostile ones do not.
#include "lepton/net/server.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "lepton/net/client.hpp"
#include "lepton/net/testing/raw_socket.hpp"

namespace lepton::net {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kBodyLimit = 4 << 20;

class ServerTest : public ::testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    Router router;
    router.add({.method = "POST", .pattern = "/echo/{name}", .handler = echo, .max_body_bytes = kBodyLimit});
    router.add({.method = "GET", .pattern = "/hello", .handler = [](Request&&, std::shared_ptr<Responder> r) {
                  r->respond({.content_type = "text/plain", .body = "hello"});
                }});
    router.add({.method = "GET", .pattern = "/throws", .handler = [](Request&&, std::shared_ptr<Responder>) {
                  fail(ErrorCode::kNotFound, "no such thing");
                }});
    router.add({.method = "GET", .pattern = "/dropped", .handler = [](Request&&, std::shared_ptr<Responder>) {}});
    router.add({.method = "GET", .pattern = "/late", .handler = [this](Request&&, std::shared_ptr<Responder> r) {
                  loop_.post_after(200ms, [r] { r->respond({.body = "{}"}); });
                }});
    router.add({.method = "GET", .pattern = "/secret", .handler = echo, .role = "admin"});
    server_ = Server::start(loop_, std::move(router), std::move(options)).value();
  }

  static void echo(Request&& request, std::shared_ptr<Responder> r) {
    Response response{.content_type = "application/octet-stream", .body = std::move(request.body)};
    response.headers.push_back({"X-Name", request.parameter("name")});
    r->respond(std::move(response));
  }

  std::uint16_t port() const { return server_->port(); }
  Client client() const { return Client("127.0.0.1", port()); }
  int status(std::string_view bytes) const { return status_of(exchange(port(), bytes)); }
  // A healthy server still answers everybody else.
  void expect_alive() const { EXPECT_EQ(client().get("/hello").value().body, "hello"); }

  EventLoop loop_{2};
  std::unique_ptr<Server> server_;
};

constexpr std::string_view kHost = "Host: localhost\r\n";

std::string post(std::string_view headers, std::string_view body) {
  return fmt::format("POST /echo/a HTTP/1.1\r\n{}{}\r\n{}", kHost, headers, body);
}

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  Client c = client();
  const std::string body(300'000, 'x');
  for (int i = 0; i < 3; ++i) {
    const Response response = c.post("/echo/a%20b", body).value();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, body);
  }
  EXPECT_EQ(c.send("HEAD", "/hello").value().body, "");
  EXPECT_EQ(c.get("/hello").value().body, "hello");
  EXPECT_EQ(server_->statistics().connections, 1u);
  EXPECT_EQ(server_->statistics().bodies_bytes, 0u);
}

TEST_F(ServerTest, ErrorsAreJson) {
  start();
  Client c = client();
  EXPECT_EQ(c.get("/nothing").value().status, 404);
  EXPECT_EQ(c.send("DELETE", "/hello").value().status, 405);
  const Response thrown = c.get("/throws").value();
  EXPECT_EQ(thrown.status, 404);
  EXPECT_EQ(thrown.body, "{\"error\":\"no such thing\"}");
  EXPECT_EQ(c.get("/dropped").value().status, 500);
  EXPECT_EQ(c.get("/a/%2e%2e/b").value().status, 400);
}

TEST_F(ServerTest, AnswersRequestsSentTogetherInOrder) {
  start();
  RawSocket socket(port());
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += fmt::format("POST /echo/n HTTP/1.1\r\n{}Content-Length: 3\r\n\r\n{:03}", kHost, i);
  socket.send(requests);
  socket.finish_sending();
  const std::string answers = socket.receive();
  std::size_t at = 0;
  for (int i = 0; i < 20; ++i) {
    at = answers.find(fmt::format("\r\n\r\n{:03}", i), at);
    ASSERT_NE(at, std::string::npos) << i;
  }
}

TEST_F(ServerTest, ChunkedBodies) {
  start();
  const std::string answer =
      exchange(port(), post("Transfer-Encoding: chunked\r\nConnection: close\r\n", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"));
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_TRUE(answer.ends_with("\r\n\r\nabcde")) << answer;
}

// Triton allocated on the stack for every chunk (CVE-2025-23310).
TEST_F(ServerTest, MillionsOfChunks) {
  start();
  std::string chunks;
  for (int i = 0; i < 1'000'000; ++i) chunks += "1\r\nx\r\n";
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\nConnection: close\r\n", chunks + "0\r\n\r\n")), 200);
  expect_alive();
}

TEST_F(ServerTest, HostileHeadsAreRefused) {
  start();
  const std::string host(kHost);
  EXPECT_EQ(status("GARBAGE\r\n\r\n"), 400);
  EXPECT_EQ(status("\x16\x03\x01\x02\x01 hello tls\r\n\r\n"), 400);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n\r\n"), 400);                                   // no Host
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n"), 400);  // two
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n"), 403);             // DNS rebinding
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n" + host + "Origin: http://evil.example\r\n\r\n"), 403);
  EXPECT_EQ(status("GET /../etc/passwd HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(status("GET /%252e%252e/x HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(status("GET http://evil/ HTTP/1.1\r\n" + host + "\r\n"), 400);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n" + host + "A: " + std::string(40'000, 'a') + "\r\n\r\n"), 431);
  std::string flood;
  for (int i = 0; i < 20'000; ++i) flood += "a: b\r\n";
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n" + host + flood + "\r\n"), 431);
  EXPECT_EQ(status("GET /" + std::string(60'000, 'a') + " HTTP/1.1\r\n" + host + "\r\n"), 431);
  EXPECT_EQ(status("GET /hello HTTP/1.1\r\n" + host + "Expect: miracles\r\n\r\n"), 417);
  expect_alive();
}

TEST_F(ServerTest, ContradictingLengthsAreRefused) {
  start();
  EXPECT_EQ(status(post("Content-Length: 5\r\nContent-Length: 6\r\n", "abcdef")), 400);
  EXPECT_EQ(status(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "3\r\nabc\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status(post("Transfer-Encoding: gzip\r\n", "abc")), 400);
  EXPECT_EQ(status(post("Content-Length: -1\r\n", "")), 400);
  EXPECT_EQ(status(post("Content-Length: 0x10\r\n", "")), 400);
  EXPECT_EQ(status(post("Content-Length: 99999999999999999999999\r\n", "")), 400);
  EXPECT_EQ(status(post("Content-Length: 9223372036854775807\r\n", "")), 413);
  EXPECT_EQ(status(post("Content-Length: 5000000\r\n", "")), 413);
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n")), 413);
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n")), 400);
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\n", "3\r\nabcdef\r\n0\r\n\r\n")), 400);
  EXPECT_EQ(status(fmt::format("GET /hello HTTP/1.1\r\n{}Content-Length: 10\r\n\r\n", kHost)), 413);  // takes no body
  std::string trailers = "0\r\n";
  for (int i = 0; i < 50'000; ++i) trailers += "a: b\r\n";
  EXPECT_GE(status(post("Transfer-Encoding: chunked\r\n", trailers + "\r\n")), 400);
  std::string too_long;
  for (int i = 0; i < 50; ++i) too_long += "20000\r\n" + std::string(0x20000, 'x') + "\r\n";
  EXPECT_EQ(status(post("Transfer-Encoding: chunked\r\n", too_long + "0\r\n\r\n")), 413);
  expect_alive();
  EXPECT_EQ(server_->statistics().bodies_bytes, 0u);
}

TEST_F(ServerTest, ContinueIsSaidOnlyIfTheBodyIsWanted) {
  start();
  RawSocket wanted(port());
  wanted.send(post("Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n", ""));
  EXPECT_EQ(status_of(wanted.receive_until("\r\n\r\n")), 100);
  wanted.send("abc");
  EXPECT_TRUE(wanted.receive().ends_with("abc"));
  EXPECT_EQ(status(post("Expect: 100-continue\r\nContent-Length: 5000000\r\n", "")), 413);
}

TEST_F(ServerTest, SlowClientsAreCutOff) {
  start({.head_timeout = 200ms, .idle_timeout = 200ms, .body_timeout = 200ms});
  RawSocket silent(port()), slow_head(port()), slow_body(port()), idle(port());
  slow_head.send("GET /hello HTTP/1.1\r\nHost: loc");
  slow_body.send(post("Content-Length: 100\r\n", "abc"));
  idle.send(fmt::format("GET /hello HTTP/1.1\r\n{}\r\n", kHost));
  EXPECT_EQ(status_of(idle.receive_until("hello")), 200);
  for (RawSocket* socket : {&silent, &slow_head, &slow_body, &idle}) EXPECT_TRUE(socket->is_closed(3s));
  expect_alive();
  EXPECT_EQ(server_->statistics().bodies_bytes, 0u);
}

// One byte at a time does not make the time longer.
TEST_F(ServerTest, DripsDoNotHelp) {
  start({.head_timeout = 300ms});
  RawSocket socket(port());
  const auto begin = std::chrono::steady_clock::now();
  while (socket.send("a") && std::chrono::steady_clock::now() - begin < 5s) std::this_thread::sleep_for(20ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 4s);
}

TEST_F(ServerTest, ConnectionsHaveALimit) {
  start({.max_connections = 3});
  std::vector<std::unique_ptr<RawSocket>> held;
  for (int i = 0; i < 3; ++i) held.push_back(std::make_unique<RawSocket>(port()));
  while (server_->statistics().open_connections < 3) std::this_thread::sleep_for(1ms);
  const std::string answer = exchange(port(), "");
  EXPECT_EQ(status_of(answer), 503);
  EXPECT_NE(answer.find("Retry-After"), std::string::npos);
  held.clear();
  while (server_->statistics().open_connections > 0) std::this_thread::sleep_for(1ms);
  expect_alive();
}

TEST_F(ServerTest, BodiesTogetherHaveALimit) {
  start({.max_bodies_bytes = 1000});
  RawSocket first(port());
  first.send(post("Content-Length: 900\r\n", "abc"));
  while (server_->statistics().bodies_bytes < 900) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(status(post("Content-Length: 200\r\n", std::string(200, 'x'))), 503);
  EXPECT_EQ(status(post("Content-Length: 50\r\nConnection: close\r\n", std::string(50, 'x'))), 200);
}

TEST_F(ServerTest, AdmissionComesBeforeTheBody) {
  start({.admit = [](const RequestHead& head) -> std::optional<Response> {
    if (head.route.role.empty()) return std::nullopt;
    return error_response(401, "who are you?");
  }});
  EXPECT_EQ(client().get("/secret").value().status, 401);
  expect_alive();
}

TEST_F(ServerTest, DrainAnswersWhatHasBegun) {
  start();
  RawSocket idle(port());
  Client late = client();
  std::atomic<int> status = 0;
  std::thread waiting([&] { status = late.get("/late").value().status; });
  while (server_->statistics().requests < 1) std::this_thread::sleep_for(1ms);
  EXPECT_TRUE(server_->drain(5s));
  waiting.join();
  EXPECT_EQ(status, 200);
  EXPECT_TRUE(idle.is_closed(1s));
  EXPECT_FALSE(client().get("/hello"));
}

TEST_F(ServerTest, ClientsThatGoAreSeen) {
  std::atomic<int> gone = -1;
  Router router;
  router.add({.method = "GET", .pattern = "/wait", .handler = [&](Request&&, std::shared_ptr<Responder> r) {
                loop_.post_after(300ms, [&gone, r] {
                  gone = r->client_is_gone() ? 1 : 0;
                  r->respond({});
                });
              }});
  server_ = Server::start(loop_, std::move(router), {}).value();
  {
    RawSocket socket(port());
    socket.send(fmt::format("GET /wait HTTP/1.1\r\n{}\r\n", kHost));
    while (server_->statistics().requests < 1) std::this_thread::sleep_for(1ms);
  }
  while (gone < 0) std::this_thread::sleep_for(1ms);
  EXPECT_EQ(gone, 1);
}

TEST_F(ServerTest, ManyClientsAtOnceSomeOfThemRude) {
  start();
  std::vector<std::jthread> threads;
  std::atomic<int> right = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      Client c = client();
      for (int i = 0; i < 100; ++i) {
        const std::string body = fmt::format("{}-{}", t, i);
        right += c.post("/echo/x", body).value().body == body ? 1 : 0;
        if (t < 2 && i % 10 == 0) {
          RawSocket rude(port());
          rude.send(post("Content-Length: 1000\r\n", "abc"));
          rude.reset();
        }
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 800);
}

TEST_F(ServerTest, AHeaderCannotBeginAnother) {
  Router router;
  router.add({.method = "GET", .pattern = "/", .handler = [](Request&&, std::shared_ptr<Responder> r) {
                r->respond({.headers = {{"X-A", "a\r\nSet-Cookie: x"}, {"X-B", "b"}}});
              }});
  server_ = Server::start(loop_, std::move(router), {}).value();
  const std::string answer = exchange(port(), fmt::format("GET / HTTP/1.1\r\n{}Connection: close\r\n\r\n", kHost));
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
  EXPECT_NE(answer.find("X-B: b"), std::string::npos);
}

TEST(ServerStartTest, SaysWhatIsWrong) {
  EventLoop loop(1);
  EXPECT_EQ(Server::start(loop, {}, {.host = "nowhere.invalid"}).error().code(), ErrorCode::kInvalidArgument);
  const auto first = Server::start(loop, {}, {}).value();
  EXPECT_EQ(Server::start(loop, {}, {.port = first->port()}).error().code(), ErrorCode::kUnavailable);
  EXPECT_EQ(Server::start(loop, {}, {.tls = TlsOptions{"/nowhere", "/nowhere"}}).error().code(), ErrorCode::kIoError);
}

}  // namespace
}  // namespace lepton::net
