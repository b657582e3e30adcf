//===- Repeat.h - Streams that repeat ---------------------------------------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_REPEAT_H
#define ST_DIALECT_REPEAT_H

#include "Dialect/StDialect.h"

namespace st {

/// `count` tensors like that of `type`, one after the other: a new leading data dimension, and a new outermost loop
/// that alone drives it.
ItensorType stackType(ItensorType type, int64_t count);

/// The sequence of `type`, `count` times: a new outermost loop that the map does not use.
ItensorType againType(ItensorType type, int64_t count);

/// The unit attribute of the `st.itensor_instance` or `st.stream` that leads from the last task of a repetition back to
/// the first of the next. Its reader stands before its writer, and no start time follows from it.
inline constexpr llvm::StringLiteral feedbackAttr = "st.feedback";

} // namespace st

#endif // ST_DIALECT_REPEAT_H
