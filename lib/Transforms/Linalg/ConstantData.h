//===- ConstantData.h - Views of constant tensors ---------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LINALG_CONSTANTDATA_H
#define ST_TRANSFORMS_LINALG_CONSTANTDATA_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include <optional>

namespace st {

/// The constant tensor that defines `value`; null when it is none.
mlir::ElementsAttr getConstantTensor(mlir::Value value);

/// The constant scalar that every element of `value` equals: a splat, or a tensor of one element. Null when none.
mlir::TypedAttr getSplatValue(mlir::Value value);

/// The same elements in another shape. Resource data is shared, not copied.
mlir::ElementsAttr reshapeConstant(mlir::ElementsAttr source, mlir::RankedTensorType type);

/// The elements at `offsets` + index of `source`, copied. Null when the data is not at hand (an elided resource) or its
/// elements are no whole bytes.
mlir::ElementsAttr sliceConstant(mlir::ElementsAttr source, llvm::ArrayRef<int64_t> offsets,
                                 mlir::RankedTensorType type);

/// All elements of an f32 constant, row-major; nullopt for other types or when the data is not at hand.
std::optional<std::vector<float>> readFloats(mlir::ElementsAttr source);

/// An f32 constant with these elements; large ones are a resource named after `name`.
mlir::ElementsAttr createFloats(mlir::RankedTensorType type, llvm::ArrayRef<float> values, llvm::StringRef name);

/// The constants one after the other along `dim`, copied. Null as for slices.
mlir::ElementsAttr concatConstants(llvm::ArrayRef<mlir::ElementsAttr> parts, int64_t dim, mlir::RankedTensorType type);

/// One number per distinct value of a constant with at most two: `second[i]` tells for the row-major element i whether
/// it is `values[1]`.
struct TwoValued {
  mlir::TypedAttr values[2];
  std::vector<bool> second;
};
std::optional<TwoValued> findTwoValues(mlir::ElementsAttr source);

} // namespace st

#endif // ST_TRANSFORMS_LINALG_CONSTANTDATA_H
