// Start and end. What was made last ends first: the server, the repository's thread, the event loop.
#include "lepton/serve/service.hpp"

#include "lepton/base/parallel.hpp"
#include "lepton/serve/internal/service_state.hpp"

namespace lepton::serve {

Service::State::State(ServiceOptions o) : options(std::move(o)) {
  const int threads = options.num_threads > 0 ? options.num_threads : num_threads() + 1;
  loop = std::make_unique<net::EventLoop>(threads);
  slots = std::make_unique<ComputeSlots>(*loop, std::max(1, threads - 1));
  repository = std::make_unique<Repository>(*loop, *slots, local_files(), options.repository);
}

net::Response client_fault(const Error& error) {
  const int status = error_code_info(error.code()).http_status;
  if (error.code() == ErrorCode::kUnsupported) return net::error_response(415, error.message());
  return net::error_response(status >= 500 ? 400 : status, error.message());
}

Service::Service(std::unique_ptr<State> state) : state_(std::move(state)) {}

Service::~Service() {
  drain(std::chrono::seconds(1));
  state_->server.reset();
  state_->loop->stop();
  if (state_->writer != nullptr) state_->writer->shutdown();
  state_->repository.reset();
}

Result<std::unique_ptr<Service>> Service::start(ServiceOptions options) {
  return catch_error([&] {
    auto service = std::unique_ptr<Service>(new Service(std::make_unique<State>(std::move(options))));
    State& state = *service->state_;
    net::Router router;
    add_protocol_routes(router, state);
    add_predict_routes(router, state);
    add_page_routes(router, state);
    if (!state.options.reviews.empty()) {
      state.reviews = std::make_unique<workspace::ReviewQueue>(workspace::ReviewQueue::open(state.options.reviews).value());
      state.writer = std::make_unique<ThreadPool>(1, 1024);
      add_review_routes(router, state);
    }
    if (!state.options.tokens.empty()) {
      state.access =
          std::make_unique<Access>(state.options.tokens, Access::Options{.requests_per_second = state.options.requests_per_second});
      state.options.server.admit = [&state](const net::RequestHead& head) { return state.access->admit(head); };
    }
    state.repository->start().value();
    state.server = net::Server::start(*state.loop, std::move(router), state.options.server).value();
    return service;
  });
}

std::uint16_t Service::port() const { return state_->server->port(); }
Repository& Service::repository() { return *state_->repository; }

bool Service::drain(std::chrono::milliseconds grace) {
  state_->draining = true;
  return state_->server == nullptr || state_->server->drain(grace);
}

}  // namespace lepton::serve
