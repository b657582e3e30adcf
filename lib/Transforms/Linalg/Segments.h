//===- Segments.h - Segments of a block that repeat -------------------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_LINALG_SEGMENTS_H
#define ST_TRANSFORMS_LINALG_SEGMENTS_H

#include "mlir/IR/Operation.h"
#include <optional>
#include <string>

namespace st {

/// Whether `op` depends on nothing that is computed: a constant, an empty tensor, or one filled with a constant. Leaves
/// belong to no segment; each has those that it needs.
bool isLeaf(mlir::Operation *op);

/// `count` segments of `period` operations, one after the other from operation `first` on, that are equal but for their
/// constants.
struct Chain {
  /// A result of an operation of a segment.
  struct Place {
    unsigned op = 0, result = 0;
    bool operator==(const Place &other) const { return op == other.op && result == other.result; }
  };
  /// What a segment hands to the next, and what the first one takes instead.
  struct Carried {
    Place place;
    mlir::Value init;
  };

  int64_t first = 0, period = 1, count = 1;
  llvm::SmallVector<Carried> carried;
  /// Constants that differ, by segment.
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> slices;
  /// Values that all segments take, and leaves that each of them has.
  llvm::SmallVector<mlir::Value> again, leaves;
};

/// The operations of a block as a word over classes of equal operations.
class Segments {
public:
  explicit Segments(mlir::Block &block);

  /// All but leaves and the terminator, in order.
  llvm::ArrayRef<mlir::Operation *> getOps() const { return ops; }

  /// The chain that covers the most operations; among those, the one of the most segments, and then the one that
  /// carries the fewest values. nullopt when there is none.
  std::optional<Chain> findChain();

  /// The largest chain of equal segments that cannot be rolled, where no other was found.
  struct Rejected {
    mlir::Operation *at;
    int64_t count, period;
    std::string reason;
  };
  const std::optional<Rejected> &getRejected() const { return rejected; }

private:
  /// Fills in what the segments of `chain` take; why they cannot be rolled, if they cannot.
  std::optional<std::string> analyze(Chain &chain) const;
  std::optional<std::string> classify(Chain &chain, llvm::ArrayRef<mlir::Value> values) const;
  std::optional<std::string> checkUses(const Chain &chain) const;
  /// Whether the second segment takes anything from the first at all.
  bool isConnected(const Chain &chain) const;
  /// The segment and place of what defines `value`; nullopt for what no segment makes.
  std::optional<std::pair<int64_t, Chain::Place>> locate(const Chain &chain, mlir::Value value) const;

  llvm::SmallVector<mlir::Operation *> ops;
  llvm::DenseMap<mlir::Operation *, int64_t> numbers;
  /// By operation.
  llvm::SmallVector<unsigned> classes;
  std::optional<Rejected> rejected;
};

} // namespace st

#endif // ST_TRANSFORMS_LINALG_SEGMENTS_H
