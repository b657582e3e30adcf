// What a function or task body is compiled to: instructions on a file of registers.
//
// A register is 8 or more bytes at an offset in the register file. It holds a scalar, the lanes of a vector
// (contiguous), the address of a memref's first element, a Buffer * (a tensor) or a Port * (an itensor or stream).
// Nothing of MLIR remains, so that a task is resumed where it stopped by nothing more than its program counter.
#pragma once

#include "Reference/Buffer.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace st::reference {

class Activation;
struct Instruction;

/// Element types. f16 and bf16 have 2 bytes in memory and are computed on as float, rounded after every operation.
enum class Kind : uint8_t { F32, F64, F16, BF16, I1, I8, I16, I32, I64 };

/// Bytes of one element in tensors, memrefs and FIFOs.
int64_t memoryBytes(Kind kind);
/// Bytes of one lane in a register.
int64_t registerBytes(Kind kind);

/// Executes one instruction; returns the next, or null when the activation stops (it then knows why).
using Handler = const Instruction *(*)(const Instruction *in, char *registers, Activation &activation);

/// What an instruction works on; which fields it uses is said beside its handler.
struct Instruction {
  Handler run = nullptr;
  /// Offsets of registers, in bytes.
  int32_t dst = 0, a = 0, b = 0, c = 0;
  int32_t lanes = 1;
  /// Where a jump goes, relative to this instruction.
  int32_t target = 0;
  int64_t value = 0;
  const void *data = nullptr;
};

/// A compiled body. Its tables live as long as it does; activations refer to them.
struct Program {
  std::vector<Instruction> code;
  /// For every instruction the operation that it comes from (an mlir::Operation *), for diagnostics.
  std::vector<void *> origins;
  /// The register file at the start: constants, and zero elsewhere.
  std::vector<char> initial;
  /// Registers that hold tensors; their references end with the activation.
  std::vector<int32_t> tensorRegisters;
  /// Memory that belongs to an activation: the register that points to it, and its size.
  struct Memory {
    int32_t reg;
    int64_t bytes;
  };
  std::vector<Memory> memories;
  /// Registers that the caller fills, and those that it takes when the body is done.
  llvm::SmallVector<int32_t> arguments, results;
  /// Constants of tensors and memrefs, alive for as long as the program.
  std::vector<Reference> constants;
  /// Side tables of instructions.
  std::vector<std::shared_ptr<void>> tables;

  template <typename T> const T *addTable(T table) {
    auto owned = std::make_shared<T>(std::move(table));
    tables.push_back(owned);
    return owned.get();
  }
};

} // namespace st::reference
