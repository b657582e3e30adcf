//===- LayoutAlgebra.h - What two iterative tensor types are to each other --------------------------*- C++ -*-===//
//
// Fusion, converters, DMAs and FIFO sizes all rest on the question whether two streams are the same. It is answered
// here and nowhere else. The functions are pure: types in, facts out; no pass, no IR.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_DIALECT_LAYOUTALGEBRA_H
#define ST_DIALECT_LAYOUTALGEBRA_H

#include "Dialect/StDialect.h"
#include <optional>
#include <string>

namespace st {

/// The canonical spelling of a type: unit loops dropped, contiguous loops merged. Two types stream the same slices in
/// the same order exactly when their canonical forms are equal.
ItensorType canonicalize(ItensorType type);

/// What connects a producer of one type to a reader of another.
enum class Relation {
  Equal,       ///< the same sequence of slices: a FIFO
  Regrouped,   ///< the same sequence of scalars in tokens of another shape: a width adapter, no buffer
  Convertible, ///< the same data in another order, or re-accessed: a converter
  Incompatible ///< other data shape or dtype, or data that the source does not hold
};
Relation relate(ItensorType source, ItensorType result);
llvm::StringRef stringify(Relation relation);

/// Why `type` cannot be produced: a producer writes every element of the data shape exactly once (no re-access, no
/// overlap, no gap). Names the dimension. nullopt when it can. Padding beyond the data shape is not judged.
std::optional<std::string> whyNotProducer(ItensorType type);

/// How a reader goes over the data; what `whyNotProducer` rules out for a producer is fine for it.
struct Access {
  /// Times that each slice crosses because of loops that the map does not use.
  int64_t repeats = 1;
  /// By data dimension, all others aside: whether slices share elements (windows), whether elements lie in no slice
  /// (skips), whether slices reach beyond the extent (padding).
  llvm::SmallVector<bool> overlaps, skips, padded;

  /// Whether some element crosses more than once.
  bool isRepeated() const;
};
Access describeAccess(ItensorType type);

/// Whether both types stream the same tokens in the same order, however many make a slice: one FIFO carries both.
bool haveSameTokens(ItensorType a, ItensorType b);

/// Whether `placed` streams the slices of `type` as those of a larger tensor, at a place that each run tells.
bool isPlacementOf(ItensorType placed, ItensorType type);

/// The slice offsets in stream order; the brute-force meaning of the type. `type.getNumTiles()` entries.
llvm::SmallVector<llvm::SmallVector<int64_t>> enumerateOffsets(ItensorType type);

/// Shape of the tensor packed by tiles as it lies in external memory: number of tiles along each data dimension
/// (the last may be partly padding), then the tile shape.
llvm::SmallVector<int64_t> packedShape(ItensorType type);

/// Whether every slice starts at a multiple of the tile, so that it is one tile of the packed tensor.
bool isTileAligned(ItensorType type);

/// Where data lies along one dimension as the loops from `firstLoop` on run: scalars per step of each loop.
struct LoopStride {
  unsigned loop;
  int64_t stride;
};

/// The loops that drive data dimension `dim`, outermost first, with the scalars that one iteration advances; loops
/// that run once are left out.
llvm::SmallVector<LoopStride> getLoopsOf(ItensorType type, unsigned dim);

/// The constant part of the offset along data dimension `dim`, in scalars.
int64_t getConstantOffset(ItensorType type, unsigned dim);

/// `type` with data dimensions collapsed (`shape` has fewer) or expanded (it has more), as tensor.collapse_shape and
/// tensor.expand_shape regroup those of a tensor: `reassociation` lists, for each dimension of the side of lower rank,
/// the dimensions of the other. The result streams the same scalars in the same order, slice by slice. nullopt when
/// some slice would be no slice of the regrouped tensor, or no itensor says where it lies. Vector elements are not
/// regrouped.
std::optional<ItensorType> reassociate(ItensorType type, llvm::ArrayRef<llvm::SmallVector<int64_t, 2>> reassociation,
                                       llvm::ArrayRef<int64_t> shape);

/// A tensor that is several tensors side by side along data dimension `dim`: which of them each slice of the stream
/// belongs to. One loop of the stream moves from part to part; its first `counts[0]` iterations are slices of part 0,
/// the next `counts[1]` of part 1, and so on.
struct Routing {
  /// The stream as a whole, canonical.
  ItensorType whole;
  unsigned loop;
  llvm::SmallVector<int64_t> counts;
  /// What part i streams, in the order in which the whole has it.
  llvm::SmallVector<ItensorType> parts;
};

/// Cuts `whole` along `dim` into parts of `extents` elements, which add up to its own. `whyNot` tells why some slice
/// belongs to no part.
std::optional<Routing> routeParts(ItensorType whole, unsigned dim, llvm::ArrayRef<int64_t> extents,
                                  std::string &whyNot);

/// `count` streams like `type`, side by side along `dim`, one slice of each in turn. nullopt when padding of one would
/// lie in the next.
std::optional<ItensorType> joinRoundRobin(ItensorType type, unsigned dim, int64_t count);

/// Elements that a converter adds before and after those of the source, by data dimension. Empty lists stand for none.
struct Padding {
  llvm::SmallVector<int64_t> low, high;

