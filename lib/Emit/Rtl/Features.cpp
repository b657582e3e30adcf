//===- Features.cpp - What resource estimates of a task count -------------------------------------------------===//

#include "Emit/Rtl/Features.h"
#include "Emit/Rtl/RuntimeFiles.h"
#include "Support/Units.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace st;
using namespace st::rtl;

namespace {
struct Field {
  const char *name;
  int64_t Features::*amount;
};
} // namespace

static constexpr Field fields[] = {
    {"adder_bits", &Features::adderBits},           {"compare_bits", &Features::compareBits},
    {"logic_bits", &Features::logicBits},           {"mux_luts", &Features::muxLuts},
    {"shift_bits", &Features::shiftBits},           {"register_bits", &Features::registerBits},
    {"shift_registers", &Features::shiftRegisters}, {"control_bits", &Features::controlBits},
    {"queue_bits", &Features::queueBits},           {"handshakes", &Features::handshakes},
    {"tasks", &Features::tasks},                    {"memory_luts", &Features::memoryLuts},
    {"dsp", &Features::dsp},                        {"bram18", &Features::bram18},
    {"uram", &Features::uram},                      {"pass_bits", &Features::passBits},
};

Features &Features::operator+=(const Features &other) {
  for (const Field &field : fields)
    this->*field.amount += other.*field.amount;
  return *this;
}

/// LUTs of a memory with one write and one read port: 8 LUTs hold 32x14 or 64x7 bits (UG574), and beyond 64 words a LUT
/// per bit chooses among four blocks.
static int64_t distributedLuts(int64_t width, int64_t depth) {
  if (depth <= 32)
    return 8 * ceilDiv(width, 14);
  int64_t blocks = ceilDiv(depth, 64);
  return 8 * blocks * ceilDiv(width, 7) + width * ceilDiv(blocks - 1, 3);
}

void Features::addMemory(unsigned width, int64_t lanes, int64_t depth, llvm::StringRef style, const Device &device) {
  if (style == "block" || style == "ultra") {
    Resources cost =
        device.memoryCost(width, depth, style == "block" ? MemoryKind::Bram : MemoryKind::Uram) * lanes;
    bram18 += cost.bram18;
    uram += cost.uram;
  } else if (depth == 1 || style == "registers") {
    registerBits += depth * lanes * width;
  } else {
    memoryLuts += lanes * distributedLuts(width, depth);
  }
}

void Features::addFifo(unsigned width, int64_t depth, llvm::StringRef style, const Device &device) {
  addMemory(width, 1, depth, style, device);
  int64_t addressBits = depth > 1 ? llvm::Log2_64_Ceil(depth) : 0;
  queueBits += 2 * addressBits + llvm::Log2_64_Ceil(depth + 1);
  // The token that passes beside a clocked memory.
  if (style == "block" || style == "ultra") {
    registerBits += width + 1;
    passBits += width;
  }
}

static const llvm::json::Object &calibration() {
  static const llvm::json::Value value = [] {
    for (const RuntimeFile &file : getRuntimeFiles())
      if (llvm::StringRef(file.path) == "calibration.json")
        return llvm::cantFail(llvm::json::parse(file.contents));
    llvm_unreachable("the calibration is part of the compiler");
  }();
  return *value.getAsObject();
}

Resources Features::estimate() const {
  auto weigh = [&](llvm::StringRef resource) {
    double sum = 0;
    const llvm::json::Object &weights = *calibration().getObject(resource);
    for (const Field &field : fields)
      sum += weights.getNumber(field.name).value_or(0) * (this->*field.amount);
    return static_cast<int64_t>(std::llround(sum));
  };
  return {weigh("lut"), weigh("ff"), dsp, bram18, uram};
}

llvm::json::Object Features::toJson() const {
  llvm::json::Object object;
  for (const Field &field : fields)
    object[field.name] = this->*field.amount;
  return object;
}
