//===- RandomItensor.h - Random itensor types and their brute-force meaning -------------------------*- C++ -*-===//

#ifndef ST_UNITTESTS_RANDOMITENSOR_H
#define ST_UNITTESTS_RANDOMITENSOR_H

#include "Dialect/LayoutAlgebra.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include <map>
#include <random>
#include <set>

namespace st::testing {

using Offset = llvm::SmallVector<int64_t>;

/// Draws types that are small enough to enumerate.
class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) { context.loadDialect<StDialect>(); }

  mlir::MLIRContext context;

  int64_t draw(int64_t low, int64_t high) { return std::uniform_int_distribution<int64_t>(low, high)(random); }

  ItensorType parse(llvm::StringRef text) {
    return mlir::cast<ItensorType>(mlir::parseType(("!st.itensor<" + text + ">").str(), &context));
  }

  /// Any type at all: re-access, windows, strides, diagonals, constants.
  ItensorType anyType() {
    while (true) {
      int64_t rank = draw(1, 3), loops = draw(0, 4);
      Offset tile, counts, steps, shape;
      for (int64_t i = 0; i < rank; ++i)
        tile.push_back(draw(1, 3));
      for (int64_t i = 0; i < loops; ++i) {
        counts.push_back(draw(1, 4));
        steps.push_back(draw(1, 6));
      }
      llvm::SmallVector<mlir::AffineExpr> results;
      for (int64_t i = 0; i < rank; ++i)
        results.push_back(mlir::getAffineConstantExpr(draw(0, 9) == 0 ? draw(1, 2) : 0, &context));
      for (int64_t loop = 0; loop < loops; ++loop) {
        if (draw(0, 5) == 0)
          continue;
        results[draw(0, rank - 1)] = results[draw(0, rank - 1)] + mlir::getAffineDimExpr(loop, &context);
      }
      auto map = mlir::AffineMap::get(loops, 0, results, &context);
      ItensorType type = make(tile, counts, steps, map);
      if (type)
        return type;
    }
  }

  /// A producer: tiles of some extent, loops split at random, in random order.
  ItensorType producer(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> tile) {
    struct Loop {
      int64_t dim, count, step;
    };
    llvm::SmallVector<Loop> loops;
    for (auto [dim, extent] : llvm::enumerate(shape)) {
      int64_t count = (extent + tile[dim] - 1) / tile[dim], step = tile[dim];
      int64_t inner = draw(1, 3);
      if (count % inner == 0) {
        loops.push_back({static_cast<int64_t>(dim), inner, step});
        step *= inner;
        count /= inner;
      }
      loops.push_back({static_cast<int64_t>(dim), count, step});
    }
    std::shuffle(loops.begin(), loops.end(), random);
    Offset counts, steps;
    llvm::SmallVector<mlir::AffineExpr> results(shape.size(), mlir::getAffineConstantExpr(0, &context));
    for (auto [index, loop] : llvm::enumerate(loops)) {
      counts.push_back(loop.count);
      steps.push_back(loop.step);
      results[loop.dim] = results[loop.dim] + mlir::getAffineDimExpr(index, &context);
    }
    return ItensorType::get(&context, tile, mlir::Float32Type::get(&context), shape, counts, steps,
                            mlir::AffineMap::get(loops.size(), 0, results, &context));
  }

  /// `type` with loops of one iteration strewn in and loops split: another spelling of the same sequence.
  ItensorType respell(ItensorType type) {
    Offset counts, steps;
    llvm::SmallVector<mlir::AffineExpr> replacements;
    for (auto [count, step] : llvm::zip(type.getTripCounts(), type.getSteps())) {
      if (draw(0, 2) == 0) {
        counts.push_back(1);
        steps.push_back(draw(1, 9));
      }
      int64_t inner = draw(1, 3);
      mlir::AffineExpr expr = mlir::getAffineDimExpr(counts.size(), &context);
      if (inner > 1 && count % inner == 0) {
        counts.push_back(count / inner);
        steps.push_back(step * inner);
        counts.push_back(inner);
        steps.push_back(step);
        expr = expr + mlir::getAffineDimExpr(counts.size() - 1, &context);
      } else {
        counts.push_back(count);
        steps.push_back(step);
      }
      replacements.push_back(expr);
    }
    mlir::AffineMap map = type.getIterMap().replaceDimsAndSymbols(replacements, {}, counts.size(), 0);
    return ItensorType::get(&context, type.getElementShape(), type.getElementType(), type.getDataShape(), counts,
                            steps, map);
  }

  std::mt19937 random;

private:
  /// Null when the map doubles a dimension, which the type does not allow.
  ItensorType make(llvm::ArrayRef<int64_t> tile, llvm::ArrayRef<int64_t> counts, llvm::ArrayRef<int64_t> steps,
                   mlir::AffineMap map) {
    for (mlir::AffineExpr expr : map.getResults()) {
      bool doubled = false;
      expr.walk([&](mlir::AffineExpr part) { doubled |= part.getKind() == mlir::AffineExprKind::Mul; });
      if (doubled)
        return {};
    }
    mlir::Type f32 = mlir::Float32Type::get(&context);
    ItensorType whole = ItensorType::get(&context, tile, f32, counts, steps, map);
    // Cut the data shape so that the last tile may be partly padding.
    Offset shape = whole.getSpan();
    for (auto [extent, tileExtent] : llvm::zip(shape, tile))
      extent -= draw(0, tileExtent - 1);
    return ItensorType::get(&context, tile, f32, shape, counts, steps, map);
  }
};

/// Calls `visit` for every scalar position of a tile at `offset`, row-major, padding included.
template <typename Visit>
void forEachScalar(llvm::ArrayRef<int64_t> offset, llvm::ArrayRef<int64_t> tile, Visit visit) {
  Offset position(offset);
  while (true) {
    visit(llvm::ArrayRef<int64_t>(position));
    int64_t dim = tile.size() - 1;
    for (; dim >= 0; --dim) {
      if (++position[dim] < offset[dim] + tile[dim])
        break;
      position[dim] = offset[dim];
    }
    if (dim < 0)
      return;
  }
}

inline bool isInside(llvm::ArrayRef<int64_t> position, llvm::ArrayRef<int64_t> shape) {
  return llvm::all_of(llvm::zip(position, shape), [](auto pair) { return std::get<0>(pair) < std::get<1>(pair); });
}

/// How often each element of the logical tensor crosses.
inline std::map<Offset, int64_t> countElements(ItensorType type) {
  std::map<Offset, int64_t> counts;
  auto tile = type.getTileShape();
  for (const Offset &offset : enumerateOffsets(type))
    forEachScalar(offset, tile, [&](llvm::ArrayRef<int64_t> position) {
      if (isInside(position, type.getDataShape()))
        ++counts[Offset(position)];
    });
  return counts;
}

inline std::vector<Offset> scalarSequence(ItensorType type) {
  std::vector<Offset> sequence;
  auto tile = type.getTileShape();
  for (const Offset &offset : enumerateOffsets(type))
    forEachScalar(offset, tile, [&](llvm::ArrayRef<int64_t> position) { sequence.emplace_back(position); });
  return sequence;
}

} // namespace st::testing

#endif // ST_UNITTESTS_RANDOMITENSOR_H
