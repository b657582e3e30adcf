//===- TensorNames.h - The user's names of what crosses a kernel's boundary -------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_OPTIMIZE_TENSORNAMES_H
#define ST_TRANSFORMS_OPTIMIZE_TENSORNAMES_H

#include "mlir/IR/Value.h"
#include <string>

namespace st {

/// The name of the tensor behind `value`: that of the function argument (`st.name`) or constant that it is a packed or
/// reshaped form of. Empty when it has none.
std::string getOperandName(mlir::Value value);

/// The name of the function result (`st.name`) that `value` becomes. Empty when it becomes none or that has none.
std::string getResultName(mlir::Value value);

/// `name` as an identifier.
std::string toIdentifier(llvm::StringRef name);

} // namespace st

#endif // ST_TRANSFORMS_OPTIMIZE_TENSORNAMES_H
