// A board as data: what each die has, what its operators and memories cost. Loaded from devices/*.json, which
// devices/device.schema.json describes; every field is checked on loading and every number there names its source.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace st {

/// An operator with a latency and a cost in the device file.
enum class OpKind {
#define ST_OPERATOR(ENUMERATOR, NAME) ENUMERATOR,
#include "Device/Operators.def"
};

/// The name of `kind` in device files, such as "f32.add".
llvm::StringRef getOperatorName(OpKind kind);

/// Resources of an FPGA. BRAM is counted in blocks of 18 Kib, half of a BRAM36, because that is what small memories
/// take.
struct Resources {
  int64_t lut = 0;
  int64_t ff = 0;
  int64_t dsp = 0;
  int64_t bram18 = 0;
  int64_t uram = 0;

  Resources &operator+=(const Resources &other);
  friend Resources operator+(Resources a, const Resources &b) { return a += b; }
  friend Resources operator*(Resources a, int64_t count);
  /// Whether this much fits into `limit`, resource by resource.
  bool fitsIn(const Resources &limit) const;
};

/// A kind of on-chip memory.
enum class MemoryKind { Lutram, Bram, Uram };

/// The name of `kind` in device files and in the IR: "lutram", "bram", "uram".
llvm::StringRef getMemoryKindName(MemoryKind kind);

/// One way to organise a block of memory.
struct MemoryShape {
  int64_t depth;
  int64_t widthBits;
};

/// The blocks of one kind of on-chip memory: a LUT, a BRAM18, a URAM.
struct MemoryBlocks {
  MemoryKind kind;
  /// From narrow to wide.
  std::vector<MemoryShape> shapes;
  /// Share of the blocks that can be memory at all (only some LUTs can).
  double share = 1.0;
};

/// A die (SLR): what exists on it and what the shell leaves for the design.
struct Die {
  std::string name;
  Resources exists;
  Resources available;
};

/// An external memory, described per channel.
struct ExternalMemory {
  std::string name;
  /// "hbm" or "ddr".
  std::string kind;
  /// What v++ calls a channel when it links, with '#' for the channel's number: "HBM[#]".
  std::string link;
  /// Index into `Device::dies`.
  int die = 0;
  int64_t channels = 0;
  int64_t channelBytes = 0;
  int64_t channelBytesPerSecond = 0;
  int64_t portBits = 0;
  int64_t burstBytes = 0;
  /// Share of the peak that sequential access reaches.
  double sequentialEfficiency = 1.0;
  int64_t readLatencyCycles = 0;
};

class Device {
public:
  /// Loads and checks a device file. The error names the file, the field and what was expected there.
  static llvm::Expected<Device> load(llvm::StringRef path);

  /// The device called `name`: a path to a .json file, or a name that is looked up as `<dir>/<name>.json`. The error
  /// lists the devices that exist.
  static llvm::Expected<Device> find(llvm::StringRef name, llvm::ArrayRef<std::string> searchDirs);

  llvm::StringRef name() const { return deviceName; }
  llvm::StringRef title() const { return deviceTitle; }
  llvm::StringRef part() const { return devicePart; }
  llvm::StringRef platform() const { return devicePlatform; }

  /// The kernel clock that latencies refer to.
  double clockMhz() const { return currentClockMhz; }
  double maxClockMhz() const { return highestClockMhz; }
  /// This device at another clock: the combinational delay of an operator stays, so its latency grows in proportion.
  llvm::Expected<Device> withClock(double mhz) const;

  llvm::ArrayRef<Die> dies() const { return dieList; }
  llvm::ArrayRef<ExternalMemory> memories() const { return memoryList; }

  /// What all dies together offer the design.
  Resources available() const;
  int64_t dspAvailable() const { return available().dsp; }
  /// Bytes of BRAM and URAM that the shell leaves. LUTRAM is not counted: its LUTs are logic's first.
  int64_t onChipBytesAvailable() const;
  /// Blocks of a kind of on-chip memory that the shell leaves: LUTs that can be memory, BRAM18, URAM.
  int64_t memoryBlocksAvailable(MemoryKind kind) const;
  /// Bytes that one external channel moves per kernel clock cycle in sequential access, all limits considered.
  double channelBytesPerCycle(const ExternalMemory &memory) const;

  /// Cycles from operands to result at `clockMhz()`.
  int64_t latencyCycles(OpKind kind) const;
  /// Resources of one operator, 32 bits wide.
  Resources cost(OpKind kind) const;

  /// Resources of a memory of `depth` words of `widthBits`, with FINN's formulas (HLS FIFOs and buffers alike).
  Resources memoryCost(int64_t widthBits, int64_t depth, MemoryKind kind) const;
  /// Resources of a FIFO: its memory and 2 * ceil(log2 depth) LUT of control.
  Resources fifoCost(int64_t widthBits, int64_t depth, MemoryKind kind) const;
  /// The depth that the blocks for `depth` words give anyway: multiples of 32 for LUTRAM, of 512 ... 16384 for BRAM.
  int64_t roundDepth(int64_t widthBits, int64_t depth, MemoryKind kind) const;
  /// The kind that takes the smallest share of what the device has. Up to 1024 bits it is LUTRAM, as Vitis HLS does
  /// with streams (UG1399).
  MemoryKind chooseMemory(int64_t widthBits, int64_t depth) const;

private:
  struct OperatorEntry {
    int64_t latencyCycles = 0;
    Resources resources;
  };
  friend class DeviceReader;

  const MemoryBlocks &blocks(MemoryKind kind) const;
  /// The shape whose multiples make a memory of that size.
  MemoryShape chooseShape(int64_t widthBits, int64_t depth, MemoryKind kind) const;

  std::string deviceName, deviceTitle, devicePart, devicePlatform;
  double defaultClockMhz = 0, currentClockMhz = 0, highestClockMhz = 0;
  std::vector<Die> dieList;
  std::vector<ExternalMemory> memoryList;
  /// Indexed by MemoryKind; a kind that the device lacks has no shapes.
  std::array<MemoryBlocks, 3> memoryBlocks;
  /// Indexed by OpKind.
  std::vector<OperatorEntry> operators;
};

/// The file of the device called `name`: a path to a .json file as it is, or a name that is looked up as
/// `<dir>/<name>.json`. The error lists the devices that exist.
llvm::Expected<std::string> findDeviceFile(llvm::StringRef name, llvm::ArrayRef<std::string> searchDirs);

/// A device file that `listDevices` found.
struct DeviceFile {
  std::string name;
  std::string title;
  std::string path;
};

/// The devices in `searchDirs`, sorted by name; the first folder wins where names repeat. Fails on the first malformed
/// file.
llvm::Expected<std::vector<DeviceFile>> listDevices(llvm::ArrayRef<std::string> searchDirs);

} // namespace st
