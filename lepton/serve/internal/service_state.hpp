// What routes share.
#pragma once

#include "lepton/base/thread_pool.hpp"
#include "lepton/serve/service.hpp"
#include "lepton/workspace/review_queue.hpp"

namespace lepton::serve {

struct Service::State {
  explicit State(ServiceOptions o);

  ServiceOptions options;
  std::unique_ptr<Access> access;  // null: no tokens
  std::unique_ptr<net::EventLoop> loop;
  std::unique_ptr<ComputeSlots> slots;
  std::unique_ptr<Repository> repository;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<workspace::ReviewQueue> reviews;  // null: none
  std::unique_ptr<ThreadPool> writer;               // of reviews: a commit waits for the disk
  std::atomic<bool> draining = false;
};

using ResponderHandle = std::shared_ptr<net::Responder>;

/// Roles of routes: what anybody with a token may do, and what changes the server.
inline constexpr const char* kViewer = "viewer";
inline constexpr const char* kOperator = "operator";

/// The answer to a client whose request could not be read: always a 4xx, whatever reading found.
net::Response client_fault(const Error& error);

/// Open Inference Protocol v2: metadata, infer, repository, statistics.
void add_protocol_routes(net::Router& router, Service::State& state);
/// /v1/models/NAME/predict: files and rows by the model's recipe.
void add_predict_routes(net::Router& router, Service::State& state);
/// /v1/reviews: cases that wait for a person.
void add_review_routes(net::Router& router, Service::State& state);
/// Puts a case into the queue without waiting for it. A queue that is full, or a disk that is too slow, drops it with a line in the log.
void send_to_review(Service::State& state, workspace::NewCase one);
/// The page, /openapi.json and /metrics.
void add_page_routes(net::Router& router, Service::State& state);

}  // namespace lepton::serve
