// What the connections of one server share, and how one begins.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "lepton/net/server.hpp"

namespace lepton::net {

struct EventLoop::State {
  boost::asio::io_context context;
  std::vector<std::thread> threads;
};

class ConnectionBase {
 public:
  virtual ~ConnectionBase() = default;
  /// Closes it now, or, if a request is being answered, after that.
  virtual void drain() = 0;
  virtual void close() = 0;
};

struct Connections {
  explicit Connections(Router r, ServerOptions o) : router(std::move(r)), options(std::move(o)) {}

  const Router router;
  const ServerOptions options;
  std::optional<boost::asio::ssl::context> tls;
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> accepted = 0, refused = 0, requests = 0, bodies_bytes = 0;

  std::mutex mutex;  // of what follows
  std::condition_variable changed;
  std::map<ConnectionBase*, std::weak_ptr<ConnectionBase>> open;

  /// Room for a body among all bodies; false if there is none.
  bool reserve(std::size_t size_bytes);
};

/// Serves `socket` until it ends. Refuses with 503 if there are too many.
void start_connection(const std::shared_ptr<Connections>& connections, boost::asio::ip::tcp::socket socket);

}  // namespace lepton::net
