//===- Features.h - What resource estimates of a task count -----------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_FEATURES_H
#define ST_EMIT_RTL_FEATURES_H

#include <cstdint>

namespace st::rtl {

/// Amounts of hardware, in bits, as the printer writes it down.
struct Features {
  int64_t adderBits = 0;      ///< sums, differences, index arithmetic
  int64_t compareBits = 0;    ///< comparisons of values
  int64_t logicBits = 0;      ///< two-way choices and gates on values
  int64_t muxLuts = 0;        ///< choices of one lane or address among several
  int64_t shiftBits = 0;      ///< shifts by a variable: bits times levels
  int64_t registerBits = 0;   ///< registers that stay flip-flops
  int64_t shiftRegisters = 0; ///< chains of three or more registers, which become one LUT per bit
  int64_t controlBits = 0;    ///< counters and the controller's state
  int64_t dsp = 0;
  int64_t memoryLuts = 0; ///< LUTs that are memory
  int64_t bram18 = 0;
  int64_t uram = 0;

  Features &operator+=(const Features &other) {
    adderBits += other.adderBits;
    compareBits += other.compareBits;
    logicBits += other.logicBits;
    muxLuts += other.muxLuts;
    shiftBits += other.shiftBits;
    registerBits += other.registerBits;
    shiftRegisters += other.shiftRegisters;
    controlBits += other.controlBits;
    dsp += other.dsp;
    memoryLuts += other.memoryLuts;
    bram18 += other.bram18;
    uram += other.uram;
    return *this;
  }
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_FEATURES_H
