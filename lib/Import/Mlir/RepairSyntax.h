// What MLIR of 2022 to 2024 wrote, as this version of MLIR reads it.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace st::mlirimport {

/// Rewrites the textual forms that MLIR has given up since 2022 and that the text itself determines:
/// - tensor.expand_shape without `output_shape` whose result type is static, custom or generic form,
/// - linalg.init_tensor, linalg.matmul_transpose_a and its kin, linalg.elemwise_unary and _binary,
/// - tensor.pack and tensor.unpack, arith.maxf and arith.minf, `func @name`.
/// Works on the text because none of these can be parsed any more. Lines keep their numbers. Returns nothing when there
/// is nothing to rewrite, so that large files are not copied.
std::optional<std::string> repairSyntax(llvm::StringRef text);

} // namespace st::mlirimport
