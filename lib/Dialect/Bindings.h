//===- Bindings.h - The syntax that kernels, tasks and repetitions share ------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_BINDINGS_H
#define ST_DIALECT_BINDINGS_H

#include "Dialect/StDialect.h"

namespace st {

/// `(%argument = %operand : type as type, ...)`
struct Bindings {
  llvm::SmallVector<mlir::OpAsmParser::Argument> arguments;
  llvm::SmallVector<mlir::OpAsmParser::UnresolvedOperand> operands;
  llvm::SmallVector<mlir::Type> operandTypes;
};

mlir::ParseResult parseBindings(mlir::OpAsmParser &parser, Bindings &bindings);
void printBindings(mlir::OpAsmPrinter &printer, mlir::Block::BlockArgListType arguments, mlir::OperandRange operands);

/// A region whose block has `arguments`; without a written terminator it ends in an empty yield.
mlir::ParseResult parseBody(mlir::OpAsmParser &parser, mlir::OperationState &state,
                            llvm::ArrayRef<mlir::OpAsmParser::Argument> arguments);

} // namespace st

#endif // ST_DIALECT_BINDINGS_H
