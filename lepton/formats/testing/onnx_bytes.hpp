// ONNX files written field by field, right or wrong, for tests of the readers.
#pragma once

#include <string>
#include <vector>

#include "lepton/base/wire.hpp"

namespace lepton::formats::testing {

inline WireWriter text_entry(const std::string& key, const std::string& value) {
  WireWriter entry;
  entry.put_text(1, key);
  entry.put_text(2, value);
  return entry;
}

inline WireWriter tensor(const std::string& name, const std::vector<std::int64_t>& dims, std::int64_t type, const std::string& raw) {
  WireWriter t;
  for (const std::int64_t dim : dims) t.put_int64(1, dim);
  t.put_int64(2, type);
  t.put_text(8, name);
  t.put_text(9, raw);
  return t;
}

inline WireWriter external(const std::string& location, const std::string& offset, const std::string& length) {
  WireWriter t;
  t.put_int64(1, 4);
  t.put_int64(2, 1);
  t.put_text(8, "w");
  t.put_message(13, text_entry("location", location));
  if (!offset.empty()) t.put_message(13, text_entry("offset", offset));
  if (!length.empty()) t.put_message(13, text_entry("length", length));
  t.put_int64(14, 1);
  return t;
}

inline WireWriter value(const std::string& name, std::int64_t dtype = 1) {
  WireWriter element, type, info;
  element.put_int64(1, dtype);
  type.put_message(1, element);
  info.put_text(1, name);
  info.put_message(2, type);
  return info;
}

struct NodeSpec {
  std::string op;
  std::vector<std::string> inputs, outputs;
  std::vector<WireWriter> attributes = {};
  std::string domain = {};
};
inline WireWriter node(const NodeSpec& spec) {
  WireWriter n;
  for (const std::string& input : spec.inputs) n.put_text(1, input);
  for (const std::string& output : spec.outputs) n.put_text(2, output);
  n.put_text(4, spec.op);
  for (const WireWriter& attribute : spec.attributes) n.put_message(5, attribute);
  n.put_text(7, spec.domain);
  return n;
}
inline WireWriter graph(const std::vector<NodeSpec>& nodes, const std::vector<WireWriter>& initializers,
                        const std::vector<std::string>& inputs, const std::vector<std::string>& outputs) {
  WireWriter g;
  for (const NodeSpec& one : nodes) g.put_message(1, node(one));
  for (const WireWriter& one : initializers) g.put_message(5, one);
  for (const std::string& name : inputs) g.put_message(11, value(name));
  for (const std::string& name : outputs) g.put_message(12, value(name));
  return g;
}
inline std::string model(const WireWriter& g, const std::vector<WireWriter>& functions = {}) {
  WireWriter m, opset;
  m.put_int64(1, 9);
  m.put_message(7, g);
  opset.put_text(1, "");
  opset.put_int64(2, 21);
  m.put_message(8, opset);
  for (const WireWriter& function : functions) m.put_message(25, function);
  return m.data();
}

}  // namespace lepton::formats::testing
