// One connection: head, checks, body, handler, answer, and again. It lives on a strand; only answers come from elsewhere.
#include "lepton/net/internal/connection.hpp"

#include <sys/socket.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "lepton/base/log.hpp"
#include "lepton/net/origin.hpp"

namespace lepton::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

bool Connections::reserve(std::size_t size_bytes) {
  const std::uint64_t before = bodies_bytes.fetch_add(size_bytes);
  if (before + size_bytes <= options.max_bodies_bytes) return true;
  bodies_bytes -= size_bytes;
  return false;
}

namespace {

constexpr std::size_t kMaxLinger = 1 << 20;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

// A value that would end its line would begin another header.
bool is_one_line(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

template <class Stream>
class Connection final : public ConnectionBase, public std::enable_shared_from_this<Connection<Stream>> {
 public:
  template <class... Args>
  explicit Connection(std::shared_ptr<Connections> connections, Args&&... args)
      : all_(std::move(connections)), stream_(std::forward<Args>(args)...), buffer_(all_->options.max_head_bytes + (64 << 10)) {
    error_code error;
    fd_ = socket().native_handle();
    const auto endpoint = socket().remote_endpoint(error);
    if (!error) peer_ = endpoint.address().to_string();
    socket().set_option(asio::ip::tcp::no_delay(true), error);
  }

  ~Connection() override {
    release_body();
    const std::lock_guard lock(all_->mutex);
    all_->open.erase(this);
    all_->changed.notify_all();
  }

  void begin() {
    {
      const std::lock_guard lock(all_->mutex);
      all_->open.emplace(this, this->weak_from_this());
    }
    asio::dispatch(stream_.get_executor(), [self = self()] { self->handshake(); });
  }

  void refuse_because_full() {
    asio::dispatch(stream_.get_executor(), [self = self()] {
      self->keep_alive_ = false;
      self->write(error_response(503, "too many connections"));
    });
  }

  void drain() override {
    asio::post(stream_.get_executor(), [self = self()] {
      if (self->waiting_) self->end();
    });
  }
  void close() override {
    asio::post(stream_.get_executor(), [self = self()] { self->end(); });
  }

 private:
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  // The way back for handlers.
  class Exchange final : public Responder {
   public:
    explicit Exchange(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    ~Exchange() override {
      if (!answered_) answer(error_response(500, "the request was dropped"));
    }
    void respond(Response response) override { answer(std::move(response)); }
    bool client_is_gone() const override {
      char next = 0;
      return ::recv(connection_->fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
    }

   private:
    void answer(Response response) {
      if (answered_.exchange(true)) return;
      Connection& c = *connection_;
      asio::dispatch(c.stream_.get_executor(),
                     [connection = connection_, response = std::move(response)]() mutable { connection->write(std::move(response)); });
    }
    std::shared_ptr<Connection> connection_;
    std::atomic<bool> answered_ = false;
  };

  std::shared_ptr<Connection> self() { return this->shared_from_this(); }
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }
  asio::ip::tcp::socket& socket() { return tcp().socket(); }

  void handshake() {
    if constexpr (kTls) {
      tcp().expires_after(all_->options.head_timeout);
      stream_.async_handshake(asio::ssl::stream_base::server, [self = self()](const error_code& error) {
        if (!error) self->read_head();
      });
    } else {
      read_head();
    }
  }

  void read_head() {
    head_.emplace();
    head_->header_limit(static_cast<std::uint32_t>(all_->options.max_head_bytes));
    head_->body_limit(boost::none);  // the route decides
    waiting_ = buffer_.size() == 0;
    if (waiting_ && all_->draining) return end();
    tcp().expires_after(first_ ? all_->options.head_timeout : all_->options.idle_timeout);
    http::async_read_header(stream_, buffer_, *head_, [self = self()](const error_code& error, std::size_t) { self->on_head(error); });
  }

  void on_head(const error_code& error) {
    waiting_ = first_ = false;
    begin_ = std::chrono::steady_clock::now();
    match_ = {};
    request_ = {};
    keep_alive_ = false;
    if (error) {
      if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return write(error_response(431, "the request's head is too long"));
      if (error.category() == make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream &&
          error != http::error::partial_message)
        return write(error_response(400, "the request is no HTTP/1.1: " + error.message()));
      return end();  // closed by the client, or too slow
    }
    ++all_->requests;
    if (auto refusal = check_head()) {
      keep_alive_ = keep_alive_ && !has_body();
      return write(std::move(*refusal));
    }
    if (!has_body()) return handle();
    if (expects_continue_) {
      static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      tcp().expires_after(all_->options.write_timeout);
      return asio::async_write(stream_, asio::buffer(kContinue), [self = self()](const error_code& failed, std::size_t) {
        if (!failed) self->read_body();
      });
    }
    read_body();
  }

  bool has_body() const { return head_->chunked() || head_->content_length().value_or(0) > 0; }

  std::optional<Response> check_head() {
    const auto& fields = head_->get();
    request_.method = std::string(view(fields.method_string()));
    raw_path_ = std::string(view(fields.target()));
    request_.peer = peer_;
    for (const auto& field : fields) request_.headers.push_back({std::string(view(field.name_string())), std::string(view(field.value()))});
    keep_alive_ = head_->keep_alive();
    const auto transfer = fields.find(http::field::transfer_encoding);
    if ((transfer != fields.end() && !head_->chunked()) || fields.count(http::field::host) > 1 ||
        fields.count(http::field::content_length) > 1) {
      keep_alive_ = false;
      return error_response(400, "the request's headers contradict each other or name a transfer encoding that is not chunked");
    }
    const ServerOptions& options = all_->options;
    if (options.check_origin) {
      const auto allowed = check_origin(request_.header("host"), request_.header("origin"), options.hosts);
      if (!allowed) return error_response(allowed.error());
    }
    auto target = parse_target(raw_path_);
    if (!target) return error_response(target.error());
    request_.target = std::move(*target);
    match_ = all_->router.find(request_.method, request_.target);
    if (match_.route == nullptr) return no_route();
    request_.parameters = std::move(match_.parameters);
    if (options.admit) {
      if (auto refusal = options.admit({*match_.route, request_})) return refusal;
    }
    return check_body();
  }

  Response no_route() const {
    if (match_.status == 404) return error_response(404, "there is nothing at this path");
    Response response = error_response(405, "this path takes " + match_.allowed);
    response.headers.push_back({"Allow", match_.allowed});
    return response;
  }

  std::optional<Response> check_body() {
    const auto& fields = head_->get();
    const std::string_view expect = view(fields[http::field::expect]);
    expects_continue_ = equal_names(expect, "100-continue");
    if (!expect.empty() && !expects_continue_) return error_response(417, "of all expectations only 100-continue is known");
    if (!has_body()) return std::nullopt;
    const std::size_t limit = match_.route->max_body_bytes;
    if (head_->content_length().value_or(0) > limit) return error_response(413, fmt::format("a body here has at most {} bytes", limit));
    // How long a chunked body will be is not known: it counts as the longest.
    const std::size_t size = head_->chunked() ? limit : static_cast<std::size_t>(*head_->content_length());
    if (!all_->reserve(size)) return error_response(503, "too many bodies are being read; try again");
    reserved_ = size;
    return std::nullopt;
  }

  void read_body() {
    body_.emplace(std::move(*head_));
    body_->body_limit(match_.route->max_body_bytes);
    tcp().expires_after(all_->options.body_timeout);
    http::async_read(stream_, buffer_, *body_, [self = self()](const error_code& error, std::size_t) { self->on_body(error); });
  }

  void on_body(const error_code& error) {
    if (error) {
      keep_alive_ = false;
      if (error == http::error::body_limit)
        return write(error_response(413, fmt::format("a body here has at most {} bytes", match_.route->max_body_bytes)));
      if (error == beast::error::timeout) return end();
      if (error.category() == make_error_code(http::error::bad_method).category() && error != http::error::partial_message)
        return write(error_response(400, "the request's body is not well formed: " + error.message()));
      return end();
    }
    request_.body = std::move(body_->get().body());
    body_.reset();
    handle();
  }

  void handle() {
    tcp().expires_never();
    request_bytes_ = request_.body.size();
    method_ = request_.method;
    trace_ = std::string(request_.header("traceparent"));
    const auto exchange = std::make_shared<Exchange>(self());
    const auto handled = catch_error([&] { match_.route->handler(std::move(request_), exchange); });
    if (!handled) exchange->respond(error_response(handled.error()));
  }

  void write(Response response) {
    keep_alive_ = keep_alive_ && !all_->draining;
    status_ = response.status;
    out_body_ = std::move(response.body);
    out_head_ = fmt::format("HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", status_, reason_of(status_), out_body_.size());
    const auto add = [&](std::string_view name, std::string_view value) {
      if (is_one_line(name) && is_one_line(value)) out_head_ += fmt::format("{}: {}\r\n", name, value);
    };
    if (!out_body_.empty()) add("Content-Type", response.content_type);
    for (const HeaderField& field : response.headers) add(field.name, field.value);
    if (!trace_.empty()) add("traceparent", trace_);
    add("X-Content-Type-Options", "nosniff");
    if (!keep_alive_) add("Connection", "close");
    out_head_ += "\r\n";
    const bool head_only = method_ == "HEAD" || request_.method == "HEAD";
    tcp().expires_after(all_->options.write_timeout);
    const auto written = [self = self()](const error_code& error, std::size_t size) { self->on_written(error, size); };
    if constexpr (kTls) {
      // One buffer: Beast 1.81 stops without an error at an empty buffer before a long one, which two become when the first is written.
      if (!head_only) out_head_ += out_body_;
      asio::async_write(stream_, asio::buffer(out_head_), written);
    } else {
      const std::array<asio::const_buffer, 2> buffers = {asio::buffer(out_head_),
                                                         head_only ? asio::const_buffer() : asio::buffer(out_body_)};
      asio::async_write(stream_, buffers, written);
    }
  }

  void on_written(const error_code& error, std::size_t size) {
    release_body();
    if (all_->options.answered) {
      all_->options.answered({.method = method_.empty() ? request_.method : method_,
                              .pattern = match_.route == nullptr ? std::string_view() : std::string_view(match_.route->pattern),
                              .path = raw_path_,
                              .peer = peer_,
                              .trace = trace_,
                              .status = status_,
                              .request_bytes = request_bytes_,
                              .response_bytes = size,
                              .duration = std::chrono::steady_clock::now() - begin_});
    }
    method_.clear();
    trace_.clear();
    raw_path_.clear();
    request_bytes_ = 0;
    if (error) {
      log_debug("net: an answer to {} was not sent: {}", peer_, error.message());
      return end();
    }
    if (!keep_alive_) return say_goodbye();
    read_head();
  }

  // What the client still sends is read for a moment: closing at once would make the answer disappear with a reset.
  void say_goodbye() {
    tcp().expires_after(std::chrono::seconds(1));
    if constexpr (kTls) {
      stream_.async_shutdown([self = self()](const error_code&) { self->end(); });
    } else {
      error_code error;
      socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
      linger(0);
    }
  }

  void linger(std::size_t so_far) {
    if (so_far > kMaxLinger) return end();
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(16 << 10), [self = self(), so_far](const error_code& error, std::size_t size) {
      if (!error) return self->linger(so_far + size);
      self->end();
    });
  }

  // Closing cancels what waits; with it the last owner of this object goes.
  void end() {
    error_code error;
    socket().close(error);
  }

  void release_body() {
    all_->bodies_bytes -= reserved_;
    reserved_ = 0;
  }

  std::shared_ptr<Connections> all_;
  Stream stream_;
  int fd_ = -1;
  std::string peer_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::empty_body>> head_;
  std::optional<http::request_parser<http::string_body>> body_;
  Request request_;
  Match match_;
  bool first_ = true, waiting_ = false, keep_alive_ = false, expects_continue_ = false;
  std::size_t reserved_ = 0, request_bytes_ = 0;
  std::string method_, trace_, raw_path_;
  int status_ = 0;
  std::string out_head_, out_body_;
  std::chrono::steady_clock::time_point begin_;
};

}  // namespace

void start_connection(const std::shared_ptr<Connections>& connections, asio::ip::tcp::socket socket) {
  ++connections->accepted;
  const bool full = [&] {
    const std::lock_guard lock(connections->mutex);
    return connections->open.size() >= connections->options.max_connections;
  }();
  if (connections->tls) {
    if (full) return void(++connections->refused);  // a handshake is work: the socket closes
    std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(connections, std::move(socket), *connections->tls)->begin();
    return;
  }
  const auto connection = std::make_shared<Connection<beast::tcp_stream>>(connections, std::move(socket));
  if (!full) return connection->begin();
  ++connections->refused;
  connection->refuse_because_full();
}

}  // namespace lepton::net
