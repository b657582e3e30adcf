// What the importer of one operator sees: the node's attributes, its operands
// and a builder.
#pragma once

#include "Dialect/ValueExtents.h"
#include "Import/Onnx/HostTensor.h"
#include "Support/Npz.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
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
class FunctionProto;
class GraphProto;
class NodeProto;
} // namespace onnx

namespace st::onnximport {

/// The element type of ONNX's TensorProto.DataType `dataType`, or nothing for
/// strings, complex numbers and the like.
std::optional<ElementType> elementTypeFromOnnx(int64_t dataType);

/// The inverse.
int32_t toOnnx(ElementType type);

/// A value of the graph: known at import, or computed by the emitted code, or
/// (a constant that was needed as an operand) both.
struct GraphValue {
  std::string name;
  ElementType type;
  Shape shape;
  std::optional<HostTensor> constant;
  mlir::Value value;
  /// Of a constant: by dimension, how much of it counts where that comes with each run, and `shape` has the maximum;
  /// null otherwise. Empty where all counts.
  llvm::SmallVector<ExtentAttr> dims = {};
  /// Of a constant that is computed from sizes: its elements, row-major; `constant` has them in the largest run.
  llvm::SmallVector<ExtentAttr> elements = {};

  int64_t rank() const { return shape.size(); }
};

/// Floating-point tensors with more stored elements than this are not computed
/// at import: weights stay as they are.
constexpr int64_t largestFoldedElements = 1 << 16;
/// The same for integers, where a mask of a few thousand tokens has to fit.
constexpr int64_t largestFoldedIntegers = 1 << 24;
/// A tensor with more elements than this is a mistake in the model.
constexpr int64_t largestTensor = int64_t(1) << 40;

/// Runs the function @main of a module, which has no arguments. Nothing on failure.
using ConstantEvaluator = std::function<std::optional<std::vector<Array>>(mlir::ModuleOp)>;

/// What the nodes of a graph, or of a function's body, are imported into.
struct ImportScope {
  llvm::StringMap<GraphValue> &values;
  mlir::OpBuilder &builder;
  /// The version of the operator set that the nodes were written for.
  int64_t opset;
  /// Computes what no importer computes itself; may be empty.
  const ConstantEvaluator &evaluate;
  /// The model's own functions, by "domain.name".
  const llvm::StringMap<const onnx::FunctionProto *> &functions;
  /// Functions and branches around the nodes.
  unsigned depth = 0;
  /// Which part of each emitted tensor counts; null where the model has no size that comes with each run.
  ValueExtents *extents = nullptr;
};

class NodeImporter {
public:
  NodeImporter(const onnx::NodeProto &node, ImportScope &scope, mlir::Location loc)
      : builder(scope.builder), loc(loc), opset(scope.opset), node(node), scope(scope), values(scope.values) {}

  // Attributes; the second argument is ONNX's default.
  bool hasAttribute(llvm::StringRef name) const { return find(name) != nullptr; }
  int64_t getInt(llvm::StringRef name, int64_t otherwise) const;
  double getFloat(llvm::StringRef name, double otherwise) const;
  std::string getString(llvm::StringRef name, llvm::StringRef otherwise) const;
  std::optional<Shape> getInts(llvm::StringRef name) const;
  std::optional<std::vector<double>> getFloats(llvm::StringRef name) const;
  const onnx::AttributeProto *find(llvm::StringRef name) const;
  /// The graph's value behind an operand or result; null where it is absent.
  GraphValue *findInput(unsigned index);
  GraphValue *findOutput(unsigned index);

  // Operands. Trailing and empty-named operands are absent.
  unsigned numInputs() const;
  bool hasInput(unsigned index) const;
  const GraphValue &input(unsigned index) const;
  /// From here on operand `index` is the same elements under another shape.
  void reshapeInput(unsigned index, llvm::ArrayRef<int64_t> shape);
  ElementType type(unsigned index) const { return input(index).type; }
  llvm::ArrayRef<int64_t> shape(unsigned index) const { return input(index).shape; }
  /// The value of an operand that is known at import, or null.
  const HostTensor *constant(unsigned index) const;
  /// The operand as an SSA value; a constant becomes an arith.constant.
  mlir::Value value(unsigned index);
  /// A constant that the importer made, as an SSA value.
  mlir::Value constantValue(const HostTensor &constant);
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
  const onnx::NodeProto &node;
  ImportScope &scope;

private:
  void define(unsigned index, GraphValue value);

