// Cases that wait for a person: what they are, their pictures, and the labels that people give.
#include <charconv>

#include "lepton/base/json.hpp"
#include "lepton/base/log.hpp"
#include "lepton/serve/internal/service_state.hpp"

namespace lepton::serve {
namespace {

constexpr std::size_t kSmallBody = 64 << 10;
constexpr std::size_t kMaxUnwritten = 256;

std::int64_t number_of(std::string_view text, std::string_view what) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0)
    fail(ErrorCode::kInvalidArgument, "'{}' is no {}", text, what);
  return number;
}

Json to_json(const workspace::ReviewCase& one) {
  Json json = {
      {"id", one.id},         {"model", one.model},    {"version", one.version}, {"said", one.said}, {"probability", one.probability},
      {"reason", one.reason}, {"created", one.created}};
  if (!one.label.empty()) json["label"] = {{"label", one.label}, {"by", one.labelled_by}, {"why", one.why}, {"at", one.labelled}};
  return json;
}

net::Response list(workspace::ReviewQueue& reviews, const net::Request& request) {
  const std::string* const labelled = request.target.find("labelled");
  const std::string* const after = request.target.find("after");
  const auto cases = reviews.list(labelled != nullptr && *labelled == "true", after == nullptr ? 0 : number_of(*after, "id")).value();
  Json all = Json::array();
  for (const workspace::ReviewCase& one : cases) all.push_back(to_json(one));
  return {.body = dump_json({{"cases", all}})};
}

// As bytes that no browser shows or runs: they came from strangers.
net::Response input(workspace::ReviewQueue& reviews, const net::Request& request) {
  return {.content_type = "application/octet-stream",
          .headers = {{"Content-Disposition", "attachment"}, {"Content-Security-Policy", "sandbox; default-src 'none'"}},
          .body = reviews.input(number_of(request.parameter("case"), "id")).value()};
}

net::Response answer(workspace::ReviewQueue& reviews, const net::Request& request) {
  const auto body = parse_json(request.body, {.max_bytes = kSmallBody, .max_depth = 4});
  if (!body) return client_fault(body.error());
  const auto label = json_get<std::string>(*body, "label"), by = json_get<std::string>(*body, "by");
  if (!label || !by) return net::error_response(400, "'label' and 'by' are needed, and 'why' is welcome");
  const auto why = body->contains("why") ? json_get<std::string>(*body, "why") : Result<std::string>(std::string());
  if (!why) return client_fault(why.error());
  reviews.answer(number_of(request.parameter("case"), "id"), *label, *by, *why).value();
  return {.body = "{}"};
}

net::Response remove(workspace::ReviewQueue& reviews, const net::Request& request) {
  reviews.remove(number_of(request.parameter("case"), "id")).value();
  return {.body = "{}"};
}

}  // namespace

void send_to_review(Service::State& state, workspace::NewCase one) {
  if (state.writer->num_queued() >= kMaxUnwritten)
    return log_warning("serve: a case for review was dropped: {} are not written yet", kMaxUnwritten);
  (void)state.writer->submit([&state, one = std::move(one)] {
    if (const auto added = state.reviews->add(one); !added)
      log_warning("serve: a case for review was dropped: {}", added.error().message());
  });
}

// All of it waits for the disk, so it runs on the writer's thread.
void add_review_routes(net::Router& router, Service::State& state) {
  const auto add = [&](const char* method, const char* pattern, auto handle, const char* role, std::size_t max_body_bytes) {
    const auto handler = [&state, handle](net::Request&& request, const ResponderHandle& responder) {
      if (state.writer->num_queued() >= kMaxUnwritten) return responder->respond(net::error_response(503, "the disk is behind; try again"));
      const auto shared = std::make_shared<net::Request>(std::move(request));
      (void)state.writer->submit([&state, handle, shared, responder] {
        auto response = catch_error([&] { return handle(*state.reviews, *shared); });
        responder->respond(response ? std::move(*response) : net::error_response(response.error()));
      });
    };
    router.add({.method = method, .pattern = pattern, .handler = handler, .role = role, .max_body_bytes = max_body_bytes});
  };
  add("GET", "/v1/reviews", list, kOperator, 0);
  add("GET", "/v1/reviews/{case}/input", input, kOperator, 0);
  add("POST", "/v1/reviews/{case}/label", answer, kOperator, kSmallBody);
  add("DELETE", "/v1/reviews/{case}", remove, kOperator, 0);
}

}  // namespace lepton::serve
