//===- HlsSimulation.cpp - The emitted C++, built and run on this machine -------------------------------------===//

#include "Driver/HlsSimulation.h"
#include "Dialect/Repeat.h"
#include "Dialect/Sizes.h"
#include "Driver/KernelProcess.h"

using namespace mlir;
using namespace st;

llvm::Expected<HlsSimulation> HlsSimulation::build(StringRef hls) {
  if (llvm::Error error = buildSimulations(hls, "compile the model up to the phase `emit`"))
    return std::move(error);
  return HlsSimulation(hls.str());
}

/// Element by element, for floats whose exponent is `exponent`.
template <typename Bits> static bool areSameOrNaN(const Array &a, const Array &b, Bits exponent) {
  auto isNaN = [&](Bits bits) { return (bits & exponent) == exponent && Bits(bits << 1) != Bits(exponent << 1); };
  return llvm::all_of(llvm::zip(a.as<Bits>(), b.as<Bits>()), [&](auto pair) {
    auto [left, right] = pair;
    return left == right || (isNaN(left) && isNaN(right));
  });
}

/// Whether both hold the same bits. Any NaN is as good as another: C++ says nothing of their signs and payloads.
static bool haveSameBits(const Array &a, const Array &b) {
  if (a.bytes == b.bytes || a.bytes.size() != b.bytes.size())
    return a.bytes == b.bytes;
  if (a.dtype == "f64")
    return areSameOrNaN<uint64_t>(a, b, 0x7ff0000000000000);
  if (a.dtype == "f32")
    return areSameOrNaN<uint32_t>(a, b, 0x7f800000);
  return a.dtype == "f16" && areSameOrNaN<uint16_t>(a, b, 0x7c00);
}

FailureOr<std::vector<Array>> HlsSimulation::run(KernelOp kernel, ArrayRef<Array> operands,
                                                 const llvm::StringMap<int64_t> &sizes) const {
  FailureOr<OperandFiles> files = OperandFiles::create(kernel, operands);
  if (failed(files))
    return failure();
  std::vector<std::string> numbers;
  for (const std::string &size : collectSizes(kernel))
    numbers.push_back(std::to_string(sizes.lookup(size)));
  // Tasks that loop back cannot run one after the other.
  bool loopsBack =
      llvm::any_of(kernel.getBody().getOps<StreamOp>(), [](StreamOp stream) { return stream->hasAttr(feedbackAttr); });
  std::vector<std::vector<Array>> results;
  for (StringRef simulation : {"sequential", "concurrent"}) {
    if (loopsBack && simulation == "sequential")
      continue;
    std::string program = (folder + "/build/" + kernel.getSymName() + "_" + simulation).str();
    SmallVector<StringRef> command{program};
    llvm::append_range(command, files->paths());
    llvm::append_range(command, numbers);
    auto outcome = runProgram(command);
    if (!outcome)
      return kernel.emitError() << llvm::toString(outcome.takeError());
    if (outcome->status != 0)
      return kernel.emitError() << "the " << simulation << " simulation failed with status " << outcome->status << ":\n"
                                << outcome->messages;
    FailureOr<std::vector<Array>> arrays = files->readOutputs(("the " + simulation + " simulation").str());
    if (failed(arrays))
      return failure();
    results.push_back(std::move(*arrays));
  }
  for (auto [index, pair] : llvm::enumerate(llvm::zip(results.front(), results.back())))
    if (!haveSameBits(std::get<0>(pair), std::get<1>(pair)))
      return kernel.emitError() << "the sequential and the concurrent simulation differ in output " << index;
  return std::move(results[0]);
}
