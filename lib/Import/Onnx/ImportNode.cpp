// One node: its operands are there, its importer runs, its results are sound. Nodes whose operands are all known are
// computed.

#include "Import/Onnx/NodeImporter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/OwningOpRef.h"

#include <onnx/defs/schema.h>
#include <onnx/onnx_pb.h>

using namespace mlir;

namespace st::onnximport {

/// Every operand exists and is computed before `node`.
static LogicalResult checkOperands(const onnx::NodeProto &node, NodeImporter &importer) {
  const onnx::OpSchema *schema = onnx::OpSchemaRegistry::Schema(node.op_type(), importer.opset, "");
  // The graph's own nodes have been checked; those of functions have not. What this throws ends in a diagnostic.
  if (schema && importer.scope.depth > 0 && isStandardDomain(node.domain()))
    schema->Verify(node);
  for (int index = 0; index < node.input_size(); ++index) {
    const std::string &name = node.input(index);
    if (!name.empty()) {
      if (!importer.scope.values.count(name))
        return importer.emitError() << "its operand '" << name << "' is not computed before it";
      continue;
    }
    // The checker has counted the operands, but an empty name also means "absent".
    if (!schema || schema->inputs().empty())
      continue;
    size_t formal = std::min<size_t>(index, schema->inputs().size() - 1);
    if (schema->inputs()[formal].GetOption() != onnx::OpSchema::Optional)
      return importer.emitError() << "its operand " << index << " is missing";
  }
  for (const std::string &name : node.output())
    if (!name.empty() && importer.scope.values.count(name))
      return importer.emitError() << "its output '" << name << "' is computed twice; export the model again";
  return success();
}

static LogicalResult checkResults(const onnx::NodeProto &node, NodeImporter &importer) {
  for (const std::string &name : node.output()) {
    if (name.empty())
      continue;
    auto value = importer.scope.values.find(name);
    if (value == importer.scope.values.end())
      return importer.emitError() << "its output '" << name << "' is not supported; remove it from the model";
    int64_t size = numElements(value->second.shape);
    if (!value->second.constant && size == 0)
      return importer.emitError() << "its output '" << name << "' has no elements (shape "
                                  << toString(value->second.shape) << "); remove it from the model";
    if (size > largestTensor)
      return importer.emitError() << "its output '" << name << "' of shape " << toString(value->second.shape)
                                  << " has more than 2^40 elements; check the model's sizes";
  }
  return success();
}

static LogicalResult importInto(const onnx::NodeProto &node, ImportScope &scope, Location loc) {
  NodeImporter importer(node, scope, loc);
  auto function = scope.functions.find(functionKey(node.domain(), node.op_type()));
  if (function != scope.functions.end())
    return importCall(importer, *function->second);
  auto op = opRegistry().find(node.op_type());
  if (!isStandardDomain(node.domain()) || op == opRegistry().end())
    return importer.emitError() << "this operator is not supported";
  return op->second(importer);
}

/// Steps that the loops of `module` take, all together.
static int64_t countSteps(ModuleOp module) {
  int64_t total = 0;
  module.walk([&](linalg::LinalgOp op) {
    if (llvm::AddOverflow(total, numElements(op.getStaticLoopRanges()), total))
      total = std::numeric_limits<int64_t>::max();
  });
  return total;
}

/// Imports `node`, whose operands are known, into a module of its own and runs that. Returns false where it is too
/// large for import time, or beyond the evaluator.
static FailureOr<bool> computeNode(const onnx::NodeProto &node, ImportScope &scope, Location loc) {
  constexpr int64_t mostSteps = 1 << 26;
  llvm::StringMap<GraphValue> values;
  for (const std::string &name : node.input())
    if (!name.empty()) {
      values[name] = scope.values.find(name)->second;
      values[name].value = nullptr;
    }
  OwningOpRef<ModuleOp> module = ModuleOp::create(scope.builder, loc);
  OpBuilder builder(module->getBodyRegion());
  auto function = func::FuncOp::create(builder, loc, "main", builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(function.addEntryBlock());
  ImportScope inner{values, builder, scope.opset, scope.evaluate, scope.functions, scope.depth};
  NodeImporter importer(node, inner, loc);
  if (failed(importInto(node, inner, loc)) || failed(checkResults(node, importer)))
    return failure();

  SmallVector<GraphValue *> computed;
  SmallVector<Value> results;
  for (const std::string &name : node.output()) {
    if (name.empty())
      continue;
    GraphValue &value = values[name];
    if (value.constant)
      continue;
    if (!mayFold(value.type, numElements(value.shape)))
      return false;
    computed.push_back(&value);
    results.push_back(value.value);
  }
  if (!computed.empty()) {
    if (countSteps(*module) > mostSteps)
      return false;
    func::ReturnOp::create(builder, loc, results);
    function.setFunctionType(builder.getFunctionType({}, ValueRange(results).getTypes()));
    std::optional<std::vector<Array>> arrays = scope.evaluate(*module);
    if (!arrays || arrays->size() != computed.size())
      return false;
    for (auto [value, array] : llvm::zip(computed, *arrays)) {
      if (int64_t(array.bytes.size()) != numElements(value->shape) * elementBytes(value->type))
        return false;
      value->constant = HostTensor(value->type, value->shape, std::move(array.bytes));
      value->value = nullptr;
    }
  }
  for (const std::string &name : node.output())
    if (!name.empty())
      scope.values[name] = values[name];
  return true;
}

static bool isComputable(const onnx::NodeProto &node, const ImportScope &scope) {
  if (!scope.evaluate || node.input_size() == 0 || node.op_type() == "If")
    return false;
  return llvm::all_of(node.input(), [&](const std::string &name) {
    if (name.empty())
      return true;
    const std::optional<HostTensor> &constant = scope.values.find(name)->second.constant;
    // Arrays have no bf16.
    return constant && constant->getType() != ElementType::BF16 && mayFold(*constant) &&
           constant->size() <= largestFoldedIntegers;
  });
}

LogicalResult importNode(const onnx::NodeProto &node, ImportScope &scope, Location loc) {
  NodeImporter importer(node, scope, loc);
  if (failed(checkOperands(node, importer)))
    return failure();
  if (scope.extents) {
    FailureOr<bool> isImported = importWithSizes(importer);
    if (failed(isImported))
      return failure();
    if (*isImported)
      return checkResults(node, importer);
  }
  if (isComputable(node, scope)) {
    FailureOr<bool> isComputed = computeNode(node, scope, loc);
    if (failed(isComputed))
      return failure();
    if (*isComputed)
      return scope.extents ? finishWithSizes(importer) : success();
  }
  if (failed(importInto(node, scope, loc)))
    return failure();
  if (scope.extents && failed(finishWithSizes(importer)))
    return failure();
  return checkResults(node, importer);
}

} // namespace st::onnximport
