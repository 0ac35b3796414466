// Small untrained models in files, and a service with them, for tests of serving.
#pragma once

#include <gtest/gtest.h>

#include "lepton/base/json.hpp"
#include "lepton/base/path.hpp"
#include "lepton/base/testing/temporary_folder.hpp"
#include "lepton/net/client.hpp"
#include "lepton/serve/service.hpp"

namespace lepton::tests {

/// A classifier of 8x8 grey pictures into cat, dog and owl, as a package with its recipe.
void write_picture_model(const std::string& path, std::uint64_t seed);
/// Two columns, `size` (a number) and `kind` (a word), to yes or no.
void write_table_model(const std::string& path);
/// x [N, 16] to y [N, 4], as ONNX; with `hidden` it takes long.
void write_dense_onnx(const std::string& path, std::uint64_t seed, std::int64_t hidden = 8);

/// a [N, 2] and b [N, 3] to y [N, 1], as ONNX.
void write_two_inputs_onnx(const std::string& path);

class ServiceTest : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return join_path(folder_.path(), name); }
  void start(serve::ServiceOptions options);
  /// With one model called "m".
  void start_with(const std::string& file, serve::BatchingOptions batching = {});
  net::Client client() const { return net::Client("127.0.0.1", service_->port()); }
  Json get(const std::string& target) const { return parse_json(client().get(target).value().body).value(); }
  void wait_until_warm(const std::string& model) const;

  TemporaryFolder folder_;
  std::unique_ptr<serve::Service> service_;
};

/// A request of the protocol for x [rows, 16] whose values come from `seed`, and the values of y in its answer.
std::string dense_request(std::int64_t rows, std::uint64_t seed);
std::vector<float> values_of(const net::Response& response);

}  // namespace lepton::tests
