//===- OnChipBytes.cpp - What a kernel may hold on the chip ---------------------------------------------------===//

#include "Transforms/Fuse/OnChipBytes.h"
#include "Device/Device.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace st;

/// Far above any device, and far enough below the largest integer that sums do not overflow.
static constexpr int64_t unlimitedBytes = int64_t(1) << 50;

llvm::Expected<int64_t> st::getOnChipLimit(StringRef device, int64_t limit) {
  if (limit > 0)
    return limit;
  if (device.empty())
    return unlimitedBytes;
  auto loaded = Device::load(device);
  if (llvm::Error error = loaded.takeError())
    return std::move(error);
  return loaded->onChipBytesAvailable() * 8 / 10;
}

int64_t st::countBufferBytes(KernelOp kernel) {
  int64_t bytes = 0;
  kernel.walk([&](tensor::EmptyOp buffer) {
    auto type = buffer.getType();
    if (type.hasStaticShape() && type.getElementType().isIntOrFloat())
      bytes += llvm::divideCeil(type.getNumElements() * type.getElementTypeBitWidth(), 8);
  });
  return bytes;
}

int64_t st::countConverterBytes(KernelOp kernel) {
  int64_t bytes = 0;
  kernel.walk([&](ItensorConverterOp converter) {
    ItensorType source = converter.getSource().getType(), result = converter.getType();
    Padding padding = getPadding(converter);
    // Inside a repetition it is filled for the next one while this one drains it.
    if (auto repeat = converter->getParentOfType<RepeatOp>()) {
      source = stackType(source, repeat.getCount());
      result = stackType(result, repeat.getCount());
      for (auto *amounts : {&padding.low, &padding.high})
        if (!amounts->empty())
          amounts->insert(amounts->begin(), 0);
    }
    bytes += inferConverter(source, result, padding).bytes;
  });
  return bytes;
}
