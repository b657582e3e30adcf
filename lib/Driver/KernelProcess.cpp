//===- KernelProcess.cpp - Kernels run by programs of their own -----------------------------------------------===//

#include "Driver/KernelProcess.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "Support/Interruption.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace st;

llvm::Expected<Outcome> st::runProgram(ArrayRef<StringRef> command, std::string *output) {
  SmallString<128> log;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("streamtensor", "log", log))
    return makeError("cannot create a temporary file: {0}", error.message());
  SmallString<128> out;
  if (output)
    if (std::error_code error = llvm::sys::fs::createTemporaryFile("streamtensor", "out", out))
      return makeError("cannot create a temporary file: {0}", error.message());
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(out), StringRef(log)};
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
  if (output) {
    if (auto text = readFile(out))
      *output = (*text)->getBuffer().str();
    else
      llvm::consumeError(text.takeError());
    llvm::sys::fs::remove(out);
  }
  return outcome;
}

llvm::Error st::buildSimulations(StringRef folder, StringRef remedy) {
  std::string script = (folder + "/simulate.sh").str();
  if (!llvm::sys::fs::exists(script))
    return makeError("{0} is missing; {1}", script, remedy);
  auto bash = llvm::sys::findProgramByName("bash");
  if (!bash)
    return makeError("bash is needed to run {0}", script);
  auto outcome = runProgram({*bash, script});
  if (!outcome)
    return outcome.takeError();
  if (outcome->status != 0)
    return makeError("{0} failed:\n{1}", script, outcome->messages);
  return llvm::Error::success();
}

/// Removes a scratch folder, whatever happens.
struct OperandFiles::ScratchFolder {
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

static Array emptyArrayFor(MemRefType type) {
  Array array;
  llvm::raw_string_ostream(array.dtype) << type.getElementType();
  if (type.getElementType().isInteger(1))
    array.dtype = "bool";
  array.shape.assign(type.getShape().begin(), type.getShape().end());
  array.bytes.resize(type.getNumElements() * bytesPerElement(array.dtype).value_or(4));
  return array;
}

StringRef OperandFiles::getDirection(unsigned index) const {
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  return cast<StringAttr>(directions[index]).getValue();
}

FailureOr<OperandFiles> OperandFiles::create(KernelOp kernel, ArrayRef<Array> operands) {
  auto names = kernel->getAttrOfType<ArrayAttr>("st.operand_names");
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  if (!names || !directions || names.size() != kernel.getInputs().size())
    return kernel.emitError("has no operand names; it was not lowered to memory operands");

  OperandFiles result(kernel);
  result.scratch = std::make_shared<ScratchFolder>();
  if (std::error_code error = result.scratch->create())
    return kernel.emitError("cannot create a scratch folder: ") << error.message();
  for (Attribute name : names)
    result.files.push_back((result.scratch->path + "/" + cast<StringAttr>(name).getValue() + ".bin").str());
  unsigned next = 0;
  for (unsigned index = 0; index < names.size(); ++index) {
    if (result.getDirection(index) == "out")
      continue;
    const Array &array = operands[next++];
    if (result.getDirection(index) == "inout")
      result.updated[index] = array;
    if (auto error = writeFile(result.files[index], StringRef(array.bytes.data(), array.bytes.size())))
      return kernel.emitError() << llvm::toString(std::move(error));
  }
  return std::move(result);
}

FailureOr<std::vector<Array>> OperandFiles::readOutputs(StringRef writer) const {
  std::vector<Array> arrays;
  for (unsigned index = 0; index < files.size(); ++index) {
    if (getDirection(index) == "in")
      continue;
    Array array = emptyArrayFor(cast<MemRefType>(kernel.getInputs()[index].getType()));
    auto file = readFile(files[index]);
    if (!file)
      return kernel.emitError() << llvm::toString(file.takeError());
    if ((*file)->getBufferSize() != array.bytes.size())
      return kernel.emitError() << writer << " wrote " << (*file)->getBufferSize() << " bytes of operand " << index
                                << " instead of " << array.bytes.size();
    std::memcpy(array.bytes.data(), (*file)->getBufferStart(), array.bytes.size());
    arrays.push_back(std::move(array));
    llvm::sys::fs::remove(files[index]);
    // The next program starts from the same.
    if (auto before = updated.find(index); before != updated.end())
      if (auto error = writeFile(files[index], StringRef(before->second.bytes.data(), before->second.bytes.size())))
        return kernel.emitError() << llvm::toString(std::move(error));
  }
  return std::move(arrays);
}
