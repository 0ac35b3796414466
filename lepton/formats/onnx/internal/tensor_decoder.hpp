// TensorProtos: their data inside the message, or in another file of the model's folder.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "lepton/base/files.hpp"
#include "lepton/base/wire.hpp"
#include "lepton/formats/stored_tensor.hpp"
#include "lepton/op/string_tensor.hpp"

namespace lepton::formats {

/// A TensorProto: numbers, or texts.
using StoredValue = std::variant<StoredTensor, StringTensor>;

class TensorDecoder {
 public:
  /// `owner` keeps the bytes of the messages alive; "" for a folder: no other file is read.
  TensorDecoder(std::shared_ptr<const void> owner, std::string folder) : owner_(std::move(owner)), folder_(std::move(folder)) {}
  /// Decodes one TensorProto. Errors: those of read_onnx(), naming the tensor.
  Result<StoredValue> read(WireReader reader, std::string* name);

 private:
  struct RawTensor;
  Result<StoredTensor> raw_tensor(const RawTensor& of, DType dtype, std::int64_t elements, std::span<const std::byte> bytes,
                                  const std::shared_ptr<const void>& owner) const;
  static Result<std::uint64_t> number_of(const RawTensor& of, const std::string& key, std::uint64_t otherwise);
  Result<std::shared_ptr<MappedFile>> external_file(const RawTensor& of);
  Result<StoredTensor> external_tensor(const RawTensor& of, DType dtype, std::int64_t elements);

  std::shared_ptr<const void> owner_;
  std::string folder_;
  std::map<std::string, std::shared_ptr<MappedFile>> external_files_;
};

/// A field that is text.
Result<std::string> wire_text(const WireField& field);
/// A StringStringEntryProto: key and value.
Result<std::pair<std::string, std::string>> wire_string_entry(WireReader reader);

}  // namespace lepton::formats
