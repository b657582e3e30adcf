//===- KernelLinks.h - How kernels get their data from each other -----------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_FUSE_KERNELLINKS_H
#define ST_TRANSFORMS_FUSE_KERNELLINKS_H

#include "Dialect/LayoutAlgebra.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

namespace st {

/// The constant that `pad` adds around its source; null when it computes one, cuts off, or pads by run-time amounts.
mlir::TypedAttr getPadValue(mlir::tensor::PadOp pad);

/// A kernel's operand that is another kernel's result, padded and reshaped on the way.
struct KernelLink {
  mlir::OpResult result;
  /// tensor.pad with a constant, tensor.collapse_shape and tensor.expand_shape, from the result to the operand.
  llvm::SmallVector<mlir::Operation *> chain;
};

/// Whether `op` may stand in the chain of a link.
bool isLinkOp(mlir::Operation *op);

/// Where `operand` comes from; nullopt when that is no kernel, or something else is done to it on the way.
std::optional<KernelLink> findLink(mlir::Value operand);

/// What takes a link's place between two streams in one kernel: reassociations and one converter, in order; or a
/// converter that collects the whole tensor, reassociations, and a converter that streams it again.
struct Connection {
  struct Step {
    ItensorType type;
    /// Of a reassociation; null for a converter.
    mlir::ArrayAttr reassociation;
    Padding padding;
    /// The value of padding elements, null without padding.
    mlir::TypedAttr pad;
  };
  llvm::SmallVector<Step> steps;
  /// On-chip bytes of the converters.
  int64_t bytes = 0;
};

/// The connection of the fewest bytes that takes the place of `link` between a producer of `source` and a reader of
/// `result`; nullopt when there is none, so that the data has to go through external memory.
std::optional<Connection> connectThrough(const KernelLink &link, ItensorType source, ItensorType result);

/// Creates the operations of `connection`; gives the stream that the reader takes.
mlir::Value createConnection(mlir::OpBuilder &builder, mlir::Location loc, const Connection &connection,
                             mlir::Value source);

} // namespace st

#endif // ST_TRANSFORMS_FUSE_KERNELLINKS_H
