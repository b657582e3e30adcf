// Handlers of scalar operations: dst = op(a, b, c), lane by lane.
//
// Each function returns the handler for one element type; `lanes` tells whether more than one lane is computed. A null
// handler means that the operation has no meaning on that type.
#pragma once

#include "Reference/Program.h"

namespace st::reference {

bool isFloat(Kind kind);

#define FLOAT_UNARY(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#define FLOAT_BINARY(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#define INTEGER_UNARY(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#define INTEGER_BINARY(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#define INTEGER_DIVISION(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#define FLOAT_COMPARISON(PREDICATE, VALUE) Handler handlerCmpF_##PREDICATE(Kind kind, bool lanes);
#define INTEGER_COMPARISON(PREDICATE, VALUE) Handler handlerCmpI_##PREDICATE(Kind kind, bool lanes);
#define FLOAT_TEST(OP, NAME, VALUE) Handler handler##NAME(Kind kind, bool lanes);
#include "Reference/Scalars.def"

/// dst = a * b + c, rounded once.
Handler handlerFma(Kind kind, bool lanes);
/// dst = a (i1) ? b : c.
Handler handlerSelect(Kind kind, bool lanes);
/// Rounds a float lane in place to what `kind` (f16 or bf16) holds.
Handler handlerRoundHalf(Kind kind);
/// dst = a as another type; integers are read without sign where `isUnsigned`.
Handler handlerConvert(Kind from, Kind to, bool isUnsigned, bool lanes);

/// dst = the bits of a: between an f16 or bf16 lane and i16 ("to" tells which way), which registers hold differently.
Handler handlerBitcastHalf(Kind from, Kind to);

/// f16 and bf16 as they lie in memory.
float fromBits(Kind kind, uint16_t bits);
uint16_t toBits(Kind kind, float value);

} // namespace st::reference
