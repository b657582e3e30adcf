// Quantized tensors: integers that stand for (q - zero point) * scale.
#pragma once

#include "Import/Onnx/Emit.h"

namespace st::onnximport {

/// Operand `index`, 8-bit integers, as a factor of a sum of products. Its zero point is operand `zeroPoint`: absent,
/// one number, or one for each position along `channelDim`. A known number is subtracted where the factor is read,
/// anything else before, in i32.
mlir::FailureOr<Factor> readQuantized(NodeImporter &node, unsigned index, unsigned zeroPoint, int64_t channelDim);

/// The operands that say how a sum of products becomes a quantized tensor again.
struct RequantizeOperands {
  unsigned firstScale, secondScale, resultScale, resultZero;
};

/// Sets output 0 to `sum` (i32) in the result's scale: multiplied by first * second / result in f32, rounded half to
/// even, with the zero point added, saturated. A second scale with several elements belongs to a dimension of `sum`: it
/// is read under the shape `channels`.
mlir::LogicalResult requantize(NodeImporter &node, mlir::Value sum, RequantizeOperands operands,
                               llvm::ArrayRef<int64_t> channels);

} // namespace st::onnximport
