// Between arrays of the host and tensors or memrefs of the IR; and how failures are reported.
#pragma once

#include "Support/Npz.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>
#include <string>

namespace st::reference {

class Activation;

/// The dtype of an Array with elements of `scalar`; nullopt for types that arrays do not have.
std::optional<llvm::StringRef> dtypeOf(mlir::Type scalar);
/// "4x8xf32"
std::string describe(const Array &array);
/// Whether `array` has the shape and elements of `type`.
bool matches(const Array &array, mlir::ShapedType type);
/// Copies the elements of a tensor or memref out and in. The types must match.
Array toArray(const char *data, mlir::ShapedType type);
void fromArray(const Array &array, mlir::ShapedType type, char *data);

/// Reports why `activation` failed, at its operation.
void emitFailure(const Activation &activation);

} // namespace st::reference
