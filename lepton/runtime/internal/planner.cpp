// One walk over the nodes in order. Each value knows where it lies (buffer) and how (layout) as soon as its node is planned.
#include "lepton/runtime/internal/planner.hpp"

#include <algorithm>
#include <map>

#include "lepton/graph/cost.hpp"
#include "lepton/runtime/internal/scan_kernel.hpp"

namespace lepton::runtime {

bool same_layout(const Shape& shape, const Layout& a, const Layout& b) {
  if (a.blocks != b.blocks) return false;
  for (int axis = 0; axis < shape.rank(); ++axis) {
    const auto place = static_cast<std::size_t>(axis);
    if (shape[axis] != 1 && a.strides[place] != b.strides[place]) return false;
  }
  return true;
}

namespace {

// Where a value lies.
struct Place {
  int buffer = -1;
  Layout layout;
  bool open_state = false;  // a state whose layout nobody has asked for yet
};

class Planner {
 public:
  Planner(const Lowered& lowered, const CompileOptions& options)
      : lowered_(lowered),
        options_(options),
        backend_(*options.backend),
        plan_(std::make_unique<Plan>()),
        places_(lowered.types.size()),
        updates_(lowered.types.size(), -1) {}

  std::unique_ptr<Plan> run() {
    place_inputs();
    find_updates();
    save_passed_through_outputs();
    for (const LoweredNode& node : lowered_.nodes) plan_node(node);
    place_outputs();
    finish_states();
    extend_lives();
    share_dying_operands();
    assign_offsets(*plan_);
    fill_statistics();
    return std::move(plan_);
  }

 private:
  Place& place(ValueId v) { return places_[static_cast<std::size_t>(v)]; }
  Buffer& buffer(int b) { return plan_->buffers[static_cast<std::size_t>(b)]; }
  int num_steps() const { return static_cast<int>(plan_->steps.size()); }
  TensorDesc desc_of(ValueId v) { return {lowered_.type(v), place(v).layout, true}; }

  int new_buffer(Buffer::Kind kind, std::int64_t size_bytes, int index = -1) {
    plan_->buffers.push_back({kind, size_bytes, num_steps(), num_steps(), 0, index});
    return static_cast<int>(plan_->buffers.size()) - 1;
  }

  void place_inputs() {
    for (std::size_t i = 0; i < lowered_.inputs.size(); ++i) {
      const graph::GraphInput& input = lowered_.inputs[i];
      Layout layout = Layout::row_major(input.type.shape);
      const bool state = input.kind == graph::InputKind::kState;
      const bool fixed = i < options_.state_layouts.size() && options_.state_layouts[i].has_value();
      if (fixed) layout = *options_.state_layouts[i];
      const int b = new_buffer(Buffer::Kind::kInput, TensorDesc{input.type, layout}.size_bytes(), static_cast<int>(i));
      plan_->input_buffers.push_back(b);
      place(input.value) = {b, layout, state && !fixed && options_.choose_layouts};
      plan_->inputs.push_back({input.name, input.kind, {input.type, layout}, false});
    }
    for (std::size_t v = 0; v < lowered_.constants.size(); ++v) {
      if (!lowered_.constants[v]) continue;
      const Tensor constant = lowered_.constants[v]->contiguous();
      const int b = new_buffer(Buffer::Kind::kConstant, constant.type().size_bytes(), static_cast<int>(plan_->constants.size()));
      plan_->constants.push_back(constant);
      places_[v] = {b, Layout::row_major(constant.shape())};
    }
  }

  void find_updates() {
    for (const graph::GraphOutput& output : lowered_.outputs) {
      if (!output.updates.empty()) updates_[static_cast<std::size_t>(output.value)] = input_named(output.updates);
    }
  }

  int input_named(const std::string& name) const {
    const auto found = std::ranges::find(lowered_.inputs, name, &graph::GraphInput::name);
    LEPTON_ASSERT(found != lowered_.inputs.end(), name);
    return static_cast<int>(found - lowered_.inputs.begin());
  }

  // An output that is an input or a constant is copied first of all, before a state can change.
  void save_passed_through_outputs() {
    saved_outputs_.assign(lowered_.outputs.size(), -1);
    for (std::size_t i = 0; i < lowered_.outputs.size(); ++i) {
      const ValueId value = lowered_.outputs[i].value;
      const bool constant = lowered_.is_constant(value);
      const bool input = std::ranges::any_of(lowered_.inputs, [&](const graph::GraphInput& in) { return in.value == value; });
      if (!constant && !input) continue;
      settle(value);
      const TensorDesc to = TensorDesc::row_major(lowered_.type(value));
      saved_outputs_[i] = add_reorder(place(value).buffer, desc_of(value), to, "output " + lowered_.outputs[i].name);
    }
  }

