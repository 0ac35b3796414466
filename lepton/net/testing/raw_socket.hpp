// Test support: a TCP connection that sends whatever bytes a test wants, also those that no client would.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace lepton::net {

class RawSocket {
 public:
  /// Connects to the loopback. Throws kUnavailable if nobody listens.
  explicit RawSocket(std::uint16_t port);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  /// Sends what the other side takes; false if it has closed.
  bool send(std::string_view bytes);
  void finish_sending();
  /// What comes until the other side closes or nothing has come for so long.
  std::string receive(std::chrono::milliseconds patience = std::chrono::seconds(5));
  /// Reads until `end` has been seen.
  std::string receive_until(std::string_view end, std::chrono::milliseconds patience = std::chrono::seconds(5));
  /// True if the other side closed in time.
  bool is_closed(std::chrono::milliseconds patience);
  /// Closes so that the other side sees a reset.
  void reset();

 private:
  int fd_ = -1;
};

/// Sends `bytes` on a new connection and returns all that comes back.
std::string exchange(std::uint16_t port, std::string_view bytes);
/// The number in "HTTP/1.1 NNN …"; 0 if there is none.
int status_of(std::string_view answer);

}  // namespace lepton::net
