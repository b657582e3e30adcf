//===- HlsBuild.h - Many emitted designs in one program ---------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_BATCH_HLSBUILD_H
#define ST_UNITTESTS_BATCH_HLSBUILD_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <array>
#include <map>
#include <string>
#include <vector>

namespace st::testing {

/// Builds the C simulations of many designs in one folder.
class SimulationBuilder {
public:
  /// Works in the folder `work`, with `parallel` compilers at a time. With `cached`, ccache keeps what has been
  /// compiled before, where it is installed.
  SimulationBuilder(llvm::StringRef work, unsigned parallel, bool cached = true);

  /// Precompiles the runtime headers.
  llvm::Error prepare();

  /// Builds both C simulations of the designs in `hlsFolders`, whose kernels have different names. Several kernels
  /// share a translation unit, so that a design costs its own code only. Afterwards `<hls>/build/<kernel>_<simulation>`
  /// are the programs that `simulate.sh` would have built; they last until the next call. Returns, by folder, what the
  /// compiler said about those that do not compile.
  llvm::Expected<std::map<std::string, std::string>> build(llvm::ArrayRef<std::string> hlsFolders);

private:
  struct DesignFiles;
  struct Unit;

  std::vector<Unit> formUnits(llvm::ArrayRef<DesignFiles> designs) const;
  /// What the compiler said about each unit and simulation; empty where it compiled.
  std::vector<std::array<std::string, 2>> compile(llvm::ArrayRef<Unit> units);
  std::string link(llvm::ArrayRef<Unit> units, llvm::StringRef simulation);
  std::string program(llvm::StringRef simulation) const;
  std::string call(llvm::StringRef simulation, llvm::ArrayRef<std::string> arguments) const;
  /// With the precompiled headers.
  std::string compileFile(llvm::StringRef simulation, const std::string &source, const std::string &object) const;

  std::string work, compiler, cache;
  bool isClang = false;
  unsigned parallel;
  bool cached;
};

/// The same for designs that are all there is.
llvm::Expected<std::map<std::string, std::string>> buildSimulations(llvm::ArrayRef<std::string> hlsFolders,
                                                                    llvm::StringRef work, unsigned parallel);

} // namespace st::testing

#endif // ST_UNITTESTS_BATCH_HLSBUILD_H