  llvm::StringMap<GraphValue> &values;
  /// Operands that `reshapeInput` replaced.
  std::map<unsigned, GraphValue> reshaped;
};

/// True if a tensor of `elements` elements may be computed at import.
inline bool mayFold(ElementType type, int64_t elements) {
  return elements <= (isFloat(type) ? largestFoldedElements : largestFoldedIntegers);
}
/// True if an operation on `tensor` alone may be computed at import.
inline bool mayFold(const HostTensor &tensor) { return mayFold(tensor.getType(), tensor.storedElements()); }

/// `value` as an SSA value, emitting an arith.constant the first time a
/// constant is needed.
mlir::Value materialize(GraphValue &value, mlir::OpBuilder &builder);

/// How much of `value` counts, by dimension; null where all does. Fails after a diagnostic.
mlir::FailureOr<llvm::SmallVector<ExtentAttr>> getExtents(GraphValue &value, ImportScope &scope);

/// Imports a node that computes with sizes which come with each run, or with tensors that have such. Returns false
/// where that makes no difference to the node; fails after a diagnostic where the node cannot keep to what counts.
mlir::FailureOr<bool> importWithSizes(NodeImporter &node);
/// What follows for the results of a node that was imported regardless of such sizes.
mlir::LogicalResult finishWithSizes(NodeImporter &node);
/// The number of elements along `axes` of operand 0 as a scalar of `type`, where it comes with each run; null
/// otherwise.
mlir::FailureOr<ExtentAttr> countRunTime(NodeImporter &node, llvm::ArrayRef<int64_t> axes);
/// A sum of sizes as a scalar of `type`, inside a body.
mlir::Value emitExtent(mlir::OpBuilder &builder, mlir::Location loc, ExtentAttr extent, ElementType type);

/// Imports one node of the graph or of a function's body.
mlir::LogicalResult importNode(const onnx::NodeProto &node, ImportScope &scope, mlir::Location loc);
/// Imports the nodes of `function` in place of `node`, which calls it.
mlir::LogicalResult importCall(NodeImporter &node, const onnx::FunctionProto &function);
/// True if `opType` of the standard domain, or a function of the model itself, can be imported.
bool isSupported(const onnx::NodeProto &node, const llvm::StringMap<const onnx::FunctionProto *> &functions);
/// True for the names of ONNX's own operators.
bool isStandardDomain(llvm::StringRef domain);
/// The key of a function of the model itself.
std::string functionKey(llvm::StringRef domain, llvm::StringRef name);

using OpImporter = std::function<mlir::LogicalResult(NodeImporter &)>;

/// All operators by name. One register function per family of operators, each
/// in a file of its own.
using OpRegistry = llvm::StringMap<OpImporter>;
const OpRegistry &opRegistry();

void registerConstant(OpRegistry &registry);
void registerConvolution(OpRegistry &registry);
void registerEinsum(OpRegistry &registry);
void registerElementwise(OpRegistry &registry);
void registerFunctions(OpRegistry &registry);
void registerGather(OpRegistry &registry);
void registerLinear(OpRegistry &registry);
void registerNormalize(OpRegistry &registry);
void registerPad(OpRegistry &registry);
void registerPooling(OpRegistry &registry);
void registerQuantize(OpRegistry &registry);
void registerRank(OpRegistry &registry);
void registerReduce(OpRegistry &registry);
void registerResize(OpRegistry &registry);
void registerScatter(OpRegistry &registry);
void registerShape(OpRegistry &registry);
void registerSlice(OpRegistry &registry);

} // namespace st::onnximport
