// Handlers of everything but scalar arithmetic, and the tables that they refer to.
//
// Beside each stands what it does with the fields of its instruction; [x] is the register that field x names.
#pragma once

#include "Reference/Program.h"

#include <functional>

namespace st::reference {

struct Port;

//===----------------------------------------------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------------------------------------------===//

/// Ends the body.
const Instruction *runFinish(const Instruction *in, char *registers, Activation &activation);
/// Continues at `target`.
const Instruction *runJump(const Instruction *in, char *registers, Activation &activation);
/// Continues at `target` unless the i1 in [a].
const Instruction *runJumpUnless(const Instruction *in, char *registers, Activation &activation);
/// [dst] = [a]; continues at `target` unless [a] < [b]. Fails when the step [c] is not positive.
const Instruction *runEnterLoop(const Instruction *in, char *registers, Activation &activation);
/// [dst] += [c]; continues at `target` while [dst] < [b].
const Instruction *runNextIteration(const Instruction *in, char *registers, Activation &activation);
/// Copies `value` bytes from [a] to [dst].
const Instruction *runCopy(const Instruction *in, char *registers, Activation &activation);
/// The same for 8 bytes.
const Instruction *runCopyWord(const Instruction *in, char *registers, Activation &activation);

/// A loop of a linalg operation: fixed trip count, pointers that advance with it.
struct PointerLoop {
  int64_t trips;
  struct Step {
    int32_t reg;
    int64_t bytes;
  };
  llvm::SmallVector<Step, 4> pointers;
};
/// data = PointerLoop: counts [dst] up and continues at `target`; at the end puts counter and pointers back.
const Instruction *runNextPointers(const Instruction *in, char *registers, Activation &activation);
/// data = PointerLoop: advances its pointers by `trips` steps (or back, where negative).
const Instruction *runAdvancePointers(const Instruction *in, char *registers, Activation &activation);

/// data = std::function<bool(char *registers)>: calls it; fails when it returns false (it has told why).
using HostCall = std::function<bool(char *registers, Activation &activation)>;
const Instruction *runHostCall(const Instruction *in, char *registers, Activation &activation);

//===----------------------------------------------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------------------------------------------===//

/// Every lane of [dst] = the first lane of [a]; one handler for each size of a lane.
Handler handlerSplat(Kind kind);
/// Lane i of [dst] (i64) = value + [a] * c + i, c being a number.
const Instruction *runIota(const Instruction *in, char *registers, Activation &activation);
/// Lanes of [dst] = lanes of [a] in the order of the table (std::vector<int32_t>).
Handler handlerShuffle(Kind kind);
/// [dst] = the group of `value` lanes number [b] of the vector [a] of `lanes` lanes; or it becomes [a].
Handler handlerExtractLane(Kind kind);
Handler handlerInsertLane(Kind kind);

//===----------------------------------------------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------------------------------------------===//

/// Where an access lies relative to the first element: a fixed part and one part per varying index.
struct Address {
  int64_t bytes = 0;
  struct Index {
    int32_t reg;
    int64_t stride;
    /// The largest index that stays inside.
    int64_t limit;
    /// Which index of the operation this is.
    int32_t position;
    /// How far the last lane's index is from the first's, which is the one in the register.
    int64_t reach = 0;
  };
  llvm::SmallVector<Index, 4> indices;
};

/// Loads `lanes` elements at [a] + data (Address), next to each other.
Handler handlerLoad(Kind kind, int64_t indices, bool lanes);
/// Stores the lanes of [b] at [a] + data (Address), next to each other.
Handler handlerStore(Kind kind, int64_t indices, bool lanes);
/// Loads or stores lanes that lie `value` bytes apart at the pointer [a].
Handler handlerLoadStrided(Kind kind);
Handler handlerStoreStrided(Kind kind);

/// The same at [a] + data (Address), for strips of iterations: [dst] or from [b].
Handler handlerLoadStrip(Kind kind);
Handler handlerStoreStrip(Kind kind);

/// Lanes at given offsets from an address.
struct Gather {
  Address address;
  std::vector<int64_t> offsets;
};
/// The same as load and store for lanes in other places (data = Gather).
Handler handlerGather(Kind kind);
Handler handlerScatter(Kind kind);

/// [dst] = [a] + data (Address): a view.
const Instruction *runView(const Instruction *in, char *registers, Activation &activation);

/// A copy between two strided regions of the same shape.
struct StridedCopy {
  /// Bytes that lie next to each other on both sides.
  int64_t run = 0;
  struct Loop {
    int64_t count, toStride, fromStride;
  };
  /// Outermost first.
  llvm::SmallVector<Loop, 4> loops;

