//===- OutputFiles.cpp - What a back end writes into its folder -----------------------------------------------===//

#include "Emit/Common/OutputFiles.h"
#include "Support/FileSystem.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

llvm::Error st::writeOutputFiles(llvm::StringRef directory, std::vector<OutputFile> files,
                                 llvm::ArrayRef<RuntimeFile> runtime) {
  for (const RuntimeFile &file : runtime)
    files.push_back({file.path, file.contents});
  for (const OutputFile &file : files) {
    llvm::SmallString<128> path(directory);
    llvm::sys::path::append(path, file.path);
    if (llvm::Error error = writeFile(path, file.contents))
      return error;
    if (llvm::StringRef(file.path).ends_with(".sh"))
      llvm::sys::fs::setPermissions(path, llvm::sys::fs::perms::all_read | llvm::sys::fs::perms::owner_write |
                                              llvm::sys::fs::perms::all_exe);
  }
  return llvm::Error::success();
}
