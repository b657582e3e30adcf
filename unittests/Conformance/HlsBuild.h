//===- HlsBuild.h - Many emitted designs in one program ---------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_CONFORMANCE_HLSBUILD_H
#define ST_UNITTESTS_CONFORMANCE_HLSBUILD_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"
#include <map>
#include <string>

namespace st::testing {

/// Builds both C simulations of the designs in `hlsFolders`, whose kernels have different names, in folder `work`, with
/// `parallel` compilers at a time. The runtime headers are precompiled and several kernels share a translation unit, so
/// that a design costs its own code only. Afterwards `<hls>/build/<kernel>_<simulation>` are the programs that
/// `simulate.sh` would have built. Returns, by folder, what the compiler said about those that do not compile.
llvm::Expected<std::map<std::string, std::string>> buildSimulations(llvm::ArrayRef<std::string> hlsFolders,
                                                                    llvm::StringRef work, unsigned parallel);

} // namespace st::testing

#endif // ST_UNITTESTS_CONFORMANCE_HLSBUILD_H
