//===- StDialect.cpp - Registration of the st dialect ---------------------------------------------------------===//

#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace st;

#include "Dialect/StDialect.cpp.inc"

#include "Dialect/StEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "Dialect/StAttributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "Dialect/StTypes.cpp.inc"

void StDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "Dialect/StAttributes.cpp.inc"
      >();
  addTypes<
#define GET_TYPEDEF_LIST
#include "Dialect/StTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "Dialect/StOps.cpp.inc"
      >();
}
