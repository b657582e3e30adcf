// The memory of a tensor: counted references, so that a tensor that nobody else reads is updated in place.
#pragma once

#include <cstdint>
#include <utility>

namespace st::reference {

/// A tensor's elements, row-major.
struct Buffer {
  char *data;
  int64_t bytes;
  int64_t references;
  /// Constants and inputs are read where they lie and never written.
  bool borrowed;

  /// A buffer with one reference. Every byte is 0xff: NaN for floats, so that reading what was never written shows.
  static Buffer *allocate(int64_t bytes);
  /// A view of memory that outlives it.
  static Buffer *borrow(const char *data, int64_t bytes);

  bool isWritable() const { return references == 1 && !borrowed; }
};

inline Buffer *retain(Buffer *buffer) {
  if (buffer)
    ++buffer->references;
  return buffer;
}
void destroy(Buffer *buffer);
inline void release(Buffer *buffer) {
  if (buffer && --buffer->references == 0)
    destroy(buffer);
}
/// Takes one reference and returns one to a buffer of the same content that may be written.
Buffer *makeWritable(Buffer *buffer);

/// Owns one reference.
class Reference {
public:
  Reference() = default;
  /// Takes over a reference.
  explicit Reference(Buffer *buffer) : buffer(buffer) {}
  Reference(const Reference &other) : buffer(retain(other.buffer)) {}
  Reference(Reference &&other) : buffer(std::exchange(other.buffer, nullptr)) {}
  Reference &operator=(Reference other) {
    std::swap(buffer, other.buffer);
    return *this;
  }
  ~Reference() { release(buffer); }
  Buffer *get() const { return buffer; }
  Buffer *operator->() const { return buffer; }
  explicit operator bool() const { return buffer; }

private:
  Buffer *buffer = nullptr;
};

} // namespace st::reference
