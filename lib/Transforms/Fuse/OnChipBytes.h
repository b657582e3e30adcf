//===- OnChipBytes.h - What a kernel may hold on the chip -------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_FUSE_ONCHIPBYTES_H
#define ST_TRANSFORMS_FUSE_ONCHIPBYTES_H

#include "Dialect/StDialect.h"
#include "llvm/Support/Error.h"

namespace st {

/// On-chip bytes of one kernel (C_max): `limit` where it is above 0, else 80 % of what the device of file `device` has;
/// far above any device without one.
llvm::Expected<int64_t> getOnChipLimit(llvm::StringRef device, int64_t limit);

/// On-chip bytes of the buffers that the kernel's tasks make.
int64_t countBufferBytes(KernelOp kernel);

/// On-chip bytes of the kernel's converters.
int64_t countConverterBytes(KernelOp kernel);

} // namespace st

#endif // ST_TRANSFORMS_FUSE_ONCHIPBYTES_H
