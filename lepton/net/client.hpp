// A small HTTP/1.1 client: one connection, one request at a time, without TLS. For programs that speak to a server of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "lepton/net/http.hpp"

namespace lepton::net {

struct ClientOptions {
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // of a request, with connecting
  std::size_t max_body_bytes = std::size_t{64} << 20;            // of an answer
};

class Client {
 public:
  Client(std::string host, std::uint16_t port, ClientOptions options = {});
  ~Client();

  /// Sends a request and waits for its answer; connects if need be. `target` is "/path?query", already escaped.
  /// Errors:  kUnavailable if nobody listens or the connection ends; kDeadlineExceeded; kDataCorrupt for an answer that is no HTTP.
  Result<Response> send(std::string_view method, std::string_view target, std::string body = {},
                        const std::vector<HeaderField>& headers = {});
  Result<Response> get(std::string_view target) { return send("GET", target); }
  Result<Response> post(std::string_view target, std::string body, std::string_view content_type = "application/json") {
    return send("POST", target, std::move(body), {{"Content-Type", std::string(content_type)}});
  }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lepton::net
