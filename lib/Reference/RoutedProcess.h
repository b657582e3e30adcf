// st.itensor_chunk, st.itensor_concat and st.itensor_join: slices go between one stream and its parts.
#pragma once

#include "Dialect/LayoutAlgebra.h"
#include "Reference/Process.h"

namespace st::reference {

class RoutedProcess : public Process {
public:
  /// `splits`: from the whole to its parts, else the other way.
  RoutedProcess(std::string name, mlir::Operation *op, const Routing &routing, bool splits, Fifo &whole,
                llvm::ArrayRef<Fifo *> parts, const Session &session);
  Status resume() override;

private:
  /// The part that slice `moved` of the whole belongs to.
  unsigned currentPart() const;

  TileLayout layout;
  bool splits;
  Port *whole;
  llvm::SmallVector<Port *> parts;
  /// Slices of the whole per iteration of the loop that goes from part to part; iterations of that loop; where each
  /// part ends among them.
  int64_t slicesInside = 1, iterations;
  llvm::SmallVector<int64_t> ends;
  int64_t slices, moved = 0;
  /// Tokens of the current slice that have arrived or left.
  int64_t tokens = 0;
  std::vector<char> tile;
  bool tileIsFull = false;
};

} // namespace st::reference
