//===- ExternalTensors.h - What a kernel's operands are to the user ---------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H
#define ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H

#include "Dialect/StDialect.h"

namespace st {

/// Kernel: the user's name of each operand, results after inputs (array of strings).
inline constexpr llvm::StringLiteral operandNamesAttr = "st.operand_names";
/// Kernel: "in" or "out" for each operand (array of strings).
inline constexpr llvm::StringLiteral operandDirectionsAttr = "st.operand_directions";
/// Kernel: the operands that hold constants of the model (array of operand numbers).
inline constexpr llvm::StringLiteral parameterOperandsAttr = "st.parameter_operands";
/// Stream: it carries nothing but constants of the model (unit).
inline constexpr llvm::StringLiteral parameterAttr = "st.parameter";
/// Table (`memref.get_global`): elements accessible in one cycle, per dimension (array of i64).
inline constexpr llvm::StringLiteral tablePartitionAttr = "st.partition";

/// Writes the three attributes of a kernel whose boundary is still of tensors. Names are those of the tensors that the
/// DMA tasks move (`st.tensor`, else the task's own name); they are unique.
void annotateExternalTensors(KernelOp kernel);

} // namespace st

#endif // ST_TRANSFORMS_BUFFERIZE_EXTERNALTENSORS_H
