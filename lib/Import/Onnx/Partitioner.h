// Divides a model between design and host while its nodes are imported.
#pragma once

#include "Import/Onnx/NodeImporter.h"
#include "Import/Onnx/OnnxPartition.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

#include <set>

namespace onnx {
class ModelProto;
class TypeProto;
} // namespace onnx

namespace st::onnximport {

class Partitioner {
public:
  /// `function` is @main with the model's inputs as arguments; those that host and device exchange are added to it.
  Partitioner(const onnx::ModelProto &model, const llvm::StringMap<int64_t> &dims, ImportScope &scope,
              mlir::func::FuncOp function, OnnxPartition &result);

  /// Imports `node`, or leaves it to the host with the reason why. Fails where the graph itself is wrong.
  mlir::LogicalResult importNode(const onnx::NodeProto &node, mlir::Location loc);

  /// Whether the host computes `name`, so that the design has no such result.
  bool isFromHost(llvm::StringRef name) const { return hostStage.count(name); }
  /// Values that the design has to give to the host or to a later segment, besides the model's outputs.
  llvm::ArrayRef<std::string> extraResults() const { return results.getArrayRef(); }
  /// Completes the partition and drops arguments that nothing reads, once @main is whole.
  void finish();

private:
  /// The segment that computes a value on the device, or nothing for arguments, constants and values of the host.
  std::optional<int> segmentOf(llvm::StringRef name) const;
  std::string whyHost(const onnx::NodeProto &node) const;
  void leaveToHost(const onnx::NodeProto &node, mlir::Location loc, std::string reason);
  /// Imports with operands from earlier segments taken from memory.
  mlir::LogicalResult importIntoSegment(const onnx::NodeProto &node, mlir::Location loc, int segment,
                                        std::string &reason);
  /// The types of the results of `node`, where they can be told.
  std::vector<std::optional<onnx::TypeProto>> findTypes(const onnx::NodeProto &node) const;
  mlir::Value addArgument(llvm::StringRef name, const GraphValue &value, mlir::Location loc);
  OnnxSegment &segment(int index);

  const onnx::ModelProto &model;
  /// Sizes of dynamic axes by name.
  const llvm::StringMap<int64_t> &dims;
  ImportScope &scope;
  mlir::func::FuncOp function;
  OnnxPartition &result;
  /// By value: the stage of the host, or the segment of the device, that computes it.
  llvm::StringMap<int> hostStage, deviceSegment;
  /// Values of the host whose type or shape is not known, so that no design can take them.
  llvm::StringSet<> unknown;
  /// Values of one segment as arguments of later ones.
  llvm::StringMap<mlir::Value> crossed;
  llvm::SetVector<std::string, std::vector<std::string>, std::set<std::string>> results;
  /// What each segment reads, by name.
  llvm::MapVector<int, std::set<std::string>> reads;
};

} // namespace st::onnximport
