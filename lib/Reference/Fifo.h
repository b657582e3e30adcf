// FIFOs: what tasks talk through.
#pragma once

#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <string>
#include <vector>

namespace st::reference {

/// A queue of hardware tokens with one writer and any number of readers, each of which sees the whole sequence. A token
/// leaves when the slowest reader has taken it.
class Fifo {
public:
  /// `depth` in tokens; 0 is unbounded.
  Fifo(std::string name, int64_t tokenBytes, int64_t depth);

  /// Returns the number of the new reader.
  int addReader();

  /// Tokens that can be pushed now.
  int64_t room() const;
  /// Tokens that `reader` can pop now.
  int64_t available(int reader) const { return written - read[reader]; }
  /// Tokens that have been pushed and not been popped by every reader.
  int64_t occupancy() const { return written - slowest(); }

  /// Appends `count` tokens, at most `room()`.
  void push(const char *tokens, int64_t count);
  /// Takes `count` tokens, at most `available(reader)`.
  void pop(int reader, char *tokens, int64_t count);

  const std::string name;
  const int64_t tokenBytes;
  const int64_t depth;
  /// Tokens pushed so far.
  int64_t written = 0;
  /// Tokens popped so far, by reader.
  llvm::SmallVector<int64_t, 2> read;

private:
  int64_t slowest() const;
  void grow(int64_t tokens);

  /// A ring of a power of two of tokens.
  std::vector<char> ring;
  int64_t capacity = 0;
};

/// One task's end of a FIFO.
struct Port {
  Fifo *fifo = nullptr;
  /// Which reader; -1 for the writer.
  int reader = -1;
  /// What the itensor's type promises, in tokens; -1 for streams, whose types do not tell.
  int64_t promised = -1;
  int64_t tokensPerSlice = 1;
  /// Tokens moved so far.
  int64_t moved = 0;

  bool isReader() const { return reader >= 0; }
  /// Tokens that can be moved now.
  int64_t ready() const { return isReader() ? fifo->available(reader) : fifo->room(); }
};

} // namespace st::reference
