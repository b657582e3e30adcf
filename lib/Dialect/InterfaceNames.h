//===- InterfaceNames.h - What arguments and results are called -------------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_INTERFACENAMES_H
#define ST_DIALECT_INTERFACENAMES_H

#include "mlir/Interfaces/FunctionInterfaces.h"

namespace st {

/// The user's name (`st.name`) of argument or result `index` of `function`; without one, `arg` or `result` and the
/// number.
std::string getArgumentName(mlir::FunctionOpInterface function, unsigned index);
std::string getResultName(mlir::FunctionOpInterface function, unsigned index);

} // namespace st

#endif // ST_DIALECT_INTERFACENAMES_H
