// Operators that make constants.

#include "Import/Onnx/ScalarAlgebra.h"
#include "Import/Onnx/TensorData.h"

#include <onnx/onnx_pb.h>

using namespace mlir;

namespace st::onnximport {
namespace {

FailureOr<HostTensor> readAttribute(NodeImporter &node, const onnx::AttributeProto &attribute) {
  llvm::Expected<HostTensor> tensor = readTensor(attribute.t(), attribute.t().raw_data(), "");
  if (!tensor)
    return node.emitError() << "its value " << llvm::toString(tensor.takeError());
  return *tensor;
}

LogicalResult importConstant(NodeImporter &node) {
  if (const onnx::AttributeProto *value = node.find("value")) {
    FailureOr<HostTensor> tensor = readAttribute(node, *value);
    if (failed(tensor))
      return failure();
    node.setOutput(0, *tensor);
    return success();
  }
  if (const onnx::AttributeProto *value = node.find("value_float")) {
    node.setOutput(0, HostTensor::fromDoubles(ElementType::F32, {}, [&](auto) { return value->f(); }));
    return success();
  }
  if (const onnx::AttributeProto *value = node.find("value_int")) {
    node.setOutput(0, HostTensor::fromInts(ElementType::I64, {}, [&](auto) { return value->i(); }));
    return success();
  }
  if (const onnx::AttributeProto *value = node.find("value_floats")) {
    node.setOutput(0, HostTensor::fromDoubles(ElementType::F32, {value->floats_size()},
                                              [&](ArrayRef<int64_t> index) { return value->floats(index[0]); }));
    return success();
  }
  if (std::optional<Shape> values = node.getInts("value_ints")) {
    node.setOutput(0, HostTensor::fromShape(*values));
    return success();
  }
  return node.emitError() << "holds strings or a sparse tensor, which are not "
                             "supported; use a dense tensor";
}

LogicalResult importConstantOfShape(NodeImporter &node) {
  FailureOr<Shape> shape = node.constantInts(0, "shape");
  if (failed(shape))
    return failure();
  int64_t size = 1;
  for (int64_t extent : *shape)
    if (extent < 0 || llvm::MulOverflow(size, extent, size))
      return node.emitError() << "shape " << toString(*shape) << " is not possible";
  HostTensor value = HostTensor::fromDoubles(ElementType::F32, {1}, [](auto) { return 0; });
  if (const onnx::AttributeProto *attribute = node.find("value")) {
    FailureOr<HostTensor> given = readAttribute(node, *attribute);
    if (failed(given))
      return failure();
    if (given->size() != 1)
      return node.emitError() << "its value has " << given->size() << " elements, not 1";
    value = *given;
  }
  node.setOutput(0, HostTensor::splat(*shape, value));
  return success();
}

LogicalResult importRange(NodeImporter &node) {
  const HostTensor *start = node.constant(0), *limit = node.constant(1), *delta = node.constant(2);
  if (!start || !limit || !delta)
    return node.emitError() << "its limits depend on run-time data; make them "
                               "constants or give the model fixed "
                               "input sizes";
  ElementType type = node.input(0).type;
  double step = delta->getDouble(0);
  if (step == 0)
    return node.emitError() << "has a step of 0";
  double count = std::max(0.0, std::ceil((limit->getDouble(0) - start->getDouble(0)) / step));
  if (!(count <= double(largestFoldedIntegers)))
    return node.emitError() << "has " << count
                            << " elements; more than 2^24 are not computed at import, so check the model's sizes";
  if (isFloat(type))
    node.setOutput(0, HostTensor::fromDoubles(type, {int64_t(count)}, [&](ArrayRef<int64_t> index) {
                     return start->getDouble(0) + index[0] * step;
                   }));
  else
    node.setOutput(0, HostTensor::fromInts(type, {int64_t(count)}, [&](ArrayRef<int64_t> index) {
                     return start->getInt(0) + index[0] * delta->getInt(0);
                   }));
  return success();
}

} // namespace

void registerConstant(OpRegistry &registry) {
  registry["Constant"] = importConstant;
  registry["ConstantOfShape"] = importConstantOfShape;
  registry["Range"] = importRange;
}

} // namespace st::onnximport
