//===- PackConstants.h - Pack constant tensors at compile time --------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_FUSE_PACKCONSTANTS_H
#define ST_TRANSFORMS_FUSE_PACKCONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace st {

/// The elements of `source` packed into `type`, whose shape is the number of tiles along each dimension and then the
/// tile; what lies beyond the source is zero. The result is a resource called `name`. Null when the data is not at hand
/// (an elided resource) or its elements are no whole bytes.
mlir::ElementsAttr packConstant(mlir::ElementsAttr source, mlir::RankedTensorType type, llvm::StringRef name);

} // namespace st

#endif // ST_TRANSFORMS_FUSE_PACKCONSTANTS_H
