//===- DeviceTarget.cpp - Arbitrary device files --------------------------------------------------------------===//

#include "Device/Device.h"
#include "Target.h"

using namespace st;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz::InputFile file("device.json");
  auto device = Device::load(file.write(data, size));
  if (!device) {
    llvm::consumeError(device.takeError());
    return 0;
  }
  // What is accepted has to be usable: the compiler computes costs from it without further checks.
  device->available();
  device->onChipBytesAvailable();
  for (const ExternalMemory &memory : device->memories())
    device->channelBytesPerCycle(memory);
  for (int64_t depth : {1, 33, 100000})
    for (int64_t bits : {1, 32, 4096}) {
      MemoryKind kind = device->chooseMemory(bits, depth);
      device->roundDepth(bits, depth, kind);
      device->fifoCost(bits, depth, kind);
    }
  auto slower = device->withClock(device->clockMhz() / 3);
  if (!slower)
    llvm::consumeError(slower.takeError());
  return 0;
}

std::optional<std::string> fuzz::decodeCorpusFile(llvm::StringRef contents) { return contents.str(); }
std::optional<std::string> fuzz::encodeAsText(llvm::StringRef input) { return input.str(); }
