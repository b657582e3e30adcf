//===- Memories.h - What the memories of a design cost ----------------------------------------------*- C++ -*-===//

#ifndef ST_ANALYSIS_MEMORIES_H
#define ST_ANALYSIS_MEMORIES_H

#include "Analysis/TaskBuffers.h"
#include "Device/Device.h"
#include "Dialect/StDialect.h"
#include <optional>
#include <string>
#include <vector>

namespace st {

StorageKind toStorageKind(MemoryKind kind);

/// Where a buffer goes when the device is empty: registers where one cycle touches all of it, else by the device's
/// rule for one of its `lanes` banks.
StorageKind chooseStorage(const TaskBuffer &buffer, const Device &device);

/// Resources of a buffer of one or two halves, cut into `lanes` banks.
Resources bufferCost(const TaskBuffer &buffer, StorageKind kind, const Device &device);

/// Gives memories of a device away, one after the other, and keeps the account.
class MemoryBudget {
public:
  explicit MemoryBudget(const Device &device) : device(device) {}

  /// The device's choice, or the best that is left where that no longer fits.
  MemoryKind takeFifo(llvm::StringRef name, int64_t widthBits, int64_t depth);
  StorageKind takeBuffer(llvm::StringRef task, const TaskBuffer &buffer);
  void takeOperators(llvm::StringRef task, const Resources &operators);

  const Resources &used() const { return total; }
  /// One message that names the exhausted resource, how much of it there is, and who takes most; nullopt when all
  /// fits.
  std::optional<std::string> whyNotFitting() const;

private:
  struct Holder {
    std::string what;
    Resources resources;
  };
  bool fits(const Resources &more, MemoryKind kind) const;
  void take(std::string what, const Resources &resources);

  const Device &device;
  Resources total;
  /// LUTs used as memory, a part of `total.lut`.
  int64_t lutram = 0;
  std::vector<Holder> holders;
};

} // namespace st

#endif // ST_ANALYSIS_MEMORIES_H
