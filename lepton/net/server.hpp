// An HTTP/1.1 server. Everything that a client can make it hold has a limit: connections, heads, bodies, all bodies together, time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lepton/net/router.hpp"

namespace lepton::net {

/// Threads that wait for sockets and timers and run what is posted to them.
class EventLoop {
 public:
  explicit EventLoop(int num_threads);
  /// Stops the threads; what is posted and not begun is dropped.
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void post(std::function<void()> task);
  void post_after(std::chrono::nanoseconds delay, std::function<void()> task);
  int num_threads() const;
  /// Ends the threads; a second call does nothing.
  void stop();

  struct State;  // for the server
  State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

struct TlsOptions {
  std::string certificate_file;  // PEM, with its chain
  std::string key_file;          // PEM
};

/// What is known of a request before its body is read.
struct RequestHead {
  const Route& route;
  const Request& request;
};

/// A request that was answered, for logs.
struct Answered {
  const std::string& method;
  std::string_view pattern;  // of the route; "" if there was none
  std::string_view path;     // as the client wrote it
  std::string_view peer, trace;
  int status = 0;
  std::size_t request_bytes = 0, response_bytes = 0;
  std::chrono::nanoseconds duration{};
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;               // 0: one that is free
  std::vector<std::string> hosts = {};  // names by which it may be called; empty: those of the loopback
  bool check_origin = true;
  std::optional<TlsOptions> tls = {};
  std::size_t max_connections = 512;
  std::size_t max_head_bytes = 16 << 10;
  std::size_t max_bodies_bytes = std::size_t{512} << 20;              // of all requests together
  std::chrono::milliseconds head_timeout = std::chrono::seconds(10);  // from the connection's first moment
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(60);  // between two requests, and for the head of the second
  std::chrono::milliseconds body_timeout = std::chrono::seconds(60);
  std::chrono::milliseconds write_timeout = std::chrono::seconds(60);
  /// Asked before a body is read; an answer refuses the request.
  std::function<std::optional<Response>(const RequestHead&)> admit = nullptr;
  std::function<void(const Answered&)> answered = nullptr;
};

struct ServerStatistics {
  std::uint64_t connections = 0, open_connections = 0, refused_connections = 0, requests = 0, bodies_bytes = 0;
};

class Server {
 public:
  /// Listens and serves until it is destroyed. `loop` must outlive it.
  /// Errors:  kUnavailable if the port is taken; kInvalidArgument for a host that is none; kIoError for a certificate that cannot be read.
  static Result<std::unique_ptr<Server>> start(EventLoop& loop, Router router, ServerOptions options);
  /// Drains for a second, then closes everything.
  ~Server();

  std::uint16_t port() const;
  ServerStatistics statistics() const;
  /// Takes no more connections, lets requests that have begun be answered, then closes. True if all were answered in time.
  bool drain(std::chrono::milliseconds grace);

 private:
  struct State;
  explicit Server(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace lepton::net
