//===- st_testbench.h - Operands of a kernel in files -----------------------------------------------*- C++ -*-===//
//
// Used by the generated test benches: raw little-endian files to and from the arrays that a kernel takes. Plain C++,
// and of the HLS types only what AMD's headers offer, so that AMD's C simulation builds it as well.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_TESTBENCH_H
#define ST_TESTBENCH_H

#include "ap_int.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <pthread.h>
#include <string>
#include <vector>

namespace st {
namespace testbench {

/// Exit status for a wrong command line or file.
const int exit_usage = 2;

[[noreturn]] inline void fail(const std::string &message) {
  std::fprintf(stderr, "error: %s\n", message.c_str());
  std::exit(exit_usage);
}

/// Checks that there is one file per operand, and one number per size after them.
inline void expect_files(int argc, char **argv, const std::vector<std::string> &operands,
                         const std::vector<std::string> &sizes = {}) {
  if (argc == static_cast<int>(operands.size() + sizes.size()) + 1)
    return;
  std::string usage = std::string("usage: ") + argv[0];
  for (const std::string &name : operands)
    usage += " " + name + ".bin";
  for (const std::string &name : sizes)
    usage += " " + name;
  fail(usage);
}

/// A size of the launch.
inline int read_size(const char *text) {
  char *end = nullptr;
  const long value = std::strtol(text, &end, 10);
  if (end == text || *end || value < 0)
    fail(std::string("'") + text + "' is no size");
  return static_cast<int>(value);
}

/// An array that a kernel takes. Unlike std::vector it is one for bool too.
template <typename T> class operand {
public:
  explicit operand(size_t count) : elements_(new T[count]()), count_(count) {}
  T *data() { return elements_.get(); }
  size_t size() const { return count_; }
  T &operator[](size_t i) { return elements_[i]; }
  const T &operator[](size_t i) const { return elements_[i]; }

private:
  std::unique_ptr<T[]> elements_;
  size_t count_;
};

/// How an element of an operand is laid in a file: as it is in memory, or byte by byte for arbitrary precision.
template <typename T> struct element_format {
  static const size_t bytes = sizeof(T);
  static void load(T &element, const unsigned char *from) { std::memcpy(&element, from, bytes); }
  static void store(const T &element, unsigned char *to) { std::memcpy(to, &element, bytes); }
};
template <int W> struct element_format<ap_uint<W>> {
  static_assert(W % 8 == 0, "a memory port is a multiple of 8 bits wide");
  static const size_t bytes = W / 8;
  // In chunks as large as divide the width: this is the hot path of a test bench.
  static const int chunk = W % 32 == 0 ? 4 : 1;
  static void load(ap_uint<W> &element, const unsigned char *from) {
    for (int byte = 0; byte < W / 8; byte += chunk) {
      uint32_t bits = 0;
      std::memcpy(&bits, from + byte, chunk);
      element.range(8 * (byte + chunk) - 1, 8 * byte) = bits;
    }
  }
  static void store(const ap_uint<W> &element, unsigned char *to) {
    for (int byte = 0; byte < W / 8; byte += chunk) {
      const uint32_t bits = element.range(8 * (byte + chunk) - 1, 8 * byte).to_uint();
      std::memcpy(to + byte, &bits, chunk);
    }
  }
};

/// An operand of `count` elements, read from a file of exactly that size.
template <typename T> operand<T> read_operand(const char *path, size_t count) {
  const size_t bytes = count * element_format<T>::bytes;
  std::vector<unsigned char> raw(bytes + 1);
  std::FILE *file = std::fopen(path, "rb");
  if (!file)
    fail(std::string("cannot open '") + path + "'");
  const size_t got = std::fread(raw.data(), 1, raw.size(), file);
  std::fclose(file);
  if (got != bytes)
    fail(std::string("'") + path + "' must have " + std::to_string(bytes) + " bytes");
  operand<T> elements(count);
  for (size_t i = 0; i < count; ++i)
    element_format<T>::load(elements[i], raw.data() + i * element_format<T>::bytes);
  return elements;
}

template <typename T> void write_operand(const char *path, const operand<T> &elements) {
  std::vector<unsigned char> raw(elements.size() * element_format<T>::bytes);
  for (size_t i = 0; i < elements.size(); ++i)
    element_format<T>::store(elements[i], raw.data() + i * element_format<T>::bytes);
  std::FILE *file = std::fopen(path, "wb");
  if (!file || std::fwrite(raw.data(), 1, raw.size(), file) != raw.size() || std::fclose(file) != 0)
    fail(std::string("cannot write '") + path + "'");
}

/// Calls `body` in a thread whose stack holds what is block RAM on the device, and waits for it.
inline void run_kernel(std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, size_t(256) << 20);
  pthread_t thread;
  auto start = [](void *argument) -> void * {
    (*static_cast<std::function<void()> *>(argument))();
    return nullptr;
  };
  if (pthread_create(&thread, &attributes, start, &body) != 0)
    fail("cannot start the kernel's thread");
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

} // namespace testbench
} // namespace st

#endif // ST_TESTBENCH_H
