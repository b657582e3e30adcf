#include "Import/Mlir/ParseProgram.h"
#include "Import/Mlir/CheckSyntax.h"
#include "Import/Mlir/RepairSyntax.h"
#include "Support/FileSystem.h"

#include "mlir/Dialect/MLProgram/IR/MLProgram.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace st;
using namespace st::mlirimport;

std::string mlirimport::remedyForDialect(StringRef dialect) {
  return llvm::StringSwitch<std::string>(dialect)
      .Cases(
          {"torch", "torch_c", "tm_tensor"},
          "lower it to linalg on tensors with `torch-mlir-opt --torch-backend-to-linalg-on-tensors-backend-pipeline`")
      .Cases({"stablehlo", "chlo", "vhlo"}, "lower it to linalg on tensors with `stablehlo-opt "
                                            "--stablehlo-legalize-to-linalg`")
      .Cases({"mhlo", "lmhlo"}, "lower it to linalg on tensors with `mlir-hlo-opt --hlo-legalize-to-linalg`")
      .Cases({"tfl", "tf", "tf_saved_model"},
             "lower it to TOSA with `tf-opt --tfl-to-tosa-pipeline` or `--tf-to-tosa-pipeline`")
      .Cases({"onnx", "krnl", "onnxmlir"}, "compile the .onnx file itself")
      .Cases({"util", "flow", "hal", "stream", "vm", "iree_linalg_ext", "iree_input", "iree_tensor_ext", "check"},
             "give the program as it was before IREE's own passes, as linalg on tensors or TOSA")
      .Default("lower it to linalg on tensors or TOSA first");
}

/// The name in quotes behind `prefix`, such as torch.aten.mm.
static StringRef quotedAfter(StringRef message, StringRef prefix) {
  return message.split(prefix).second.split('\'').first;
}

static std::string foreignOpMessage(StringRef op) {
  StringRef dialect = op.split('.').first;
  return llvm::formatv("'{0}' is an operation of the dialect '{1}', which StreamTensor does not read; {2}", op, dialect,
                       remedyForDialect(dialect));
}

static constexpr const char *oldTosa =
    "what files of TOSA before version 1.0 (MLIR before 2025) write in another way is "
    "rewritten, but not this; write the file again with a recent version of its "
    "front end";

/// What the parser's or verifier's `message` means to somebody who did not write this file.
static std::string explainParserMessage(StringRef message) {
  StringRef op = quotedAfter(message, "not found for custom op '");
  if (op.empty() && message.contains("' is unknown"))
    op = quotedAfter(message, "custom op '");
  if (op.starts_with("tosa."))
    return llvm::formatv("'{0}' is no operation of TOSA 1.0; {1}", op, oldTosa);
  if (op.contains('.'))
    return foreignOpMessage(op);
  if (message.contains("'tensor.expand_shape' expected 'output_shape'"))
    return "tensor.expand_shape without output_shape is the form of 2023, and sizes that are not known cannot be "
           "filled "
           "in; write the file again with fixed sizes, or with a recent version of its front end";
  if (message.contains("'tosa.") || message.contains("tosa_"))
    return (message + "; " + oldTosa).str();
  return message.str();
}

/// Emits the first error of a failed parse, explained; the parser's later ones follow from it.
static void emitParserError(MLIRContext *context, std::vector<Diagnostic> &diagnostics, StringRef path,
                            StringRef text) {
  auto error = llvm::find_if(
      diagnostics, [](Diagnostic &diagnostic) { return diagnostic.getSeverity() == DiagnosticSeverity::Error; });
  if (error == diagnostics.end()) {
    // LLVM's parser gives up on some operations without a word.
    emitError(NameLoc::get(StringAttr::get(context, path)))
        << path << ": LLVM's parser stops in this file without saying where; have it written again by the program that "
        << "made it, or remove functions until it is read";
    return;
  }
  // An unknown operation is what to name, even if an unknown type was met before it.
  for (auto it = error; it != diagnostics.end(); ++it)
    if (StringRef(it->str()).contains("not found for custom op")) {
      error = it;
      break;
    }
  InFlightDiagnostic diagnostic = emitError(error->getLocation()) << explainParserMessage(error->str());
  if (text.contains("\n// -----"))
    diagnostic.attachNote() << "the file holds several programs, split by `// -----`; give each its own file";
}

/// Bytecode has no lines to point to, and its reader names neither the file nor a remedy.
static void emitBytecodeError(MLIRContext *context, ArrayRef<Diagnostic> diagnostics, StringRef path) {
  std::string why = diagnostics.empty() ? "" : ": " + diagnostics.front().str();
  emitError(NameLoc::get(StringAttr::get(context, path)))
      << path << ": cannot be read as MLIR bytecode" << why << "; have it written again by the program that made it, "
      << "as text if its version of MLIR is a newer one";
}

OwningOpRef<ModuleOp> mlirimport::parseProgram(StringRef path, MLIRContext *context) {
  auto file = readFile(path);
  if (!file) {
    emitError(NameLoc::get(StringAttr::get(context, path))) << llvm::toString(file.takeError());
    return nullptr;
  }
  StringRef text = (*file)->getBuffer();
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  bool isBytecode = text.starts_with("ML\xefR");
  if (auto repaired = isBytecode ? std::nullopt : repairSyntax(text)) {
    buffer = llvm::MemoryBuffer::getMemBufferCopy(*repaired, path);
    text = buffer->getBuffer();
  } else {
    buffer = std::move(*file);
  }
  if (auto fault = isBytecode ? std::nullopt : findSyntaxFault(text)) {
    StringRef before = text.take_front(fault->offset);
    size_t lineStart = before.rfind('\n') + 1;
    emitError(FileLineColLoc::get(context, path, before.count('\n') + 1, before.size() - lineStart + 1))
        << fault->message;
    return nullptr;
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());

  // Attributes and types of other dialects are mostly annotations; they are parsed as opaque ones and judged later.
  bool allowed = context->allowsUnregisteredDialects();
  context->allowUnregisteredDialects(true);
  std::vector<Diagnostic> diagnostics;
  OwningOpRef<ModuleOp> module;
  {
    ScopedDiagnosticHandler collect(context,
                                    [&](Diagnostic &diagnostic) { diagnostics.push_back(std::move(diagnostic)); });
    module = parseSourceFile<ModuleOp>(sources, ParserConfig(context));
  }
  context->allowUnregisteredDialects(allowed);
  if (!module && isBytecode)
    emitBytecodeError(context, diagnostics, path);
  else if (!module)
    emitParserError(context, diagnostics, path, text);
  return module;
}

LogicalResult mlirimport::rejectForeignDialects(Operation *root) {
  WalkResult result = root->walk([&](Operation *op) {
    if (!op->isRegistered()) {
      op->emitError() << foreignOpMessage(op->getName().getStringRef());
      return WalkResult::interrupt();
    }
    for (Type type : op->getResultTypes())
      if (auto opaque = dyn_cast<OpaqueType>(type)) {
        op->emitOpError() << "has a result of type " << type << " of the dialect '" << opaque.getDialectNamespace()
                          << "', which StreamTensor does not read; " << remedyForDialect(opaque.getDialectNamespace());
        return WalkResult::interrupt();
      }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