  int64_t lowOf(unsigned dim) const { return low.empty() ? 0 : low[dim]; }
  int64_t highOf(unsigned dim) const { return high.empty() ? 0 : high[dim]; }
  bool along(unsigned dim) const { return lowOf(dim) != 0 || highOf(dim) != 0; }
  bool isNone() const;
};

Padding getPadding(ItensorConverterOp converter);

/// `source` as the inner part of the padded tensor: its offsets moved by `padding.low`, its data shape grown.
ItensorType padShape(ItensorType source, const Padding &padding);

/// A circular line buffer. The source's loop after the shared ones (the row loop) appends `rowsPerFill` rows along
/// `dim` per iteration, whole in all other dimensions; the result's loop after the shared ones (the step loop) moves a
/// window along `dim`. Row r lies in slot r mod `slots`. In each round of the shared loops:
///
///   fill `firstFills` iterations of the row loop
///   for each segment, `count` times: for each entry of `fills`: drain one iteration of the step loop, then fill that
///   many iterations of the row loop
struct RollingPlan {
  struct Segment {
    int64_t count;
    llvm::SmallVector<int64_t> fills;
  };

  unsigned dim = 0;
  int64_t rowsPerFill = 1;
  /// A multiple of `rowsPerFill`.
  int64_t slots = 0;
  /// The result's row `low` + r is the source's row r, for r from 0 to `numRows`; others are padding.
  int64_t low = 0, numRows = 0;
  /// Whether the result reads padding rows; one more slot, the last, stands for all of them.
  bool hasPadRow = false;
  int64_t firstFills = 0;
  llvm::SmallVector<Segment> segments;
};

/// A circular buffer of whole slices. The n-th slice to arrive lies in slot n mod `slots` until it is read for the last
/// time; the slots that reads go to repeat after `period` rounds of the shared loops.
///
///   fill `lead` slices
///   for every slice that is still to come: drain `drainsPerFill` slices, then fill one
///   drain the rest
struct RingPlan {
  int64_t slots = 0, lead = 0, drainsPerFill = 1, period = 1;
};

/// The on-chip buffer of a layout converter (paper, Algorithm 1).
struct ConverterPlan {
  /// Extent of one half along each data dimension, in scalars, whole tiles. Padding included.
  llvm::SmallVector<int64_t> bufferShape;
  /// Leading loops that source and result share; the buffer is filled and drained once for each of their iterations.
  int64_t sharedLoops = 0;
  /// Times that the buffer is filled: product of the shared trip counts.
  int64_t rounds = 1;
  /// 2 (ping-pong) when a fill can overlap the drain before it; 1 when the buffer is filled only once.
  int64_t halves = 1;
  /// Data dimensions that the buffer holds only one tile of.
  llvm::SmallVector<bool> sharedDims;
  /// On-chip bytes of all halves.
  int64_t bytes = 0;
  /// The two sequences in the spelling whose first `sharedLoops` loops are the same: the canonical form, or that form
  /// with loops split so that more of them agree. With padding, the source as the inner part of the padded tensor.
  ItensorType source, result;
  /// What the converter adds around the source.
  Padding padding;
  /// How the buffer is used when it is a line buffer; `halves` is 1 then, and `bufferShape` has slots along `dim`.
  std::optional<RollingPlan> rolling;
  /// How the buffer is used when it holds slices in the order in which they arrive; `bufferShape` is that of one slice
  /// then, with the slots before it, and `halves` is 1.
  std::optional<RingPlan> ring;
};

/// Infers the converter between two convertible types; with `padding`, between a producer's type and one that streams
/// the padded tensor.
ConverterPlan inferConverter(ItensorType source, ItensorType result, const Padding &padding = {});

/// Algorithm 1 as specified, without line buffers: the upper bound of every plan.
ConverterPlan inferPingPongConverter(ItensorType source, ItensorType result, const Padding &padding = {});

/// The smallest line buffer between the two; nullopt when their loops are not of its form.
std::optional<ConverterPlan> inferRollingConverter(ItensorType source, ItensorType result, const Padding &padding = {});

/// The smallest circular buffer of slices that lets the source write and the result read at full rate; nullopt when
/// slices differ in shape, or nothing is gained over `pingPong`.
std::optional<ConverterPlan> inferRingConverter(const ConverterPlan &pingPong);

/// The fewest bytes that any buffer between the two sequences of `plan` holds at its fullest, however reads and writes
/// take turns: what has been written by then and is still to be read. nullopt when a round has more than a million
/// slices.
std::optional<int64_t> getLiveBytes(const ConverterPlan &plan);

} // namespace st

#endif // ST_DIALECT_LAYOUTALGEBRA_H
