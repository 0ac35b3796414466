// Feature: a tensor on its way through a network. Users think in Keras's channels-last order; the graph computes channels first.
// A Feature knows which of the two its value is in, so that a transpose is only made where somebody needs it.
#pragma once

#include "lepton/op/value.hpp"

namespace lepton::nn {

struct Feature {
  enum class Order : std::uint8_t {
    kLogical,            // axes as Keras has them
    kChannelsFirst,      // [N, C, spatial…] for the logical [N, spatial…, C]
    kFlatChannelsFirst,  // [N, C*spatial…] for the logical [N, spatial…*C]; `unflattened` holds [C, spatial…]
  };

  Value value;
  Order order = Order::kLogical;
  Dims unflattened = {};
  Value mask = {};    // bool [N, T], false for time steps to skip; undefined: all count
  Value logits = {};  // what went into the sigmoid or softmax that made `value`, in the same order; losses prefer it (as Keras does)

  Feature() = default;
  Feature(Value v, Order o = Order::kLogical) : value(v), order(o) {}

  /// Shape in Keras's order; free dims are kAnyDim.
  Shape logical_shape() const;
  /// The value in Keras's order; transposes if it is not.
  Value logical() const;
  /// The value as [N, C, spatial…]; transposes if it is not. A value of rank < 3 is returned as it is.
  Value channels_first() const;
  /// The same feature after an elementwise function: order kept, logits and mask forgotten.
  Feature with(Value v) const {
    Feature result(v, order);
    result.unflattened = unflattened;
    return result;
  }
};

}  // namespace lepton::nn