  // A state that is used as it is keeps the row-major layout.
  void settle(ValueId v) { place(v).open_state = false; }

  void adopt(ValueId v, const Layout& layout) {
    Place& p = place(v);
    p.open_state = false;
    p.layout = layout;
    buffer(p.buffer).size_bytes = desc_of(v).size_bytes();
    plan_->inputs[static_cast<std::size_t>(buffer(p.buffer).index)].desc.layout = layout;
  }

  // ---- steps ----------------------------------------------------------------------------------------------------------------------

  int add_reorder(int from, const TensorDesc& from_desc, const TensorDesc& to_desc, const std::string& name, int into = -1) {
    const Attributes none;
    const TensorDesc inputs[] = {from_desc}, outputs[] = {to_desc};
    auto kernel =
        backend_.prepare({.op = "reorder", .inputs = inputs, .outputs = outputs, .attributes = &none, .num_threads = options_.num_threads});
    if (kernel == nullptr) fail(ErrorCode::kUnsupported, "{}: no kernel changes the layout of {}", name, from_desc.type.to_string());
    const int to = into >= 0 ? into : new_buffer(Buffer::Kind::kArena, to_desc.size_bytes());
    const bool plain = from_desc.layout.is_plain() && to_desc.layout.is_plain();
    ++(plain ? plan_->statistics.num_copies : plan_->statistics.num_reorders);
    add_step(std::move(kernel), {from}, {to}, "reorder", name, inputs, outputs);
    return to;
  }

  void add_step(std::unique_ptr<Kernel> kernel, std::vector<int> inputs, std::vector<int> outputs, std::string_view op,
                const std::string& name, std::span<const TensorDesc> in, std::span<const TensorDesc> out) {
    Step step;
    step.inputs = std::move(inputs);
    step.outputs = std::move(outputs);
    if (kernel->scratch_bytes > 0) step.scratch = new_buffer(Buffer::Kind::kArena, kernel->scratch_bytes);
    step.info = {std::string(op), name, kernel->implementation, layouts_text(in, out)};
    for (const TensorDesc& d : in) step.info.bytes += d.size_bytes();
    for (const TensorDesc& d : out) step.info.bytes += d.size_bytes();
    step.kernel = std::move(kernel);
    plan_->steps.push_back(std::move(step));
  }

  static std::string layouts_text(std::span<const TensorDesc> in, std::span<const TensorDesc> out) {
    std::string text;
    const auto add = [&](const TensorDesc& d) {
      if (!text.empty() && text.back() != '>') text += ' ';
      text += d.present ? d.type.to_string() : "-";
      for (const LayoutBlock& block : d.layout.blocks) text += fmt::format("{}{}", static_cast<char>('a' + block.axis), block.size);
      if (d.present && d.layout.is_plain() && !d.layout.is_row_major(d.type.shape)) text += "/strided";
    };
    for (const TensorDesc& d : in) add(d);
    text += " ->";
    for (const TensorDesc& d : out) add(d);
    return text;
  }

  // The buffer of `v` in `layout`: its own, or a reordered copy that later steps share.
  int in_layout(ValueId v, const Layout& layout, const std::string& name) {
    Place& p = place(v);
    if (same_layout(lowered_.type(v).shape, p.layout, layout)) return p.buffer;
    if (p.open_state) {
      adopt(v, layout);
      return p.buffer;
    }
    for (const auto& [known, b] : copies_[v]) {
      if (same_layout(lowered_.type(v).shape, known, layout)) return b;
    }
    const int b = add_reorder(p.buffer, desc_of(v), {lowered_.type(v), layout}, name);
    copies_[v].emplace_back(layout, b);
    return b;
  }

  // ---- nodes ----------------------------------------------------------------------------------------------------------------------

  void plan_node(const LoweredNode& node) {
    if (node.op != nullptr && node.op->has(kView) && plan_view(node)) return;
    if (node.op == nullptr) {
      if (!plan_elementwise(node)) {
        plan_->declined.push_back(
            fmt::format("{}: no kernel takes the {} joined steps; they run one by one", node.name, node.fused.size()));
        for (const LoweredNode& member : node.fused) plan_node(member);
      }
      return;
    }
    if (node.is_elementwise() && plan_elementwise(node)) return;
    plan_kernel(node);
  }

