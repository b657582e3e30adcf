#include "Support/FileSystem.h"

#include "Support/Error.h"
#include "Support/Interruption.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

Expected<std::unique_ptr<MemoryBuffer>> st::readFile(StringRef filePath) {
  if (fs::is_directory(filePath))
    return makeError("{0}: is a folder, a file was expected", filePath);
  auto buffer = MemoryBuffer::getFile(filePath, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return makeError("{0}: cannot be read: {1}; check the path and its permissions", filePath,
                     buffer.getError().message());
  return std::move(*buffer);
}

/// Writes to an open place that may be a device.
static Error writeStream(StringRef filePath, raw_fd_ostream &stream, StringRef contents) {
  stream << contents;
  stream.close();
  if (!stream.has_error())
    return Error::success();
  std::error_code error = stream.error();
  stream.clear_error();
  return st::makeError("{0}: cannot be written completely: {1}; nothing was kept of it", filePath, error.message());
}

Error st::writeFile(StringRef filePath, StringRef contents) {
  // An interruption neither sees half a file nor comes between its folder and itself.
  InterruptionWaits waits;
  StringRef parent = path::parent_path(filePath);
  if (!parent.empty())
    if (std::error_code error = fs::create_directories(parent))
      return makeError("{0}: cannot create the folder: {1}", parent, error.message());
  std::error_code error;
  fs::file_status status;
  if (!fs::status(filePath, status) && !fs::is_regular_file(status)) {
    // A device or a pipe has to be written where it is.
    raw_fd_ostream stream(filePath, error);
    if (error)
      return makeError("{0}: cannot be written: {1}", filePath, error.message());
    return writeStream(filePath, stream, contents);
  }
  // A file takes its name when it is complete.
  SmallString<128> temporary;
  int descriptor;
  if ((error = fs::createUniqueFile(filePath + ".writing-%%%%%%%%", descriptor, temporary)))
    return makeError("{0}: cannot be written: {1}", filePath, error.message());
  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  Error result = writeStream(filePath, stream, contents);
  if (!result && (error = fs::rename(temporary, filePath)))
    result = makeError("{0}: cannot be written: {1}", filePath, error.message());
  if (result)
    fs::remove(temporary);
  return result;
}

/// Nobody's work is deleted by a mistyped output path.
static Error checkReplaceable(StringRef folder) {
  if (!fs::exists(folder))
    return Error::success();
  if (!fs::is_directory(folder))
    return st::makeError("{0}: exists and is not a folder; choose another output path", folder);
  SmallString<128> design(folder);
  path::append(design, "design.json");
  std::error_code error;
  bool isEmpty = fs::directory_iterator(folder, error) == fs::directory_iterator();
  if (error)
    return st::makeError("{0}: cannot be listed: {1}", folder, error.message());
  if (isEmpty || fs::exists(design))
    return Error::success();
  return st::makeError("{0}: exists, is not empty and holds no design.json, so "
                       "it is not overwritten; remove it or "
                       "choose another output path",
                       folder);
}

Expected<st::OutputFolder> st::OutputFolder::create(StringRef folder) {
  SmallString<128> final(folder);
  if (std::error_code error = fs::make_absolute(final))
    return makeError("{0}: {1}", folder, error.message());
  path::remove_dots(final, /*remove_dot_dot=*/true);
  if (Error error = checkReplaceable(final))
    return error;
  StringRef parent = path::parent_path(final);
  if (std::error_code error = fs::create_directories(parent))
    return makeError("{0}: cannot create the folder: {1}", parent, error.message());
  SmallString<128> temporary;
  std::error_code error;
  // A taken name is only bad luck; a few attempts tell it from a folder that
  // cannot be written.
  for (unsigned attempt = 0; attempt < 8; ++attempt) {
    fs::createUniquePath(final + ".writing-%%%%%%%%", temporary,
                         /*MakeAbsolute=*/false);
    InterruptionWaits waits;
    error = fs::create_directory(temporary, /*IgnoreExisting=*/false);
    if (!error)
      removeOnInterrupt(temporary);
    if (!error)
      return OutputFolder(final.str().str(), temporary.str().str());
  }
  return makeError("{0}: cannot be created: {1}; check that {2} is writable", final, error.message(), parent);
}

st::OutputFolder::OutputFolder(OutputFolder &&other)
    : final(std::move(other.final)), current(std::move(other.current)), done(other.done) {
  other.done = true;
}

st::OutputFolder::~OutputFolder() {
  if (done)
    return;
  InterruptionWaits waits;
  fs::remove_directories(current);
  keepOnInterrupt(current);
}

std::string st::OutputFolder::path(StringRef name) const {
  SmallString<128> result(current);
  path::append(result, name);
  return result.str().str();
}

Error st::OutputFolder::commit() {
  // From the old design to the new one without a moment in which there is neither.
  InterruptionWaits waits;
  // Checked again: another process may have put something there meanwhile.
  if (Error error = checkReplaceable(final))
    return error;
  std::string previous;
  if (fs::exists(final)) {
    previous = current + ".previous";
    if (std::error_code error = fs::rename(final, previous))
      return makeError("{0}: cannot be replaced: {1}", final, error.message());
  }
  if (std::error_code error = fs::rename(current, final)) {
    if (!previous.empty())
      fs::rename(previous, final);
    return makeError("{0}: cannot be created: {1}", final, error.message());
  }
  if (!previous.empty())
    fs::remove_directories(previous);
  keepOnInterrupt(current);
  current = final;
  done = true;
  return Error::success();
}
