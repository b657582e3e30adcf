//===- Memories.cpp - What the memories of a design cost ------------------------------------------------------===//

#include "Analysis/Memories.h"
#include "Support/Units.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;

StorageKind st::toStorageKind(MemoryKind kind) {
  switch (kind) {
  case MemoryKind::Lutram:
    return StorageKind::Lutram;
  case MemoryKind::Bram:
    return StorageKind::Bram;
  case MemoryKind::Uram:
    return StorageKind::Uram;
  }
  llvm_unreachable("unknown kind of memory");
}

/// Words of one bank of a buffer, halves included.
static int64_t bankDepth(const TaskBuffer &buffer) { return ceilDiv(buffer.elements(), buffer.lanes) * buffer.halves; }

StorageKind st::chooseStorage(const TaskBuffer &buffer, const Device &device) {
  if (bankDepth(buffer) <= 1)
    return StorageKind::Register;
  return toStorageKind(device.chooseMemory(buffer.elementBits, bankDepth(buffer)));
}

static MemoryKind toMemoryKind(StorageKind kind) {
  if (kind == StorageKind::Uram)
    return MemoryKind::Uram;
  return kind == StorageKind::Bram ? MemoryKind::Bram : MemoryKind::Lutram;
}

Resources st::bufferCost(const TaskBuffer &buffer, StorageKind kind, const Device &device) {
  if (kind == StorageKind::Register) {
    Resources registers;
    registers.ff = buffer.bits();
    return registers;
  }
  return device.memoryCost(buffer.elementBits, bankDepth(buffer), toMemoryKind(kind)) * buffer.lanes;
}

void MemoryBudget::take(std::string what, const Resources &resources) {
  total += resources;
  holders.push_back({std::move(what), resources});
}

bool MemoryBudget::fits(const Resources &more, MemoryKind kind) const {
  int64_t have = device.memoryBlocksAvailable(kind);
  switch (kind) {
  case MemoryKind::Lutram:
    return lutram + more.lut <= have;
  case MemoryKind::Bram:
    return total.bram18 + more.bram18 <= have;
  case MemoryKind::Uram:
    return total.uram + more.uram <= have;
  }
  llvm_unreachable("unknown kind of memory");
}

static constexpr MemoryKind allKinds[] = {MemoryKind::Uram, MemoryKind::Bram, MemoryKind::Lutram};

MemoryKind MemoryBudget::takeFifo(llvm::StringRef name, int64_t widthBits, int64_t depth) {
  MemoryKind kind = device.chooseMemory(widthBits, depth);
  if (!fits(device.fifoCost(widthBits, depth, kind), kind))
    for (MemoryKind other : allKinds)
      if (device.memoryBlocksAvailable(other) && fits(device.fifoCost(widthBits, depth, other), other)) {
        kind = other;
        break;
      }
  Resources cost = device.fifoCost(widthBits, depth, kind);
  if (kind == MemoryKind::Lutram)
    lutram += cost.lut;
  take(("FIFO '" + name + "'").str(), cost);
  return kind;
}

StorageKind MemoryBudget::takeBuffer(llvm::StringRef task, const TaskBuffer &buffer) {
  StorageKind kind = chooseStorage(buffer, device);
  if (kind != StorageKind::Register && !fits(bufferCost(buffer, kind, device), toMemoryKind(kind)))
    for (MemoryKind other : allKinds)
      if (device.memoryBlocksAvailable(other) && fits(bufferCost(buffer, toStorageKind(other), device), other)) {
        kind = toStorageKind(other);
        break;
      }
  Resources cost = bufferCost(buffer, kind, device);
  if (kind == StorageKind::Lutram)
    lutram += cost.lut;
  take(("buffer '" + buffer.name + "' of task '" + task + "'").str(), cost);
  return kind;
}

void MemoryBudget::takeOperators(llvm::StringRef task, const Resources &operators) {
  take(("operators of task '" + task + "'").str(), operators);
}

std::optional<std::string> MemoryBudget::whyNotFitting() const {
  struct Row {
    const char *name;
    int64_t Resources::*amount;
  };
  Resources available = device.available();
  for (Row row : {Row{"DSP", &Resources::dsp}, Row{"LUT", &Resources::lut}, Row{"FF", &Resources::ff},
                  Row{"BRAM18", &Resources::bram18}, Row{"URAM", &Resources::uram}}) {
    if (total.*row.amount <= available.*row.amount)
      continue;
    std::vector<Holder> largest = holders;
    llvm::stable_sort(
        largest, [&](const Holder &a, const Holder &b) { return a.resources.*row.amount > b.resources.*row.amount; });
    std::string message = llvm::formatv("needs {0} {1}, but device '{2}' has {3} available; the largest parts are",
                                        total.*row.amount, row.name, device.name(), available.*row.amount)
                              .str();
    for (size_t i = 0; i < std::min<size_t>(3, largest.size()); ++i)
      message += llvm::formatv("{0} {1} ({2})", i ? "," : "", largest[i].what, largest[i].resources.*row.amount).str();
    return message + "; lower the unroll budget or the tile sizes, or take a larger device";
  }
  return std::nullopt;
}
