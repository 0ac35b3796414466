// The event loop's threads, the listening socket, and the end of both.
#include "lepton/net/server.hpp"

#include <pthread.h>
#include <signal.h>

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>

#include "lepton/base/log.hpp"
#include "lepton/net/internal/connection.hpp"

namespace lepton::net {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

void run_forever(asio::io_context& context) {
  for (;;) {
    try {
      context.run();
      return;
    } catch (const std::exception& error) {
      log_error("net: a handler failed: {}", error.what());
    }
  }
}

// Signals are the main thread's: see signal_stack.hpp.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

asio::ssl::context tls_context(const TlsOptions& options) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                      asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  boost::system::error_code error;
  context.use_certificate_chain_file(options.certificate_file, error);
  if (error) fail(ErrorCode::kIoError, "{}: no certificate can be read: {}", options.certificate_file, error.message());
  context.use_private_key_file(options.key_file, asio::ssl::context::pem, error);
  if (error) fail(ErrorCode::kIoError, "{}: no private key can be read: {}", options.key_file, error.message());
  return context;
}

}  // namespace

EventLoop::EventLoop(int num_threads) : state_(std::make_unique<State>()) {
  const BlockedSignals blocked;
  for (int i = 0; i < std::max(1, num_threads); ++i) {
    state_->threads.emplace_back([this] {
      const auto work = asio::make_work_guard(state_->context);
      run_forever(state_->context);
    });
  }
}

EventLoop::~EventLoop() { stop(); }

void EventLoop::stop() {
  state_->context.stop();
  for (std::thread& thread : state_->threads) {
    if (thread.joinable()) thread.join();
  }
}

int EventLoop::num_threads() const { return static_cast<int>(state_->threads.size()); }

void EventLoop::post(std::function<void()> task) { asio::post(state_->context, std::move(task)); }

void EventLoop::post_after(std::chrono::nanoseconds delay, std::function<void()> task) {
  auto timer = std::make_shared<asio::steady_timer>(state_->context, delay);
  timer->async_wait([timer, task = std::move(task)](const boost::system::error_code& error) {
    if (!error) task();
  });
}

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(EventLoop& loop, Router router, ServerOptions options)
      : acceptor(asio::make_strand(loop.state().context)),
        context(loop.state().context),
        connections(std::make_shared<Connections>(std::move(router), std::move(options))) {}

  tcp::acceptor acceptor;  // on a strand of its own
  asio::io_context& context;
  std::shared_ptr<Connections> connections;
  std::uint16_t port = 0;

  void listen() {
    const ServerOptions& options = connections->options;
    boost::system::error_code error;
    const asio::ip::address address = asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
    if (error)
      fail(ErrorCode::kInvalidArgument, "'{}' is no address to listen at; use 127.0.0.1, 0.0.0.0 or one of this machine's", options.host);
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error)
      fail(ErrorCode::kUnavailable, "cannot listen at {}:{}: {}; choose another with --port", options.host, options.port, error.message());
    port = acceptor.local_endpoint().port();
  }

  void accept() {
    acceptor.async_accept(
        asio::make_strand(context), [self = shared_from_this()](const boost::system::error_code& error, tcp::socket socket) {
          if (!self->acceptor.is_open()) return;
          if (error) {
            // Without file descriptors, say: trying again at once would only burn time.
            auto timer = std::make_shared<asio::steady_timer>(self->acceptor.get_executor(), std::chrono::milliseconds(50));
            timer->async_wait([self, timer](const boost::system::error_code&) { self->accept(); });
            return;
          }
          start_connection(self->connections, std::move(socket));
          self->accept();
        });
  }
};

Server::Server(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(EventLoop& loop, Router router, ServerOptions options) {
  return catch_error([&] {
    auto state = std::make_shared<State>(loop, std::move(router), std::move(options));
    if (state->connections->options.tls) state->connections->tls = tls_context(*state->connections->options.tls);
    state->listen();
    asio::post(state->acceptor.get_executor(), [state] { state->accept(); });
    return std::unique_ptr<Server>(new Server(std::move(state)));
  });
}

Server::~Server() { drain(std::chrono::seconds(1)); }

std::uint16_t Server::port() const { return state_->port; }

ServerStatistics Server::statistics() const {
  Connections& c = *state_->connections;
  const std::lock_guard lock(c.mutex);
  return {c.accepted, c.open.size(), c.refused, c.requests, c.bodies_bytes};
}

bool Server::drain(std::chrono::milliseconds grace) {
  Connections& c = *state_->connections;
  c.draining = true;
  asio::post(state_->acceptor.get_executor(), [state = state_] { state->acceptor.close(); });
  const auto tell = [&](void (ConnectionBase::*what)()) {
    std::vector<std::shared_ptr<ConnectionBase>> all;
    const std::lock_guard lock(c.mutex);
    for (const auto& [address, connection] : c.open) all.push_back(connection.lock());
    return [all = std::move(all), what] {
      for (const auto& connection : all) {
        if (connection != nullptr) ((*connection).*what)();
      }
    };
  };
  const auto wait = [&](std::chrono::milliseconds time) {
    std::unique_lock lock(c.mutex);
    return c.changed.wait_for(lock, time, [&] { return c.open.empty(); });
  };
  tell (&ConnectionBase::drain)();
  const bool answered = wait(grace);
  if (!answered) {
    tell (&ConnectionBase::close)();
    wait(std::chrono::seconds(1));
  }
  return answered;
}

}  // namespace lepton::net
