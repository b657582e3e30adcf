// One run of a compiled body: its registers, its memory, and where it stands.
#pragma once

#include "Reference/Fifo.h"
#include "Reference/Program.h"

#include <string>

namespace st::reference {

enum class Status {
  Ready,   ///< not started, or stopped where it can go on
  Blocked, ///< waits for a port
  Done,
  Failed
};

class Activation {
public:
  explicit Activation(const Program &program);
  ~Activation();
  Activation(const Activation &) = delete;
  Activation &operator=(const Activation &) = delete;

  /// Runs until the body is done, waits or fails.
  Status resume();

  template <typename T> T &reg(int32_t offset) { return *reinterpret_cast<T *>(registers + offset); }
  /// Hands a tensor in, or takes one out.
  void setTensor(int32_t offset, Reference tensor);
  Reference takeTensor(int32_t offset);

  /// The operation at which the activation stands (an mlir::Operation *).
  void *currentOrigin() const { return program.origins[at - program.code.data()]; }

  // For handlers: how an instruction ends the run. Each stays at `in`, so that a blocked instruction is tried again.
  const Instruction *block(const Instruction *in, Port *port);
  const Instruction *fail(const Instruction *in, std::string message);
  /// Fails without a message: diagnostics were emitted already.
  const Instruction *failSilently(const Instruction *in);
  const Instruction *finish(const Instruction *in);

  const Program &program;
  Status status = Status::Ready;
  /// What a blocked activation waits for.
  Port *waitsFor = nullptr;
  /// Why it failed; empty when that was reported.
  std::string message;

private:
  char *registers;
  const Instruction *at;
  std::vector<char *> memories;
};

} // namespace st::reference
