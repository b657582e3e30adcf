// NumPy's .npz archives: the tensors that users hand in and get back, by name.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace st {

/// A tensor on the host: row-major, little-endian.
struct Array {
  /// "f32", "f64", "f16", "i64", "i32", "i16", "i8", "u64", "u32", "u16", "u8"
  /// or "bool" (one byte, 0 or 1).
  std::string dtype;
  llvm::SmallVector<int64_t> shape;
  std::vector<char> bytes;

  /// Number of elements: the product of the shape.
  int64_t size() const;
  /// The elements as `T`, whose size must be that of the dtype.
  template <typename T> llvm::ArrayRef<T> as() const {
    return {reinterpret_cast<const T *>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

using NamedArrays = std::map<std::string, Array>;

/// Bytes per element of `dtype`, or nothing when it is not one of those that
/// Array lists.
std::optional<int64_t> bytesPerElement(llvm::StringRef dtype);

/// Reads an archive written by numpy.savez or numpy.savez_compressed. Nothing
/// in the file is trusted: every offset and size is checked, and errors name
/// the file, the array and the remedy.
llvm::Expected<NamedArrays> readNpz(llvm::StringRef path);

/// Writes an archive that numpy.load reads, uncompressed. Its bytes depend only
/// on `arrays`.
llvm::Error writeNpz(llvm::StringRef path, const NamedArrays &arrays);

} // namespace st
