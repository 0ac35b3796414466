// Everything together: event loop, repository, routes, server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lepton/net/server.hpp"
#include "lepton/serve/access.hpp"
#include "lepton/serve/repository.hpp"

namespace lepton::serve {

struct ServiceOptions {
  net::ServerOptions server = {};
  RepositoryOptions repository = {};
  int num_threads = 0;                                 // 0: one more than there are compute threads
  std::size_t max_body_bytes = std::size_t{64} << 20;  // of one request
  std::int64_t max_pixels = 50'000'000;                // of a picture that is sent
  std::vector<TokenEntry> tokens = {};                 // empty: none is asked for
  double requests_per_second = 0;                      // of each token; 0: no limit
  std::string reviews = {};                            // file of cases for people; empty: none
  double review_below = 0;                             // predictions of files that are less sure wait there
  std::string version = "0";                           // of the program
};

class Service {
 public:
  /// Loads the models and answers requests until it is destroyed.
  /// Errors:  those of loading a named file and of Server::start().
  static Result<std::unique_ptr<Service>> start(ServiceOptions options);
  ~Service();

  std::uint16_t port() const;
  Repository& repository();
  /// Says that it is not ready, takes no more connections, and answers what has begun. True if all was answered in time.
  bool drain(std::chrono::milliseconds grace);

  struct State;

 private:
  explicit Service(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace lepton::serve
