//===- EmitHls.cpp - Kernels as HLS C++ -----------------------------------------------------------------------===//

#include "Emit/Hls/EmitHls.h"
#include "Emit/Hls/FileWriters.h"
#include "Emit/Hls/RuntimeFiles.h"
#include "Support/Error.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;

llvm::Error st::emitHls(ModuleOp module, const HlsEmitOptions &options, StringRef directory) {
  std::vector<KernelLayout> layouts;
  std::vector<OutputFile> files;
  llvm::StringSet<> names;
  WalkResult walked = module.walk([&](KernelOp kernel) {
    FailureOr<KernelLayout> layout = KernelLayout::build(kernel);
    if (failed(layout))
      return WalkResult::interrupt();
    if (!names.insert(layout->name).second) {
      kernel.emitOpError() << "has the same name as another kernel; each needs a top function of its own";
      return WalkResult::interrupt();
    }
    FailureOr<std::string> source = printKernelSource(*layout);
    if (failed(source))
      return WalkResult::interrupt();
    files.push_back({layout->name + ".cpp", std::move(*source)});
    files.push_back({layout->name + ".h", printKernelHeader(*layout)});
    files.push_back({layout->name + "_testbench.cpp", printTestbench(*layout)});
    layouts.push_back(std::move(*layout));
    return WalkResult::skip();
  });
  if (walked.wasInterrupted())
    return makeError("a kernel cannot be printed as HLS C++");
  if (layouts.empty())
    return makeError("there is no kernel to print as HLS C++");

  files.push_back({"link.cfg", printLinkConfig(layouts, options)});
  files.push_back({"build_xclbin.sh", printBuildScript(layouts, options)});
  files.push_back({"simulate.sh", printSimulateScript(layouts)});
  return writeOutputFiles(directory, std::move(files), getRuntimeFiles());
}
