//===- ExternalTensors.h - What a kernel's operands are to the user ---------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H
#define ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H

#include "Dialect/StDialect.h"

namespace st {

/// Kernel: the user's name of each operand, results after inputs (array of strings).
inline constexpr llvm::StringLiteral operandNamesAttr = "st.operand_names";
/// Kernel: "in" or "out" for each operand (array of strings).
inline constexpr llvm::StringLiteral operandDirectionsAttr = "st.operand_directions";
/// Kernel: whether each operand holds constants of the model (array of i1).
inline constexpr llvm::StringLiteral operandParametersAttr = "st.operand_parameters";
/// Stream: it carries nothing but constants of the model (unit).
inline constexpr llvm::StringLiteral parameterAttr = "st.parameter";

/// Writes the three attributes of a kernel whose boundary is still of tensors. Names come from the argument, result or
/// constant that an operand stands for, else from the DMA task; they are unique.
void annotateExternalTensors(KernelOp kernel);

} // namespace st

#endif // ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H