  /// Strides in bytes, one for each extent.
  static StridedCopy plan(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> toStrides,
                          llvm::ArrayRef<int64_t> fromStrides, int64_t elementBytes);
  void execute(char *to, const char *from) const;
};
/// Memory [dst] = memory [a] (data = StridedCopy).
const Instruction *runCopyMemory(const Instruction *in, char *registers, Activation &activation);

//===----------------------------------------------------------------------------------------------------------===//
// Tensors: registers that own a reference to a Buffer
//===----------------------------------------------------------------------------------------------------------===//

/// [dst] = a new tensor of `value` bytes.
const Instruction *runAllocate(const Instruction *in, char *registers, Activation &activation);
/// [dst] = the constant `data` (a Buffer).
const Instruction *runConstant(const Instruction *in, char *registers, Activation &activation);
/// [dst] = [a], which gives its reference away.
const Instruction *runMove(const Instruction *in, char *registers, Activation &activation);
/// [dst] = [a], both own it.
const Instruction *runShare(const Instruction *in, char *registers, Activation &activation);
/// [dst] gives its reference back.
const Instruction *runDrop(const Instruction *in, char *registers, Activation &activation);
/// [dst] may be written afterwards.
const Instruction *runMakeWritable(const Instruction *in, char *registers, Activation &activation);
/// [dst] = address of the elements of [a].
const Instruction *runData(const Instruction *in, char *registers, Activation &activation);

/// A region of a tensor.
struct Slice {
  Address address;
  StridedCopy copy;
};
/// [dst] = a new tensor of `value` bytes with the slice of [a] (data = Slice).
const Instruction *runExtractSlice(const Instruction *in, char *registers, Activation &activation);
/// The slice of [dst], which may be written, becomes [a] (data = Slice).
const Instruction *runInsertSlice(const Instruction *in, char *registers, Activation &activation);
/// Every element of the `value` bytes at the pointer [dst] becomes the scalar [a].
Handler handlerFill(Kind kind);

//===----------------------------------------------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------------------------------------------===//

/// How a tile lies in memory, in the order of its tokens.
struct TileLayout {
  int64_t tokens = 0;
  int64_t tokenBytes = 0;
  int64_t elementBytes = 0;
  /// Offsets of the elements in bytes; empty when they lie next to each other.
  std::vector<int64_t> offsets;
};
/// Moves the tokens of a tile between a port and memory, from number `moved` on; false when it must wait for the rest.
bool popTile(Port &port, char *to, const TileLayout &layout, int64_t &moved);
bool pushTile(Port &port, const char *from, const TileLayout &layout, int64_t &moved);
/// Pops a tile from port [a] into the memory at the pointer [dst]; [b] counts what has arrived (data = TileLayout).
const Instruction *runPopTile(const Instruction *in, char *registers, Activation &activation);
/// Pushes the tile at the pointer [dst] to port [a]; [b] counts what has left (data = TileLayout).
const Instruction *runPushTile(const Instruction *in, char *registers, Activation &activation);
/// Lanes of [dst] = one token of port [a].
Handler handlerPopToken(Kind kind);
/// One token of port [a] = lanes of [b].
Handler handlerPushToken(Kind kind);

} // namespace st::reference