  // All operands of the result's shape come in one layout: that of the state which the result updates, or the first that is not row-major.
  Layout common_layout(const LoweredNode& node) {
    const Shape& shape = lowered_.type(node.outputs[0]).shape;
    for (const ValueId output : node.outputs) {
      const int state = updates_[static_cast<std::size_t>(output)];
      if (state < 0) continue;
      const ValueId v = lowered_.inputs[static_cast<std::size_t>(state)].value;
      if (!place(v).open_state) return place(v).layout;
    }
    for (const ValueId input : node.inputs) {
      if (lowered_.type(input).shape != shape || place(input).open_state || lowered_.is_constant(input)) continue;
      if (!place(input).layout.is_row_major(shape) && is_dense(shape, place(input).layout)) return place(input).layout;
    }
    return Layout::row_major(shape);
  }

  // Every element has a place of its own and there are no gaps.
  static bool is_dense(const Shape& shape, const Layout& layout) {
    const TensorDesc desc{{DType::kU8, shape}, layout};
    if (std::ranges::any_of(layout.strides, [&](std::int64_t s) { return s == 0; }) && shape.num_elements() > 1) {
      for (int axis = 0; axis < shape.rank(); ++axis) {
        if (shape[axis] > 1 && layout.strides[static_cast<std::size_t>(axis)] == 0) return false;
      }
    }
    return !layout.is_plain() || desc.size_bytes() == shape.num_elements();
  }

  bool plan_elementwise(const LoweredNode& node) {
    const Layout wanted = common_layout(node);
    return try_elementwise(node, wanted) ||
           (!wanted.is_plain() && try_elementwise(node, Layout::row_major(lowered_.type(node.outputs[0]).shape)));
  }

  bool try_elementwise(const LoweredNode& node, const Layout& layout) {
    const Shape& shape = lowered_.type(node.outputs[0]).shape;
    std::vector<TensorDesc> inputs, outputs;
    std::vector<Layout> wanted;
    for (const ValueId v : node.inputs) {
      const bool full = lowered_.type(v).shape == shape;
      // A plain strided operand is read as it lies; blocked ones, and all when the result is blocked, must agree with the result.
      const bool as_it_is = place(v).layout.is_plain() && layout.is_plain() && !place(v).open_state;
      wanted.push_back(full                         ? (as_it_is ? place(v).layout : layout)
                       : place(v).layout.is_plain() ? place(v).layout
                                                    : Layout::row_major(lowered_.type(v).shape));
      inputs.push_back({lowered_.type(v), wanted.back()});
    }
    for (const ValueId v : node.outputs) outputs.push_back({lowered_.type(v), layout});
    ElementwiseProgram program;
    KernelRequest request{
        .op = node.op_name(), .inputs = inputs, .outputs = outputs, .attributes = &node.attributes, .num_threads = options_.num_threads};
    if (node.op == nullptr) {
      program = elementwise_program(node, lowered_);
      request.program = &program;
    }
    auto kernel = backend_.prepare(request);
    if (kernel == nullptr) return false;
    std::vector<int> in, out;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) in.push_back(in_layout(node.inputs[i], wanted[i], node.name));
    for (const ValueId v : node.outputs) out.push_back(define(v, layout));
    elementwise_steps_.push_back(num_steps());
    add_step(std::move(kernel), std::move(in), std::move(out), node.op_name(), node.name, inputs, outputs);
    return true;
  }

  int define(ValueId v, const Layout& layout) {
    const int b = new_buffer(Buffer::Kind::kArena, TensorDesc{lowered_.type(v), layout}.size_bytes());
    place(v) = {b, layout};
    return b;
  }

