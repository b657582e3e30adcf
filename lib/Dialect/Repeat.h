//===- Repeat.h - Streams that repeat ---------------------------------------------------------------*- C++ -*-===//

#ifndef ST_DIALECT_REPEAT_H
#define ST_DIALECT_REPEAT_H

#include "Dialect/StDialect.h"

namespace st {

/// `count` tensors like that of `type`, one after the other: a new leading data dimension, and a new outermost loop
/// that alone drives it.
ItensorType stackType(ItensorType type, int64_t count);

/// What a stack of tensors streams of one of them: the type that `type` is the stack of.
ItensorType unstackType(ItensorType type);

/// The sequence of `type`, `count` times: a new outermost loop that the map does not use.
ItensorType againType(ItensorType type, int64_t count);

/// The blocks of `function` that hold operations on tensors: bodies of repetitions, from the inside out, then its own.
llvm::SmallVector<mlir::Block *> getHostBlocks(mlir::Operation *function);

/// How often `block` of a function is executed: the product of the repetitions around it.
int64_t countRepetitions(mlir::Block *block);

/// The unit attribute of the `st.itensor_instance` or `st.stream` that leads from the last task of a repetition back to
/// the first of the next. Its reader stands before its writer, and no start time follows from it.
inline constexpr llvm::StringLiteral feedbackAttr = "st.feedback";

/// Whether `value` leads back to its reader: a placeholder with `feedbackAttr`, which the reader takes, or what its
/// writer gives, which nobody does.
bool isFeedback(mlir::Value value);

/// The attribute of an `st.kernel` that lists the repetitions that were expanded in it: dictionaries of `count`,
/// `carried_bytes` and `stacked_bytes`.
inline constexpr llvm::StringLiteral repeatsAttr = "st.repeats";

} // namespace st

#endif // ST_DIALECT_REPEAT_H
