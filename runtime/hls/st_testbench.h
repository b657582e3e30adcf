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

/// Checks that there is one file per operand.
inline void expect_files(int argc, char **argv, const std::vector<std::string> &operands) {
  if (argc == static_cast<int>(operands.size()) + 1)
    return;
  std::string usage = std::string("usage: ") + argv[0];
  for (const std::string &name : operands)
    usage += " " + name + ".bin";
  fail(usage);
}

/// How an element of an operand is laid in a file: as it is in memory, or word by word for arbitrary precision.
template <typename T> struct element_format {
  static const size_t bytes = sizeof(T);
  static void load(T &element, const unsigned char *from) { std::memcpy(&element, from, bytes); }
  static void store(const T &element, unsigned char *to) { std::memcpy(to, &element, bytes); }
};
template <int W> struct element_format<ap_uint<W>> {
  static_assert(W % 32 == 0, "a memory port is a multiple of 32 bits wide");
  static const size_t bytes = W / 8;
  static void load(ap_uint<W> &element, const unsigned char *from) {
    for (int word = 0; word < W / 32; ++word) {
      uint32_t bits;
      std::memcpy(&bits, from + 4 * word, 4);
      element.range(32 * word + 31, 32 * word) = bits;
    }
  }
  static void store(const ap_uint<W> &element, unsigned char *to) {
    for (int word = 0; word < W / 32; ++word) {
      const uint32_t bits = element.range(32 * word + 31, 32 * word).to_uint();
      std::memcpy(to + 4 * word, &bits, 4);
    }
  }
};

/// An operand of `count` elements, read from a file of exactly that size.
template <typename T> std::vector<T> read_operand(const char *path, size_t count) {
  const size_t bytes = count * element_format<T>::bytes;
  std::vector<unsigned char> raw(bytes + 1);
  std::FILE *file = std::fopen(path, "rb");
  if (!file)
    fail(std::string("cannot open '") + path + "'");
  const size_t got = std::fread(raw.data(), 1, raw.size(), file);
  std::fclose(file);
  if (got != bytes)
    fail(std::string("'") + path + "' must have " + std::to_string(bytes) + " bytes");
  std::vector<T> operand(count);
  for (size_t i = 0; i < count; ++i)
    element_format<T>::load(operand[i], raw.data() + i * element_format<T>::bytes);
  return operand;
}

template <typename T> void write_operand(const char *path, const std::vector<T> &operand) {
  std::vector<unsigned char> raw(operand.size() * element_format<T>::bytes);
  for (size_t i = 0; i < operand.size(); ++i)
    element_format<T>::store(operand[i], raw.data() + i * element_format<T>::bytes);
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
