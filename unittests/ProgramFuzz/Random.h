//===- Random.h - Choices that a seed decides -------------------------------------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_PROGRAMFUZZ_RANDOM_H
#define ST_UNITTESTS_PROGRAMFUZZ_RANDOM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <initializer_list>
#include <random>

namespace st::testing {

/// The same choices on every machine: the library's distributions are not specified that far.
class Random {
public:
  explicit Random(uint64_t seed) : generator(seed * 0x9e3779b97f4a7c15ull + 1) {}

  uint64_t bits() { return generator(); }
  /// 0 to `count` - 1.
  int64_t below(int64_t count) { return int64_t(generator() % uint64_t(count)); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename T> T pick(llvm::ArrayRef<T> choices) { return choices[below(choices.size())]; }
  template <typename T> T pick(std::initializer_list<T> choices) { return choices.begin()[below(choices.size())]; }
  template <typename T> void shuffle(llvm::SmallVectorImpl<T> &list) {
    for (size_t i = list.size(); i > 1; --i)
      std::swap(list[i - 1], list[below(i)]);
  }

private:
  std::mt19937_64 generator;
};

} // namespace st::testing

#endif // ST_UNITTESTS_PROGRAMFUZZ_RANDOM_H
