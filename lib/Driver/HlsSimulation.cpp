//===- HlsSimulation.cpp - The emitted C++, built and run on this machine -------------------------------------===//

#include "Driver/HlsSimulation.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "Support/Interruption.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace st;

namespace {
struct Outcome {
  int status = -1;
  std::string messages; ///< what the program wrote to its error stream
};
} // namespace

/// Runs a program to its end, with its error stream kept.
static llvm::Expected<Outcome> runProgram(ArrayRef<StringRef> command) {
  SmallString<128> log;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("streamtensor", "log", log))
    return makeError("cannot create a temporary file: {0}", error.message());
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(""), StringRef(log)};
  std::string launchError;
  Outcome outcome;
  // In a session of its own, so that an interruption can end it together with what it started.
  bool failed = false;
  llvm::sys::ProcessInfo process =
      llvm::sys::ExecuteNoWait(command.front(), command, std::nullopt, redirects, /*MemoryLimit=*/0, &launchError,
                               &failed, /*AffinityMask=*/nullptr, /*DetachProcess=*/true);
  if (!failed) {
    EndOnInterrupt endOnInterrupt(process.Pid);
    outcome.status = llvm::sys::Wait(process, /*SecondsToWait=*/std::nullopt, &launchError).ReturnCode;
  }
  if (auto text = readFile(log))
    outcome.messages = (*text)->getBuffer().str();
  else
    llvm::consumeError(text.takeError());
  outcome.messages += launchError;
  llvm::sys::fs::remove(log);
  return outcome;
}

llvm::Expected<HlsSimulation> HlsSimulation::build(StringRef hls) {
  std::string script = (hls + "/simulate.sh").str();
  if (!llvm::sys::fs::exists(script))
    return makeError("{0} is missing; compile the model up to the phase `emit`", script);
  auto bash = llvm::sys::findProgramByName("bash");
  if (!bash)
    return makeError("bash is needed to run {0}", script);
  auto outcome = runProgram({*bash, script});
  if (!outcome)
    return outcome.takeError();
  if (outcome->status != 0)
    return makeError("{0} failed:\n{1}", script, outcome->messages);
  return HlsSimulation(hls.str());
}

/// Removes a scratch folder, whatever happens.
namespace {
struct ScratchFolder {
  SmallString<128> path;
  std::error_code create() {
    InterruptionWaits waits;
    std::error_code error = llvm::sys::fs::createUniqueDirectory("streamtensor", path);
    if (!error)
      removeOnInterrupt(path);
    return error;
  }
  ~ScratchFolder() {
    if (path.empty())
      return;
    llvm::sys::fs::remove_directories(path);
    keepOnInterrupt(path);
  }
};
} // namespace

static Array emptyArrayFor(MemRefType type) {
  Array array;
  llvm::raw_string_ostream(array.dtype) << type.getElementType();
  if (type.getElementType().isInteger(1))
    array.dtype = "bool";
  array.shape.assign(type.getShape().begin(), type.getShape().end());
  array.bytes.resize(type.getNumElements() * bytesPerElement(array.dtype).value_or(4));
  return array;
}

FailureOr<std::vector<Array>> HlsSimulation::run(KernelOp kernel, ArrayRef<Array> operands) const {
  auto names = kernel->getAttrOfType<ArrayAttr>("st.operand_names");
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  if (!names || !directions || names.size() != kernel.getInputs().size())
    return kernel.emitError("has no operand names; it was not lowered to memory operands");

  ScratchFolder scratch;
  if (std::error_code error = scratch.create())
    return kernel.emitError("cannot create a scratch folder: ") << error.message();
  // One file for each memory operand, in order.
  std::vector<std::string> files;
  for (Attribute name : names)
    files.push_back((scratch.path + "/" + cast<StringAttr>(name).getValue() + ".bin").str());
  auto isOutput = [&](unsigned index) { return cast<StringAttr>(directions[index]).getValue() == "out"; };

  unsigned next = 0;
  for (unsigned index = 0; index < names.size(); ++index) {
    if (isOutput(index))
      continue;
    const Array &array = operands[next++];
    if (auto error = writeFile(files[index], StringRef(array.bytes.data(), array.bytes.size())))
      return kernel.emitError() << llvm::toString(std::move(error));
  }

  std::vector<std::vector<Array>> results;
  for (StringRef simulation : {"sequential", "concurrent"}) {
    std::string program = (folder + "/build/" + kernel.getSymName() + "_" + simulation).str();
    SmallVector<StringRef> command{program};
    llvm::append_range(command, files);
    auto outcome = runProgram(command);
    if (!outcome)
      return kernel.emitError() << llvm::toString(outcome.takeError());
    if (outcome->status != 0)
      return kernel.emitError() << "the " << simulation << " simulation failed with status " << outcome->status << ":\n"
                                << outcome->messages;
    auto &arrays = results.emplace_back();
    for (unsigned index = 0; index < names.size(); ++index) {
      if (!isOutput(index))
        continue;
      Array array = emptyArrayFor(cast<MemRefType>(kernel.getInputs()[index].getType()));
      auto file = readFile(files[index]);
      if (!file)
        return kernel.emitError() << llvm::toString(file.takeError());
      if ((*file)->getBufferSize() != array.bytes.size())
        return kernel.emitError() << "the " << simulation << " simulation wrote " << (*file)->getBufferSize()
                                  << " bytes of " << names[index] << " instead of " << array.bytes.size();
      std::memcpy(array.bytes.data(), (*file)->getBufferStart(), array.bytes.size());
      arrays.push_back(std::move(array));
      llvm::sys::fs::remove(files[index]);
    }
  }
  for (auto [index, pair] : llvm::enumerate(llvm::zip(results[0], results[1])))
    if (std::get<0>(pair).bytes != std::get<1>(pair).bytes)
      return kernel.emitError() << "the sequential and the concurrent simulation differ in output " << index;
  return std::move(results[0]);
}
