// An ONNX file as protobuf has it, before anything in it is believed.
#pragma once

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace onnx {
class ModelProto;
class NodeProto;
} // namespace onnx

namespace st::onnximport {

/// Parses the file at `path` into `model`. The error names the file and the remedy.
llvm::Error readModelFile(llvm::StringRef path, onnx::ModelProto &model);

/// How a diagnostic calls `node`: "node 'name' (Op)", or by the value that it computes where it has no name.
std::string describe(const onnx::NodeProto &node);

} // namespace st::onnximport
