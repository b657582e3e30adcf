#include "Target.h"
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

using namespace st::fuzz;

InputFile::InputFile(llvm::StringRef name) {
  const char *memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
  folder = std::string(memory) + "/streamtensor-fuzz-XXXXXX";
  if (!mkdtemp(folder.data()))
    std::abort();
  path = folder + "/" + name.str();
}

InputFile::~InputFile() {
  unlink(path.c_str());
  rmdir(folder.c_str());
}

llvm::StringRef InputFile::write(const uint8_t *data, size_t size) {
  // A new file each time: a reader may still hold the last one mapped, and truncating that would pull it away.
  unlink(path.c_str());
  std::FILE *file = std::fopen(path.c_str(), "wb");
  if (!file || std::fwrite(data, 1, size, file) != size || std::fclose(file) != 0)
    std::abort();
  return path;
}
