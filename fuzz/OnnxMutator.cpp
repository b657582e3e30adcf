//===- OnnxMutator.cpp - Changes to a model that keep it readable ---------------------------------------------===//
//
// Random bytes rarely get past protobuf. These changes are made on the parsed graph: operators, operands, attributes,
// shapes and weights are exchanged for others that occur in it, or for values at the borders of their types.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Import/Onnx/ImportOnnx.h"
#include "Target.h"
#include <cstring>
#include <onnx/onnx_pb.h>
#include <random>
#include <vector>

namespace {

using Random = std::minstd_rand;

class GraphMutator {
public:
  GraphMutator(onnx::ModelProto &model, unsigned seed) : graph(*model.mutable_graph()), model(model), random(seed) {
    for (const auto &input : graph.input())
      names.push_back(input.name());
    for (const auto &tensor : graph.initializer())
      names.push_back(tensor.name());
    for (const auto &node : graph.node())
      for (const std::string &output : node.output())
        names.push_back(output);
    names.push_back("");
    names.push_back("unknown");
  }

  void mutate() {
    for (int count = 1 + pick(4); count > 0; --count)
      switch (pick(10)) {
      case 0:
      case 1:
      case 2:
        changeNode();
        break;
      case 3:
      case 4:
        changeAttribute();
        break;
      case 5:
        changeValue(graph.mutable_input());
        break;
      case 6:
        changeTensor();
        break;
      case 7:
        changeOrder();
        break;
      case 8:
        changeValue(pick(2) ? graph.mutable_output() : graph.mutable_value_info());
        break;
      default:
        changeModel();
      }
  }

  /// Takes a node or a weight of another model.
  void graft(const onnx::ModelProto &other) {
    if (other.graph().node_size() && pick(4)) {
      onnx::NodeProto &node = *graph.add_node() = other.graph().node(pick(other.graph().node_size()));
      for (std::string &input : *node.mutable_input())
        if (pick(3))
          input = anyName();
      graph.mutable_node()->SwapElements(pick(graph.node_size()), graph.node_size() - 1);
    } else if (other.graph().initializer_size()) {
      *graph.add_initializer() = other.graph().initializer(pick(other.graph().initializer_size()));
    }
  }

private:
  size_t pick(size_t count) { return count ? random() % count : 0; }
  std::string anyName() { return names[pick(names.size())]; }

  int64_t anyInteger(int64_t near) {
    static const int64_t borders[] = {0,        1,         -1,        2,         3,         4,           7,
                                      16,       255,       256,       1000,      65536,     INT32_MAX,   INT32_MIN,
                                      1u << 31, INT64_MAX, INT64_MIN, 1ll << 40, 1ll << 62, -(1ll << 40)};
    return pick(2) ? int64_t(uint64_t(near) + pick(7) - 3) : borders[pick(std::size(borders))];
  }
  float anyFloat() {
    static const float borders[] = {0, -0.0f, 1, -1, 1e-30f, 1e30f, 0.5f, INFINITY, -INFINITY, NAN};
    return borders[pick(std::size(borders))];
  }
  std::string anyOperator() {
    static const std::vector<std::string> known = st::supportedOnnxOps();
    static const char *const others[] = {"If", "Loop", "Sinh", "NonZero", ""};
    return pick(12) ? known[pick(known.size())] : others[pick(std::size(others))];
  }

  template <typename List> void changeInteger(List *list) {
    switch (pick(4)) {
    case 0:
      list->Add(anyInteger(0));
      break;
    case 1:
      if (list->size())
        list->RemoveLast();
      break;
    default:
      if (list->size()) {
        int index = pick(list->size());
        list->Set(index, anyInteger(list->Get(index)));
      }
    }
  }

  void changeNode() {
    if (!graph.node_size())
      return;
    onnx::NodeProto &node = *graph.mutable_node(pick(graph.node_size()));
    switch (pick(6)) {
    case 0:
      node.set_op_type(anyOperator());
      break;
    case 1:
      node.add_input(anyName());
      break;
    case 2:
      if (node.input_size())
        node.mutable_input()->RemoveLast();
      break;
    case 3:
      pick(2) ? node.add_output(anyName() + "_") : node.mutable_output()->Clear();
      break;
    default:
      if (node.input_size())
        node.set_input(pick(node.input_size()), anyName());
    }
  }

  void changeAttribute() {
    if (!graph.node_size())
      return;
    onnx::NodeProto &node = *graph.mutable_node(pick(graph.node_size()));
    if (!node.attribute_size() || pick(6) == 0) {
      static const char *const known[] = {"axis",     "axes",      "perm",     "keepdims",     "kernel_shape",
                                          "strides",  "pads",      "group",    "to",           "dilations",
                                          "auto_pad", "ceil_mode", "mode",     "split",        "value",
                                          "transA",   "alpha",     "equation", "output_shape", "epsilon"};
      onnx::AttributeProto &added = *node.add_attribute();
      added.set_name(known[pick(std::size(known))]);
      pick(2) ? added.set_type(onnx::AttributeProto::INT) : added.set_type(onnx::AttributeProto::INTS);
    }
    int index = pick(node.attribute_size());
    onnx::AttributeProto &attribute = *node.mutable_attribute(index);
    if (pick(12) == 0) {
      node.mutable_attribute()->DeleteSubrange(index, 1);
      return;
    }
    if (pick(12) == 0)
      attribute.set_type(onnx::AttributeProto::AttributeType(pick(12)));
    attribute.set_i(anyInteger(attribute.i()));
    changeInteger(attribute.mutable_ints());
    if (pick(4) == 0)
      attribute.set_f(anyFloat());
    if (attribute.has_t())
      changeTensor(*attribute.mutable_t());
    if (attribute.has_s() && pick(2))
      attribute.set_s(changeBytes(attribute.s(), 64));
  }

