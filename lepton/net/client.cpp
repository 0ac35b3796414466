// The client waits by running its own event loop until the answer or the deadline.
#include "lepton/net/client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>

namespace lepton::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

struct Client::State {
  std::string host;
  std::uint16_t port;
  ClientOptions options;
  asio::io_context context;
  std::optional<beast::tcp_stream> stream;
  beast::flat_buffer buffer;

  Error error_of(const error_code& error) const {
    const std::string text = fmt::format("{}:{}: {}", host, port, error.message());
    if (error == beast::error::timeout) return {ErrorCode::kDeadlineExceeded, text};
    const bool no_http = error.category() == make_error_code(http::error::bad_method).category() && error != http::error::end_of_stream &&
                         error != http::error::partial_message;
    return {no_http ? ErrorCode::kDataCorrupt : ErrorCode::kUnavailable, text};
  }

  // Starts an operation and runs until it has called back.
  template <class Start>
  error_code wait(Start start) {
    error_code result;
    start([&result](const error_code& error, auto&&...) { result = error; });
    context.restart();
    context.run();
    return result;
  }

  error_code connect() {
    error_code error;
    const auto address = asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error) return error;
    stream.emplace(context);
    buffer.clear();
    stream->expires_after(options.timeout);
    error = wait([&](auto done) { stream->async_connect(asio::ip::tcp::endpoint(address, port), done); });
    if (!error) stream->socket().set_option(asio::ip::tcp::no_delay(true));
    return error;
  }

  Result<Response> exchange(http::request<http::string_body>& request, bool& unanswered) {
    stream->expires_after(options.timeout);
    error_code error = wait([&](auto done) { http::async_write(*stream, request, done); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(options.max_body_bytes);
    parser.skip(request.method_string() == "HEAD");
    // A server that refuses may answer before it has read everything.
    if (!error || error == asio::error::broken_pipe || error == asio::error::connection_reset)
      error = wait([&](auto done) { http::async_read(*stream, buffer, parser, done); });
    if (error) {
      stream.reset();
      unanswered = !parser.got_some() && error != beast::error::timeout;
      return error_of(error);
    }
    auto answer = parser.release();
    if (!answer.keep_alive()) stream.reset();
    Response response{.status = static_cast<int>(answer.result_int()), .content_type = std::string(answer[http::field::content_type])};
    for (const auto& field : answer) response.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    response.body = std::move(answer.body());
    return response;
  }
};

Client::Client(std::string host, std::uint16_t port, ClientOptions options) : state_(std::make_unique<State>()) {
  state_->host = std::move(host);
  state_->port = port;
  state_->options = options;
}

Client::~Client() = default;

Result<Response> Client::send(std::string_view method, std::string_view target, std::string body, const std::vector<HeaderField>& headers) {
  http::request<http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, fmt::format("{}:{}", state_->host, state_->port));
  for (const HeaderField& field : headers) request.set(field.name, field.value);
  request.body() = std::move(body);
  request.prepare_payload();
  const bool fresh = !state_->stream.has_value();
  if (fresh) {
    if (const error_code error = state_->connect()) {
      state_->stream.reset();
      return state_->error_of(error);
    }
  }
  bool unanswered = false;
  auto response = state_->exchange(request, unanswered);
  if (response || fresh || !unanswered) return response;
  // The server had closed the idle connection: once more on a new one.
  if (const error_code error = state_->connect()) return state_->error_of(error);
  return state_->exchange(request, unanswered);
}

}  // namespace lepton::net
