//===- Features.h - What resource estimates of a task count -----------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_FEATURES_H
#define ST_EMIT_RTL_FEATURES_H

#include "Device/Device.h"
#include "llvm/Support/JSON.h"

namespace st::rtl {

/// Amounts of hardware, in bits where nothing else is said, as the printer writes it down.
struct Features {
  int64_t adderBits = 0;      ///< sums, differences, index arithmetic
  int64_t compareBits = 0;    ///< comparisons of values
  int64_t logicBits = 0;      ///< two-way choices and gates on values
  int64_t muxLuts = 0;        ///< choices of one lane or address among several
  int64_t shiftBits = 0;      ///< shifts by a variable: bits times levels
  int64_t registerBits = 0;   ///< registers of values
  int64_t shiftRegisters = 0; ///< chains of three or more registers, which become one LUT per bit
  int64_t controlBits = 0;    ///< registers of controllers and address generators
  int64_t queueBits = 0;      ///< registers that count what is in FIFOs and on the way to them
  int64_t passBits = 0;       ///< what passes beside the memories of FIFOs, a LUT3 each
  int64_t handshakes = 0;     ///< pops and pushes that a controller waits for
  int64_t tasks = 0;
  int64_t memoryLuts = 0; ///< LUTs that are memory, and choose among its blocks
  int64_t dsp = 0;
  int64_t bram18 = 0;
  int64_t uram = 0;

  Features &operator+=(const Features &other);

  /// A memory of `lanes` words of `width` bits side by side.
  void addMemory(unsigned width, int64_t lanes, int64_t depth, llvm::StringRef style, const Device &device);
  /// A FIFO with its memory.
  void addFifo(unsigned width, int64_t depth, llvm::StringRef style, const Device &device);

  /// What it takes in LUTs and so on, with the calibrated weights of calibration.json.
  Resources estimate() const;
  llvm::json::Object toJson() const;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_FEATURES_H
