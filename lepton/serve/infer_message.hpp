// Requests and answers of the Open Inference Protocol v2: JSON, with or without tensors as raw bytes behind it.
//
// Source:  https://github.com/kserve/open-inference-protocol (inference_rest.md), Triton's binary tensor data extension.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lepton/serve/signature.hpp"

namespace lepton::serve {

struct WantedOutput {
  std::size_t index = 0;  // in the signature
  bool binary = false;
};

struct InferRequest {
  std::string id;
  std::vector<Tensor> inputs;         // in the order of the signature
  std::vector<WantedOutput> outputs;  // in the order of the answer
  std::optional<std::chrono::microseconds> timeout;
};

/// Reads a body. `json_bytes` is the header Inference-Header-Content-Length: with it the tensors lie behind so much JSON; 0 means that the
/// body is one tensor alone, for a model with one input of at most one free dim.
/// Errors:  kParseError, kInvalidArgument, kShapeMismatch, kDtypeMismatch, kUnsupported: the client's fault, whatever it is. Nothing is
///          allocated before its size was compared with that of the body.
Result<InferRequest> parse_infer(std::string_view body, std::optional<std::size_t> json_bytes, const Signature& signature);

struct InferAnswer {
  std::string body;
  std::size_t json_bytes = 0;  // of a body with raw tensors behind it; 0 if all is JSON
};

/// Writes the wanted outputs; `outputs` are all of the signature's.
InferAnswer write_infer(std::string_view model, std::string_view version, const InferRequest& request, const Signature& signature,
                        const std::vector<Tensor>& outputs);

}  // namespace lepton::serve
