//===- OnnxTarget.cpp - The ONNX importer on arbitrary models -------------------------------------------------===//

#include "Import/Onnx/ImportOnnx.h"
#include "Target.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include <cstdlib>
#include <google/protobuf/text_format.h>
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace st;

namespace {
/// Attributes live as long as their context; a new one now and then keeps memory bounded.
MLIRContext &contextOfThisInput() {
  static std::unique_ptr<MLIRContext> context;
  static unsigned uses = 0;
  if (!context || ++uses % 256 == 0) {
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
    context->printOpOnDiagnostic(false);
  }
  return *context;
}
} // namespace

/// A model is imported, or the user is told why not. Returns whether it is.
static bool importOrDiagnose(StringRef path, const OnnxImportOptions &options) {
  MLIRContext &context = contextOfThisInput();
  unsigned errors = 0;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  auto module = importOnnx(path, options, &context);
  if (bool(module) == (errors != 0))
    std::abort();
  return bool(module);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz::InputFile file("model.onnx");
  StringRef path = file.write(data, size);
  if (importOrDiagnose(path, {}))
    return 0;
  // What cannot be imported whole may be divided.
  OnnxPartition partition;
  OnnxImportOptions options;
  options.partition = &partition;
  importOrDiagnose(path, options);
  return 0;
}

std::optional<std::string> fuzz::decodeCorpusFile(StringRef contents) {
  onnx::ModelProto model;
  if (!google::protobuf::TextFormat::ParseFromString(contents.str(), &model))
    return std::nullopt;
  return model.SerializePartialAsString();
}

std::optional<std::string> fuzz::encodeAsText(StringRef input) {
  onnx::ModelProto model;
  std::string text;
  if (!model.ParsePartialFromString(input.str()) || !google::protobuf::TextFormat::PrintToString(model, &text))
    return std::nullopt;
  // What text cannot say (unknown fields, the order of fields) may be what matters.
  std::optional<std::string> back = decodeCorpusFile(text);
  if (!back || StringRef(*back) != input)
    return std::nullopt;
  return text;
}
