//===- EmitRtl.cpp - Kernels as SystemVerilog -----------------------------------------------------------------===//

#include "Emit/Rtl/EmitRtl.h"
#include "Emit/Rtl/Kernel.h"
#include "Emit/Rtl/RuntimeFiles.h"
#include "Support/Error.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace st;

static std::string printSimulateScript(ArrayRef<std::string> kernels) {
  std::string text = "#!/usr/bin/env bash\n"
                     "# Builds the simulation of each kernel with Verilator: build/<kernel>. Run it with one file\n"
                     "# for each operand.\n"
                     "#\n"
                     "#   ./simulate.sh         build what is out of date\n"
                     "#   ./simulate.sh lint    only check the SystemVerilog\n"
                     "set -euo pipefail\n"
                     "cd \"$(dirname \"$0\")\"\n"
                     "verilator=${VERILATOR:-verilator}\n"
                     "mkdir -p build\n"
                     "for kernel in";
  for (const std::string &kernel : kernels)
    text += " " + kernel;
  text += "; do\n"
          "  sources=(\"$kernel.sv\" -y . -y simulation --top-module \"$kernel\")\n"
          "  if [ \"${1:-}\" = lint ]; then\n"
          "    \"$verilator\" --lint-only -Wall \"${sources[@]}\"\n"
          "    continue\n"
          "  fi\n"
          "  program=build/$kernel\n"
          "  [ -e \"$program\" ] && [ -z \"$(find . -maxdepth 2 -name '*.[sc]*' -newer \"$program\" \\\n"
          "    -not -path './build/*')\" ] && continue\n"
          "  \"$verilator\" --cc --exe --build -O3 -CFLAGS \"${CXXFLAGS:--O1 -std=c++17 -I$PWD/simulation}\" \\\n"
          "    --Mdir \"build/$kernel.verilated\" -o \"$PWD/build/$kernel\" \"${sources[@]}\" \\\n"
          "    \"$PWD/${kernel}_testbench.cpp\" \\\n"
          "    >\"build/$kernel.log\" 2>&1 || { cat \"build/$kernel.log\" >&2; exit 1; }\n"
          "done\n";
  return text;
}

static std::string printSynthesizeScript() {
  return "#!/usr/bin/env bash\n"
         "# Counts the resources of a kernel with Yosys, for UltraScale+. Multipliers are DSP slices already.\n"
         "#\n"
         "#   ./synthesize.sh KERNEL    prints its cells\n"
         "set -euo pipefail\n"
         "cd \"$(dirname \"$0\")\"\n"
         "kernel=${1:?usage: synthesize.sh KERNEL}\n"
         "\"${YOSYS:-yosys}\" -q -p \"read_verilog -sv *.sv; synth_xilinx -family xcup -top $kernel -flatten \\\n"
         "  -nodsp -noiopad -noclkbuf; tee -a /dev/stdout stat\"\n";
}

/// The estimate of a kernel's resources, and what it rests on.
static llvm::json::Object describe(const rtl::Features &features, const Resources &estimate) {
  return llvm::json::Object{{"basis", "calibrated"},        {"lut", estimate.lut},       {"ff", estimate.ff},
                            {"dsp", estimate.dsp},          {"bram18", estimate.bram18}, {"uram", estimate.uram},
                            {"features", features.toJson()}};
}

llvm::Expected<Resources> st::emitRtl(ModuleOp module, const Device &device, StringRef directory) {
  std::vector<std::string> kernels;
  std::vector<OutputFile> files;
  llvm::json::Object resources;
  Resources total;
  bool isComplete = true;
  module.walk([&](KernelOp kernel) {
    rtl::KernelPrinter printer(kernel, device);
    if (failed(printer.build())) {
      isComplete = false;
      return WalkResult::skip();
    }
    for (auto &[name, text] : printer.printModules())
      files.push_back({name + ".sv", text});
    files.push_back({printer.name() + "_testbench.cpp", printer.printTestbench()});
    Resources estimate = printer.getFeatures().estimate();
    resources[printer.name()] = describe(printer.getFeatures(), estimate);
    total += estimate;
    kernels.push_back(printer.name());
    return WalkResult::skip();
  });
  if (!isComplete)
    return makeError("a kernel cannot be printed as RTL");
  if (kernels.empty())
    return makeError("there is no kernel to print as RTL");

  files.push_back({"simulate.sh", printSimulateScript(kernels)});
  files.push_back({"synthesize.sh", printSynthesizeScript()});
  files.push_back({"resources.json", llvm::formatv("{0:2}\n", llvm::json::Value(std::move(resources)))});
  if (llvm::Error error = writeOutputFiles(directory, std::move(files), rtl::getRuntimeFiles()))
    return std::move(error);
  return total;
}
