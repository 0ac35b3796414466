// A request and an answer of HTTP as handlers see them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lepton/base/error.hpp"
#include "lepton/net/target.hpp"

namespace lepton::net {

struct HeaderField {
  std::string name, value;
};

struct Request {
  std::string method;  // "GET"
  Target target;
  std::vector<HeaderField> headers;
  std::string body;
  std::string peer;                                                       // address of the client
  std::vector<std::pair<std::string_view, std::string>> parameters = {};  // of the route's pattern

  /// The value of a header, whatever the case of its name; "" if it is absent.
  std::string_view header(std::string_view name) const;
  /// The part of the path that stands for "{name}" in the route.
  const std::string& parameter(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::vector<HeaderField> headers = {};
  std::string body = {};
};

/// {"error": message}; 429 and 503 say when to come again.
Response error_response(int status, std::string_view message);
/// The same for an error of ours, with the status of its code.
Response error_response(const Error& error);

/// "Not Found" for 404.
std::string_view reason_of(int status);

/// True for equal names of headers or hosts: ASCII case does not count.
bool equal_names(std::string_view a, std::string_view b);

/// The value of a parameter of a header, `boundary` of "multipart/form-data; boundary=x"; quotes are taken off. "" if it is absent.
std::string_view header_parameter(std::string_view value, std::string_view name);

/// One part of a multipart/form-data body.
struct FormPart {
  std::string name, file_name, content_type;
  std::string_view data;  // of the body
};
/// Errors:  kParseError for a body that is not such; kResourceExhausted for more than 100 parts.
Result<std::vector<FormPart>> parse_multipart(std::string_view body, std::string_view boundary);

}  // namespace lepton::net