  void plan_kernel(const LoweredNode& node) {
    std::vector<TensorDesc> inputs, outputs;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId v = node.inputs[i];
      inputs.push_back(v == kNoValue ? TensorDesc::absent() : node.shape_only(i) ? TensorDesc::row_major(lowered_.type(v)) : desc_of(v));
    }
    for (const ValueId v : node.outputs) {
      TensorDesc desc = TensorDesc::row_major(lowered_.type(v));
      const int state = updates_[static_cast<std::size_t>(v)];
      if (state >= 0) desc.layout = place(lowered_.inputs[static_cast<std::size_t>(state)].value).layout;
      outputs.push_back(std::move(desc));
    }
    KernelRequest request{.op = node.op_name(),
                          .inputs = inputs,
                          .outputs = outputs,
                          .attributes = &node.attributes,
                          .num_threads = options_.num_threads,
                          .may_choose_layouts = true};
    if (!options_.choose_layouts) {
      request.may_choose_layouts = false;
      for (TensorDesc& d : inputs) d.layout = d.present ? Layout::row_major(d.type.shape) : d.layout;
      for (TensorDesc& d : outputs) d.layout = Layout::row_major(d.type.shape);
    }
    ElementwiseProgram epilogue;
    if (!node.fused.empty()) {
      epilogue = elementwise_program(node, lowered_);
      request.program = &epilogue;
      request.keep_nan = lowered_.updates_states();
    }
    auto kernel = node.op->has(kControlFlowTrait) ? make_scan_kernel(node, lowered_, options_) : backend_.prepare(request);
    if (kernel == nullptr && !node.fused.empty()) return plan_parts(node);
    if (kernel == nullptr)
      fail(ErrorCode::kUnsupported, "{}: no kernel of backend '{}' takes this {} (operands {})", node.name, backend_.name(), node.op_name(),
           layouts_text(inputs, outputs));
    std::vector<int> in, out;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (!inputs[i].present || node.shape_only(i)) {
        in.push_back(-1);
        continue;
      }
      if (!kernel->input_layouts.empty()) inputs[i].layout = kernel->input_layouts[i];
      in.push_back(in_layout(node.inputs[i], inputs[i].layout, node.name));
      settle(node.inputs[i]);
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (!kernel->output_layouts.empty()) outputs[i].layout = kernel->output_layouts[i];
      out.push_back(define(node.outputs[i], outputs[i].layout));
    }
    add_step(std::move(kernel), std::move(in), std::move(out), node.op_name(), node.name, inputs, outputs);
    if (node.op->has(kContraction)) {
      plan_->steps.back().info.macs =
          graph::contraction_macs(*node.op, node.attributes, inputs[0].type.shape, inputs[1].type.shape, outputs[0].type.shape);
    }
    for (const LoweredNode& member : node.fused) plan_->steps.back().info.op += fmt::format("+{}", member.op->name);
  }

  // A contraction whose epilogue no kernel takes as the operands lie: one after the other.
  void plan_parts(const LoweredNode& node) {
    plan_->declined.push_back(fmt::format("{}: no kernel takes {} with its {} elementwise steps; they run after it", node.name,
                                          node.op->name, node.fused.size()));
    LoweredNode contraction = node, rest;
    contraction.fused.clear();
    contraction.inputs.resize(node.op->inputs.size());
    contraction.outputs = {node.contracted};
    plan_node(contraction);
    rest.inputs = {node.contracted};
    rest.inputs.insert(rest.inputs.end(), node.inputs.begin() + std::ssize(node.op->inputs), node.inputs.end());
    rest.outputs = node.outputs;
    rest.name = node.name;
    rest.fused = node.fused;
    plan_node(rest);
  }

  // ---- views ----------------------------------------------------------------------------------------------------------------------

  bool plan_view(const LoweredNode& node) {
    const ValueId x = node.inputs[0], y = node.outputs[0];
    if (place(x).open_state) settle(x);
    const Shape &from = lowered_.type(x).shape, &to = lowered_.type(y).shape;
    if (const Attribute* permutation = node.attributes.find("permutation")) {
      const int b = plain(x, node.name);
      Dims strides;
      for (const std::int64_t axis : permutation->get<std::vector<std::int64_t>>())
        strides.push_back(plain_layout(x).strides[static_cast<std::size_t>(axis)]);
      place(y) = {b, {std::move(strides), {}}};
    } else if (auto same = without_ones(from, place(x).layout, to)) {
      place(y) = {place(x).buffer, {std::move(*same), {}}};
    } else if (from.num_elements() == to.num_elements()) {
      place(y) = {in_layout(x, Layout::row_major(from), node.name), Layout::row_major(to)};
    } else if (broadcast(from, to) == to) {
      const int b = plain(x, node.name);
      const Layout layout = plain_layout(x);
      Dims strides(static_cast<std::size_t>(to.rank()), 0);
      for (int i = 1; i <= from.rank(); ++i) {
        if (from[-i] != 1)
          strides[strides.size() - static_cast<std::size_t>(i)] = layout.strides[layout.strides.size() - static_cast<std::size_t>(i)];
      }
      place(y) = {b, {std::move(strides), {}}};
    } else {
      return false;
    }
    ++plan_->statistics.num_views;
    return true;
  }

  // Strides that `x` lies in once it is plain.
  Layout plain_layout(ValueId x) { return place(x).layout.is_plain() ? place(x).layout : Layout::row_major(lowered_.type(x).shape); }
  int plain(ValueId x, const std::string& name) { return in_layout(x, plain_layout(x), name); }

  // Strides of `to` if it differs from `from` only by axes of size 1.
  static std::optional<Dims> without_ones(const Shape& from, const Layout& layout, const Shape& to) {
    if (!layout.is_plain()) return std::nullopt;
    Dims strides;
    int next = 0;
    for (int axis = 0; axis < to.rank(); ++axis) {
      if (to[axis] == 1) {
        strides.push_back(1);
        continue;
      }
      while (next < from.rank() && from[next] == 1) ++next;
      if (next == from.rank() || from[next] != to[axis]) return std::nullopt;
      strides.push_back(layout.strides[static_cast<std::size_t>(next++)]);
    }
    while (next < from.rank() && from[next] == 1) ++next;
    return next == from.rank() ? std::optional(strides) : std::nullopt;
  }

  // ---- results and states -----------------------------------------------------------------------------------------------------------

  void place_outputs() {
    for (std::size_t i = 0; i < lowered_.outputs.size(); ++i) {
      const graph::GraphOutput& output = lowered_.outputs[i];
      const TensorDesc row_major = TensorDesc::row_major(lowered_.type(output.value));
      int b = saved_outputs_[i];
      if (!output.updates.empty()) {
        plan_->output_buffers.push_back(-1);  // finish_states
        plan_->outputs.push_back({output.name, row_major, input_named(output.updates)});
        continue;
      }
      if (b < 0) b = in_layout(output.value, row_major.layout, "output " + output.name);
      // Memory that a caller may bind is not shared with a state or another result.
      const bool own = buffer(b).kind == Buffer::Kind::kArena && std::ranges::find(plan_->output_buffers, b) == plan_->output_buffers.end();
      if (!own) b = add_reorder(b, row_major, row_major, "output " + output.name);
      plan_->output_buffers.push_back(b);
      plan_->outputs.push_back({output.name, row_major, -1});
    }
  }

  // Last step that reads or writes a buffer.
  int last_use(int b) const {
    for (int s = num_steps() - 1; s >= 0; --s) {
      const Step& step = plan_->steps[static_cast<std::size_t>(s)];
      if (std::ranges::find(step.inputs, b) != step.inputs.end() || std::ranges::find(step.outputs, b) != step.outputs.end()) return s;
    }
    return -1;
  }

  int writer_of(int b) const {
    for (int s = num_steps() - 1; s >= 0; --s) {
      const Step& step = plan_->steps[static_cast<std::size_t>(s)];
      if (std::ranges::find(step.outputs, b) != step.outputs.end()) return s;
    }
    return -1;
  }

  // The new value of a state is written over the old one where nobody needs the old one any more; else it is copied at the end.
  void finish_states() {
    for (std::size_t i = 0; i < lowered_.outputs.size(); ++i) {
      const graph::GraphOutput& output = lowered_.outputs[i];
      if (output.updates.empty()) continue;
      const int input = input_named(output.updates);
      const ValueId state = lowered_.inputs[static_cast<std::size_t>(input)].value;
      if (place(state).open_state) adopt_for_update(state, output.value);
      const int target = plan_->input_buffers[static_cast<std::size_t>(input)];
      plan_->inputs[static_cast<std::size_t>(input)].updated = true;
      plan_->outputs[i].desc = plan_->inputs[static_cast<std::size_t>(input)].desc;
      plan_->output_buffers[i] = target;
      if (saved_outputs_[i] >= 0) {
        add_reorder(saved_outputs_[i], TensorDesc::row_major(lowered_.type(output.value)), plan_->outputs[i].desc,
                    "update " + output.updates, target);
        continue;
      }
      const Place& made = place(output.value);
      if (may_write_over(made, state, target)) {
        replace_buffer(made.buffer, target);
      } else {
        add_reorder(made.buffer, desc_of(output.value), plan_->outputs[i].desc, "update " + output.updates, target);
      }
    }
  }

  void adopt_for_update(ValueId state, ValueId value) {
    if (place(value).layout.is_plain() && !place(value).layout.is_row_major(lowered_.type(value).shape)) {
      settle(state);
    } else {
      adopt(state, place(value).layout);
    }
  }

  bool may_write_over(const Place& made, ValueId state, int target) {
    if (buffer(made.buffer).kind != Buffer::Kind::kArena || !same_layout(lowered_.type(state).shape, made.layout, place(state).layout))
      return false;
    if (std::ranges::find(plan_->output_buffers, made.buffer) != plan_->output_buffers.end()) return false;
    const int writer = writer_of(made.buffer), last = last_use(target);
    if (last < writer) return true;
    // The writer may read the old value if it works element by element, at the same places.
    return last == writer && std::ranges::find(elementwise_steps_, writer) != elementwise_steps_.end() && lie_alike(target, made.buffer);
  }

  void replace_buffer(int old, int by) {
    for (Step& step : plan_->steps) {
      std::ranges::replace(step.inputs, old, by);
      std::ranges::replace(step.outputs, old, by);
    }
    for (Place& p : places_) {
      if (p.buffer == old) p.buffer = by;
    }
    buffer(old).kind = Buffer::Kind::kNone;
  }

  // ---- memory -----------------------------------------------------------------------------------------------------------------------

  void extend_lives() {
    for (int s = 0; s < num_steps(); ++s) {
      const Step& step = plan_->steps[static_cast<std::size_t>(s)];
      for (const int b : step.outputs) {
        buffer(b).first_step = std::min(buffer(b).first_step, s);
        buffer(b).last_step = std::max(buffer(b).last_step, s);
      }
      for (const int b : step.inputs) {
        if (b >= 0) buffer(b).last_step = std::max(buffer(b).last_step, s);
      }
      if (step.scratch >= 0) buffer(step.scratch).first_step = buffer(step.scratch).last_step = s;
    }
    for (const int b : plan_->output_buffers) {
      if (b >= 0) buffer(b).last_step = num_steps();
    }
  }

  // An elementwise result takes the memory of an operand that dies with the step and lies alike.
  void share_dying_operands() {
    for (const int s : elementwise_steps_) {
      Step& step = plan_->steps[static_cast<std::size_t>(s)];
      for (const int out : step.outputs) {
        if (buffer(out).kind != Buffer::Kind::kArena || is_result(out)) continue;
        for (const int in : step.inputs) {
          if (in < 0 || in == out || buffer(in).kind != Buffer::Kind::kArena || is_result(in) || buffer(in).last_step != s) continue;
          if (buffer(in).size_bytes != buffer(out).size_bytes || !lie_alike(in, out)) continue;
          if (std::ranges::find(step.outputs, in) != step.outputs.end()) continue;
          buffer(in).last_step = std::max(buffer(in).last_step, buffer(out).last_step);
          replace_buffer(out, in);
          ++plan_->statistics.num_in_place;
          break;
        }
      }
    }
  }

  bool is_result(int b) const { return std::ranges::find(plan_->output_buffers, b) != plan_->output_buffers.end(); }

  // All values in both buffers have one layout: an operand is read where the result is written.
  bool lie_alike(int in, int out) const {
    const Layout* layout = nullptr;
    for (std::size_t v = 0; v < places_.size(); ++v) {
      if (places_[v].buffer != in && places_[v].buffer != out) continue;
      if (layout != nullptr && !(places_[v].layout == *layout)) return false;
      layout = &places_[v].layout;
    }
    return layout != nullptr;
  }

  void fill_statistics() {
    PlanStatistics& s = plan_->statistics;
    s.num_steps = num_steps();
    s.num_fused_nodes = lowered_.num_fused;
    for (const Tensor& constant : plan_->constants) s.constant_bytes += constant.type().size_bytes();
    for (const ExecutableInput& input : plan_->inputs)
      (input.kind == graph::InputKind::kState ? s.state_bytes : s.input_bytes) += input.desc.size_bytes();
  }

  const Lowered& lowered_;
  const CompileOptions& options_;
  const Backend& backend_;
  std::unique_ptr<Plan> plan_;
  std::vector<Place> places_;
  std::vector<int> updates_;  // by value: the input whose new value it is, or -1
  std::vector<int> saved_outputs_;
  std::map<ValueId, std::vector<std::pair<Layout, int>>> copies_;
  std::vector<int> elementwise_steps_;
};

}  // namespace

Result<std::unique_ptr<Plan>> make_plan(const Lowered& lowered, const CompileOptions& options) {
  return catch_error([&] { return Planner(lowered, options).run(); });
}

}  // namespace lepton::runtime
