#include "Reference/Buffer.h"
#include "Reference/Program.h"

#include <cstdlib>
#include <cstring>

using namespace st::reference;

Buffer *Buffer::allocate(int64_t bytes) {
  char *data = static_cast<char *>(std::malloc(bytes ? bytes : 1));
  std::memset(data, 0xff, bytes);
  return new Buffer{data, bytes, 1, false};
}

Buffer *Buffer::borrow(const char *data, int64_t bytes) { return new Buffer{const_cast<char *>(data), bytes, 1, true}; }

void st::reference::destroy(Buffer *buffer) {
  if (!buffer->borrowed)
    std::free(buffer->data);
  delete buffer;
}

Buffer *st::reference::makeWritable(Buffer *buffer) {
  if (buffer->isWritable())
    return buffer;
  Buffer *copy = Buffer::allocate(buffer->bytes);
  std::memcpy(copy->data, buffer->data, buffer->bytes);
  release(buffer);
  return copy;
}

int64_t st::reference::memoryBytes(Kind kind) {
  switch (kind) {
  case Kind::I1:
  case Kind::I8:
    return 1;
  case Kind::F16:
  case Kind::BF16:
  case Kind::I16:
    return 2;
  case Kind::F32:
  case Kind::I32:
    return 4;
  case Kind::F64:
  case Kind::I64:
    return 8;
  }
  return 0;
}

int64_t st::reference::registerBytes(Kind kind) {
  return kind == Kind::F16 || kind == Kind::BF16 ? 4 : memoryBytes(kind);
}
