// Tensors as ONNX files store them.
#pragma once

#include "Import/Onnx/HostTensor.h"

#include "llvm/Support/Error.h"

#include <string>

namespace onnx {
class TensorProto;
} // namespace onnx

namespace st::onnximport {

/// The value of `tensor`. `rawData` is its raw_data field, handed over so that
/// weights are not copied; data in other files is mapped into memory, relative
/// to `folder`. Errors do not name the tensor.
llvm::Expected<HostTensor> readTensor(const onnx::TensorProto &tensor, std::string rawData, llvm::StringRef folder);

/// The file that holds the data of `tensor`, which is external. It must lie inside `folder`.
llvm::Expected<std::string> findExternalFile(const onnx::TensorProto &tensor, llvm::StringRef folder);

} // namespace st::onnximport
