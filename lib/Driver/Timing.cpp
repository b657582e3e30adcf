//===- Timing.cpp - The timed graphs of a design, in memory and in its folder ---------------------------------===//

#include "Analysis/FifoProblem.h"
#include "Driver/Diagnostics.h"
#include "Driver/Simulate.h"
#include "Simulate/GraphText.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "Support/Json.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace st;

llvm::Expected<DesignTiming> st::deriveTiming(ModuleOp module, StringRef deviceFile, double clockMhz) {
  llvm::Expected<Device> device = loadDevice(deviceFile, clockMhz);
  if (!device)
    return device.takeError();
  DesignTiming timing;
  timing.clockMhz = device->clockMhz();
  bool isComplete = true;
  module.walk([&](KernelOp kernel) {
    FailureOr<timed::Graph> graph = buildTimedGraph(kernel, *device);
    if (failed(graph))
      isComplete = false;
    else
      timing.kernels.push_back(
          {kernel.getSymName().str(), std::move(*graph),
           (llvm::all_of(kernel.getBody().getOps<TaskOp>(), isCalibrated) ? calibratedBasis : estimatedBasis).str()});
  });
  if (!isComplete)
    return alreadyDiagnosed("a kernel has no timed graph");
  return std::move(timing);
}

static std::string inFolder(StringRef folder, const Twine &name) {
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

llvm::Error st::writeTiming(const DesignTiming &timing, StringRef folder) {
  llvm::json::Array kernels;
  for (const KernelTiming &kernel : timing.kernels) {
    std::string file = kernel.name + ".graph", text;
    llvm::raw_string_ostream os(text);
    os << "# Kernel " << kernel.name << " as a timed graph: `streamtensor simulate` runs it.\n";
    timed::printGraph(kernel.graph, os);
    if (auto error = writeFile(inFolder(folder, file), text))
      return error;
    kernels.push_back(llvm::json::Object{{"name", kernel.name}, {"graph", file}, {"cycles_basis", kernel.basis}});
  }
  return writeJson(inFolder(folder, "timing.json"),
                   llvm::json::Object{{"clock_mhz", timing.clockMhz}, {"kernels", std::move(kernels)}});
}

llvm::Expected<DesignTiming> st::readTiming(StringRef folder) {
  std::string index = inFolder(folder, "timing.json");
  auto json = readJson(index);
  if (!json)
    return json.takeError();
  const llvm::json::Object *top = json->getAsObject();
  const llvm::json::Array *kernels = top ? top->getArray("kernels") : nullptr;
  if (!kernels)
    return makeError("{0} does not list kernels; compile the design again", index);
  DesignTiming timing;
  timing.clockMhz = top->getNumber("clock_mhz").value_or(0);
  for (const llvm::json::Value &entry : *kernels) {
    const llvm::json::Object *kernel = entry.getAsObject();
    auto name = kernel ? kernel->getString("name") : std::nullopt;
    auto file = kernel ? kernel->getString("graph") : std::nullopt;
    if (!name || !file || file->contains('/'))
      return makeError("{0} lists a kernel without a name or a graph; compile the design again", index);
    auto text = readFile(inFolder(folder, *file));
    if (!text)
      return text.takeError();
    auto graph = timed::parseGraph((*text)->getBuffer(), inFolder(folder, *file));
    if (!graph)
      return graph.takeError();
    timing.kernels.push_back(
        {name->str(), std::move(*graph), kernel->getString("cycles_basis").value_or("").str()});
  }
  return std::move(timing);
}