  std::string changeBytes(std::string bytes, size_t longest) {
    size_t size = bytes.size();
    bytes.resize(std::max(longest, size + 8));
    bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(bytes.data()), size, bytes.size()));
    return bytes;
  }

  template <typename List> void changeValue(List *list) {
    if (!list->size())
      return;
    onnx::ValueInfoProto &value = *list->Mutable(pick(list->size()));
    onnx::TypeProto::Tensor &type = *value.mutable_type()->mutable_tensor_type();
    switch (pick(5)) {
    case 0:
      value.set_name(anyName());
      break;
    case 1:
      type.set_elem_type(pick(18));
      break;
    case 2:
      pick(2) ? (void)type.mutable_shape()->add_dim()->set_dim_value(anyInteger(1)) : type.clear_shape();
      break;
    default:
      if (type.has_shape() && type.shape().dim_size()) {
        auto &dim = *type.mutable_shape()->mutable_dim(pick(type.shape().dim_size()));
        pick(4) ? dim.set_dim_value(anyInteger(dim.dim_value())) : dim.set_dim_param("N");
      }
    }
  }

  void changeTensor() {
    if (graph.initializer_size())
      changeTensor(*graph.mutable_initializer(pick(graph.initializer_size())));
  }

  void changeTensor(onnx::TensorProto &tensor) {
    switch (pick(7)) {
    case 0:
      changeInteger(tensor.mutable_dims());
      break;
    case 1:
      tensor.set_data_type(pick(18));
      break;
    case 2:
      tensor.set_raw_data(changeBytes(tensor.raw_data(), 64));
      break;
    case 3:
      changeInteger(tensor.mutable_int64_data());
      break;
    case 4:
      changeInteger(tensor.mutable_int32_data());
      break;
    case 5:
      tensor.add_float_data(anyFloat());
      break;
    default: {
      tensor.set_data_location(onnx::TensorProto::EXTERNAL);
      auto &entry = *tensor.add_external_data();
      static const char *const keys[] = {"location", "offset", "length"};
      static const char *const values[] = {"model.onnx", "../secret", "/etc/passwd",         "0",
                                           "4",          "-1",        "99999999999999999999"};
      entry.set_key(keys[pick(std::size(keys))]);
      entry.set_value(values[pick(std::size(values))]);
    }
    }
  }

  void changeOrder() {
    if (!graph.node_size())
      return;
    int index = pick(graph.node_size());
    switch (pick(3)) {
    case 0:
      graph.mutable_node()->SwapElements(index, pick(graph.node_size()));
      break;
    case 1:
      *graph.add_node() = onnx::NodeProto(graph.node(index));
      for (std::string &output : *graph.mutable_node(graph.node_size() - 1)->mutable_output())
        output += "_";
      break;
    default:
      graph.mutable_node()->DeleteSubrange(index, 1);
    }
  }

  void changeModel() {
    if (model.opset_import_size() && pick(4))
      model.mutable_opset_import(0)->set_version(pick(8) ? 1 + pick(18) : anyInteger(13));
    else
      model.set_ir_version(anyInteger(8));
  }

  onnx::GraphProto &graph;
  onnx::ModelProto &model;
  Random random;
  /// Every value of the graph, and two that are none.
  std::vector<std::string> names;
};

/// Writes `model` to `data`; 0 where it does not fit.
size_t serialize(const onnx::ModelProto &model, uint8_t *data, size_t maxSize) {
  std::string bytes;
  if (!model.SerializePartialToString(&bytes) || bytes.size() > maxSize)
    return 0;
  std::memcpy(data, bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  onnx::ModelProto model;
  if (seed % 16 == 0 || !model.ParsePartialFromArray(data, size))
    return LLVMFuzzerMutate(data, size, maxSize);
  GraphMutator(model, seed).mutate();
  size_t written = serialize(model, data, maxSize);
  return written ? written : LLVMFuzzerMutate(data, size, maxSize);
}

extern "C" size_t LLVMFuzzerCustomCrossOver(const uint8_t *data, size_t size, const uint8_t *other, size_t otherSize,
                                            uint8_t *out, size_t maxSize, unsigned seed) {
  onnx::ModelProto model, donor;
  if (!model.ParsePartialFromArray(data, size) || !donor.ParsePartialFromArray(other, otherSize))
    return 0;
  GraphMutator(model, seed).graft(donor);
  return serialize(model, out, maxSize);
}
