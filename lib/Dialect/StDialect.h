//===- StDialect.h - The st dialect: types, attributes and operations -------------------------------*- C++ -*-===//
//
// One include for everything that the dialect declares. What two itensor types are to each other is decided in
// LayoutAlgebra.h and nowhere else.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DIALECT_STDIALECT_H
#define ST_DIALECT_STDIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "Dialect/StDialect.h.inc"

#include "Dialect/StEnums.h.inc"

#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>
#include <string>

#define GET_ATTRDEF_CLASSES
#include "Dialect/StAttributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "Dialect/StTypes.h.inc"

namespace mlir {
class PatternRewriter;
}
namespace st {
class YieldOp;

/// Array of a kernel: by result, the number of the operand that it is after an update in place, or -1.
inline constexpr llvm::StringLiteral updatesAttr = "st.updates";
} // namespace st

#define GET_OP_CLASSES
#include "Dialect/StOps.h.inc"

#endif // ST_DIALECT_STDIALECT_H
