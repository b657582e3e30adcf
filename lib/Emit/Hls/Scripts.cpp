//===- Scripts.cpp - link.cfg and the scripts that build ------------------------------------------------------===//

#include "Emit/Hls/FileWriters.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace st;

/// The die of all tasks of a kernel, if they agree: a compute unit lies in one.
static std::optional<int64_t> findDie(const KernelLayout &layout) {
  llvm::SmallSet<int64_t, 4> dies;
  for (TaskOp task : layout.tasks)
    if (std::optional<int64_t> die = task.getDie())
      dies.insert(*die);
  return dies.size() == 1 ? std::optional<int64_t>(*dies.begin()) : std::nullopt;
}

std::string st::printLinkConfig(llvm::ArrayRef<KernelLayout> kernels, const HlsEmitOptions &options) {
  std::string text = "# For v++ --link: compute units, the dies that they lie in, the memory of each port.\n"
                     "[connectivity]\n";
  llvm::raw_string_ostream out(text);
  for (const KernelLayout &layout : kernels)
    out << "nk=" << layout.name << ":1:" << layout.name << "_1\n";
  for (const KernelLayout &layout : kernels)
    if (std::optional<int64_t> die = options.hasSeveralDies ? findDie(layout) : std::nullopt)
      out << "slr=" << layout.name << "_1:SLR" << *die << "\n";
  auto [beforeNumber, afterNumber] = llvm::StringRef(options.memoryLink).split('#');
  for (const KernelLayout &layout : kernels)
    for (const MemoryPort &port : layout.ports)
      if (port.hbmChannel)
        out << "sp=" << layout.name << "_1." << port.name << ":" << beforeNumber << *port.hbmChannel << afterNumber
            << "\n";
  return text;
}

std::string st::printBuildScript(llvm::ArrayRef<KernelLayout> kernels, const HlsEmitOptions &options) {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "#!/bin/sh\n"
         "# Builds the accelerator with AMD's tools, which must be on the PATH.\n"
         "# usage: build_xclbin.sh [hw|hw_emu|sw_emu]\n"
         "set -eu\n"
         "cd \"$(dirname \"$0\")\"\n"
         "target=${1:-hw}\n"
         "platform=${PLATFORM:-"
      << options.platform
      << "}\n"
         "build=build/$target\n"
         "mkdir -p \"$build\"\n\n";
  std::string objects;
  for (const KernelLayout &layout : kernels) {
    out << "v++ --compile --target \"$target\" --platform \"$platform\" --kernel " << layout.name << " \\\n"
        << "    --hls.clock " << llvm::formatv("{0:f0}", options.clockMhz * 1e6) << ":" << layout.name << " "
        << layout.name << ".cpp -o \"$build/" << layout.name << ".xo\"\n";
    objects += " \"$build/" + layout.name + ".xo\"";
  }
  out << "v++ --link --target \"$target\" --platform \"$platform\" --config link.cfg \\\n"
      << "    --kernel_frequency " << llvm::formatv("{0:f0}", options.clockMhz) << objects
      << " -o \"$build/design.xclbin\"\n";
  return text;
}

std::string st::printSimulateScript(llvm::ArrayRef<KernelLayout> kernels) {
  std::vector<std::string> names;
  for (const KernelLayout &layout : kernels)
    names.push_back(layout.name);
  return "#!/bin/sh\n"
         "# Builds both C simulations of every kernel with a plain C++ compiler:\n"
         "#   <kernel>_sequential   tasks in turn, FIFOs without bound: the semantics of AMD's C simulation\n"
         "#                         exit status 5 tells that tasks loop back, and cannot run in turn\n"
         "#   <kernel>_concurrent   a thread per task, FIFOs of the chosen depths; exit status 3 is a deadlock\n"
         "# usage: simulate.sh [FOLDER]      CXX and CXXFLAGS are honoured, e.g. CXXFLAGS=-fsanitize=thread\n"
         "set -eu\n"
         "source=$(cd \"$(dirname \"$0\")\" && pwd)\n"
         "build=${1:-$source/build}\n"
         "mkdir -p \"$build\"\n"
         "# Contraction off and wrap-around on: the same bits as the reference on every machine. Padding, which may\n"
         "# hold anything, holds the same in both simulations, and who takes it for data gets wrong results.\n"
         "flags=\"-std=c++17 -O3 -ffp-contract=off -fwrapv -ftrivial-auto-var-init=pattern\"\n"
         "flags=\"$flags -Wno-unknown-pragmas -pthread -I$source/compat\"\n\n"
         "for kernel in " +
         llvm::join(names, " ") +
         "; do\n"
         "  for mode in sequential concurrent; do\n"
         "    define=\n"
         "    [ $mode = sequential ] || define=-DST_CONCURRENT\n"
         "    ${CXX:-g++} $flags $define ${CXXFLAGS:-} \\\n"
         "        \"$source/$kernel.cpp\" \"$source/${kernel}_testbench.cpp\" -o \"$build/${kernel}_$mode\" &\n"
         "    jobs=\"${jobs:-} $!\"\n"
         "  done\n"
         "done\n"
         "for job in $jobs; do\n"
         "  wait \"$job\"\n"
         "done\n";
}
