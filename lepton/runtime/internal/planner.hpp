// The planner: chooses a kernel and layouts for each lowered node, inserts reorders, turns views into strides, and lays out memory.
#pragma once

#include "lepton/runtime/internal/lowering.hpp"
#include "lepton/runtime/internal/plan.hpp"

namespace lepton::runtime {

/// `options` say backend and number of threads. Errors: kUnsupported, naming the node, if no kernel takes it.
Result<std::unique_ptr<Plan>> make_plan(const Lowered& lowered, const CompileOptions& options);

/// The same places in memory for every element; strides of axes of size 1 do not matter.
bool same_layout(const Shape& shape, const Layout& a, const Layout& b);

}  // namespace lepton::runtime
