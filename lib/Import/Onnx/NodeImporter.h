// What the importer of one operator sees: the node's attributes, its operands
// and a builder.
#pragma once

#include "Import/Onnx/HostTensor.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace onnx {
class AttributeProto;
class NodeProto;
} // namespace onnx

namespace st::onnximport {

/// The element type of ONNX's TensorProto.DataType `dataType`, or nothing for
/// strings, complex numbers and the like.
std::optional<ElementType> elementTypeFromOnnx(int64_t dataType);

/// A value of the graph: known at import, or computed by the emitted code, or
/// (a constant that was needed as an operand) both.
struct GraphValue {
  std::string name;
  ElementType type;
  Shape shape;
  std::optional<HostTensor> constant;
  mlir::Value value;

  int64_t rank() const { return shape.size(); }
};

/// Floating-point tensors with more stored elements than this are not computed
/// at import: weights stay as they are.
constexpr int64_t largestFoldedElements = 1 << 16;

class NodeImporter {
public:
  NodeImporter(const onnx::NodeProto &node, int64_t opset, llvm::StringMap<GraphValue> &values,
               mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc), opset(opset), node(node), values(values) {}

  // Attributes; the second argument is ONNX's default.
  bool hasAttribute(llvm::StringRef name) const { return find(name) != nullptr; }
  int64_t getInt(llvm::StringRef name, int64_t otherwise) const;
  double getFloat(llvm::StringRef name, double otherwise) const;
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise) const;
  std::optional<Shape> getInts(llvm::StringRef name) const;
  const onnx::AttributeProto *find(llvm::StringRef name) const;

  // Operands. Trailing and empty-named operands are absent.
  unsigned numInputs() const;
  bool hasInput(unsigned index) const;
  const GraphValue &input(unsigned index) const;
  /// From here on operand `index` is the same elements under another shape.
  void reshapeInput(unsigned index, llvm::ArrayRef<int64_t> shape);
  /// The value of an operand that is known at import, or null.
  const HostTensor *constant(unsigned index) const;
  /// The operand as an SSA value; a constant becomes an arith.constant.
  mlir::Value value(unsigned index);
  /// The integers of an operand that has to be known at import, as all shapes
  /// are; `role` names it in the error.
  mlir::FailureOr<Shape> constantInts(unsigned index, llvm::StringRef role);
  /// `axis` with negative values counting from `rank`, checked.
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  mlir::FailureOr<Shape> normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  // Results.
  unsigned numOutputs() const;
  bool hasOutput(unsigned index) const;
  void setOutput(unsigned index, HostTensor constant);
  void setOutput(unsigned index, ElementType type, mlir::Value value);
  /// Output `index` is operand `source` itself.
  void forward(unsigned index, unsigned source);

  /// An error at this node, starting with its name and operator.
  mlir::InFlightDiagnostic emitError();
  std::string opType() const;

  mlir::OpBuilder &builder;
  const mlir::Location loc;
  /// The version of the operator set that the model was written for.
  const int64_t opset;

private:
  void define(unsigned index, GraphValue value);

  const onnx::NodeProto &node;
  llvm::StringMap<GraphValue> &values;
  /// Operands that `reshapeInput` replaced.
  std::map<unsigned, GraphValue> reshaped;
};

/// True if an operation on `tensor` alone may be computed at import.
inline bool mayFold(const HostTensor &tensor) {
  return !isFloat(tensor.getType()) || tensor.storedElements() <= largestFoldedElements;
}

/// `value` as an SSA value, emitting an arith.constant the first time a
/// constant is needed.
mlir::Value materialize(GraphValue &value, mlir::OpBuilder &builder);

using OpImporter = std::function<mlir::LogicalResult(NodeImporter &)>;

/// All operators by name. One register function per family of operators, each
/// in a file of its own.
using OpRegistry = llvm::StringMap<OpImporter>;
const OpRegistry &opRegistry();

void registerElementwise(OpRegistry &registry);
void registerLinear(OpRegistry &registry);
void registerReduce(OpRegistry &registry);
void registerNormalize(OpRegistry &registry);
void registerShape(OpRegistry &registry);
void registerSlice(OpRegistry &registry);
void registerConstant(OpRegistry &registry);

} // namespace st::onnximport
