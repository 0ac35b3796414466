// Who answers what: a table of methods and paths.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/net/http.hpp"

namespace lepton::net {

/// The way to answer one request, from any thread and at any time; once. A request that is dropped without an answer gets a 500.
class Responder {
 public:
  virtual ~Responder() = default;
  virtual void respond(Response response) = 0;
  /// True if nobody waits for the answer any more. Costs a system call.
  virtual bool client_is_gone() const = 0;
};

/// Runs on a thread of the event loop; an Error that it throws becomes the answer.
using Handler = std::function<void(Request&&, std::shared_ptr<Responder>)>;

struct Route {
  std::string method;
  std::string pattern;  // "/v2/models/{model}/infer"
  Handler handler;
  std::string role = {};           // who may call it; what it means is up to ServerOptions::admit
  std::size_t max_body_bytes = 0;  // 0: no body
};

/// A route and what stands for its pattern's names, or the status (404, 405) that says why there is none.
struct Match {
  const Route* route = nullptr;
  std::vector<std::pair<std::string_view, std::string>> parameters = {};
  int status = 200;
  std::string allowed = {};  // methods of that path, for 405
};

class Router {
 public:
  void add(Route route);
  /// HEAD is answered by GET.
  Match find(std::string_view method, const Target& target) const;
  std::span<const Route> routes() const { return routes_; }

 private:
  std::vector<Route> routes_;
};

}  // namespace lepton::net
