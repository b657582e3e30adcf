//===- PropertyTypes.h - Random itensor types that shrink, and what they mean by enumeration ---------*- C++ -*-===//
//
// Nothing here asks the layout algebra anything: sequences come from evaluating the map at every iteration.
//
//===----------------------------------------------------------------------------------------------------------===//

#ifndef ST_UNITTESTS_DIALECT_PROPERTYTYPES_H
#define ST_UNITTESTS_DIALECT_PROPERTYTYPES_H

#include "Dialect/LayoutAlgebra.h"
#include "mlir/IR/AffineMap.h"
#include <rapidcheck.h>

namespace st::testing {

using Extents = llvm::SmallVector<int64_t>;

/// A context that is replaced now and then: it keeps every type that it has ever seen.
mlir::MLIRContext *getContext();
void recycleContext();

/// How many cases the next property runs on: as the environment variable says, else `usual`.
void setCases(const char *variable, int usual);

/// Counts what random cases turned out to be, and prints it.
void count(const std::string &what);
void printCounts();

std::string text(ItensorType type);

/// An integer from `low` to `high`, which shrinks to `low`.
int64_t draw(int64_t low, int64_t high);

/// What a type is drawn to have; they are drawn equally often.
enum class Feature { Plain, Sum, Reaccess, Ragged };

/// A data shape of `rank` dimensions, small enough to enumerate, and tiles for it; with `Feature::Ragged` some tile
/// does not divide its extent.
struct Shape {
  Extents extents, tile;
};
Shape drawShape(Feature feature, int64_t rank);

/// Any reader of a tensor of shape `extents`; `feature` is among what it does.
ItensorType drawReader(const Extents &extents, const Extents &tile, Feature feature);

/// A type that writes every element once: loops of mixed radix in any order.
ItensorType drawProducer(const Extents &extents, const Extents &tile);

/// Tiles of whole rows in row-major order: types of one shape that are drawn so often differ in grouping only.
ItensorType drawRowMajor(const Extents &extents);

/// `type` with loops that run once strewn in, and loops split.
ItensorType respell(ItensorType type);

/// Offsets of the slices in stream order.
std::vector<Extents> slicesOf(ItensorType type);

/// Whether a slice, and all of it that is data, lies inside the data shape.
bool isInside(llvm::ArrayRef<int64_t> position, llvm::ArrayRef<int64_t> extents);

/// The positions of the scalars in stream order, as indices of the box that `box` spans.
std::vector<int64_t> scalarsOf(ItensorType type, llvm::ArrayRef<int64_t> box);

/// The box that holds every scalar of both, padding included.
Extents boxOf(ItensorType a, ItensorType b);

/// The position of index `flat` of a box.
Extents positionOf(int64_t flat, llvm::ArrayRef<int64_t> box);

} // namespace st::testing

#endif // ST_UNITTESTS_DIALECT_PROPERTYTYPES_H
