//===- PropertyTypes.cpp - Random itensor types that shrink ---------------------------------------------------===//

#include "PropertyTypes.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <map>

using namespace mlir;
using namespace st;
using namespace st::testing;

static std::unique_ptr<MLIRContext> context;

MLIRContext *testing::getContext() {
  if (!context)
    recycleContext();
  return context.get();
}

void testing::recycleContext() {
  context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  context->loadDialect<StDialect>();
}

void testing::setCases(const char *variable, int usual) {
  const char *wanted = std::getenv(variable);
  // rapidcheck reads its configuration once, before the first property.
  std::string parameters = "max_success=" + (wanted ? std::string(wanted) : std::to_string(usual));
  if (const char *others = std::getenv("RC_PARAMS"))
    parameters = others + (" " + parameters);
  setenv("RC_PARAMS", parameters.c_str(), /*overwrite=*/1);
}

static std::map<std::string, int> counts;

void testing::count(const std::string &what) { ++counts[what]; }

void testing::printCounts() {
  for (auto &[what, number] : counts)
    std::printf("  %8d %s\n", number, what.c_str());
}

std::string testing::text(ItensorType type) {
  std::string result;
  llvm::raw_string_ostream(result) << type;
  return result;
}

int64_t testing::draw(int64_t low, int64_t high) {
  // Ranges grow with the number of the case otherwise, so that most cases would be tiny.
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<int64_t>(low, high + 1));
}

Shape testing::drawShape(Feature feature, int64_t rank) {
  Shape shape;
  int64_t largest = rank == 4 ? 4 : rank == 3 ? 6 : 9;
  for (int64_t dim = 0; dim < rank; ++dim) {
    shape.extents.push_back(draw(1, largest));
    shape.tile.push_back(draw(1, std::min<int64_t>(3, shape.extents.back())));
  }
  if (feature == Feature::Ragged) {
    int64_t dim = draw(0, rank - 1);
    shape.tile[dim] = draw(2, 3);
    shape.extents[dim] = shape.tile[dim] * draw(1, 2) + draw(1, shape.tile[dim] - 1);
  }
  return shape;
}

namespace {
/// Loops as they are drawn: how often they run, their step, and the data dimensions that they move along.
struct Loops {
  Extents counts, steps;
  SmallVector<AffineExpr> offsets;

  explicit Loops(int64_t rank) : offsets(rank, getAffineConstantExpr(0, getContext())) {}

  void add(int64_t count, int64_t step, ArrayRef<int64_t> dims) {
    for (int64_t dim : dims)
      offsets[dim] = offsets[dim] + getAffineDimExpr(counts.size(), getContext());
    counts.push_back(count);
    steps.push_back(step);
  }

  ItensorType make(const Extents &extents, const Extents &tile) const {
    return ItensorType::get(getContext(), tile, Float32Type::get(getContext()), extents, counts, steps,
                            AffineMap::get(counts.size(), 0, offsets, getContext()));
  }
};
} // namespace

ItensorType testing::drawReader(const Extents &extents, const Extents &tile, Feature feature) {
  constexpr int64_t mostSlices = 48;
  int64_t rank = extents.size(), slices = 1;
  Loops loops(rank);
  Extents room; // How far offsets may still move.
  for (int64_t dim = 0; dim < rank; ++dim) {
    room.push_back(extents[dim] - 1);
    if (int64_t start = std::min(room[dim], draw(0, 7) - 5); start > 0) {
      loops.offsets[dim] = getAffineConstantExpr(start, getContext());
      room[dim] -= start;
    }
  }
  auto addLoop = [&](SmallVector<int64_t> dims) {
    int64_t least = dims.empty() ? 2 : mostSlices;
    for (int64_t dim : dims)
      least = std::min(least, room[dim]);
    int64_t step = draw(1, std::max<int64_t>(1, std::min<int64_t>(least, 4)));
    int64_t most = dims.empty() ? 2 : least / step;
    int64_t count =
        1 + draw(dims.empty() ? 1 : 0, std::min<int64_t>({most, 4, std::max<int64_t>(0, mostSlices / slices - 1)}));
    for (int64_t dim : dims)
      room[dim] -= (count - 1) * step;
    slices *= count;
    loops.add(count, step, dims);
  };
  int64_t wanted = draw(0, 4), special = draw(0, wanted);
  for (int64_t loop = 0; loop <= wanted; ++loop) {
    int64_t dim = draw(0, rank - 1);
    if (loop == special && feature == Feature::Reaccess && slices <= mostSlices / 3) {
      addLoop({});
    } else if (loop == special && feature == Feature::Sum) {
      addLoop({dim});
      addLoop({dim});
    } else if (rank > 1 && draw(0, 15) == 15) {
      addLoop({dim, (dim + 1) % rank}); // A diagonal.
    } else {
      addLoop({dim});
    }
  }
  return loops.make(extents, tile);
}

ItensorType testing::drawProducer(const Extents &extents, const Extents &tile) {
  struct Loop {
    int64_t dim, count, step;
  };
  std::vector<Loop> drawn;
  for (int64_t dim = 0; dim < static_cast<int64_t>(extents.size()); ++dim) {
    int64_t count = llvm::divideCeil(extents[dim], tile[dim]), step = tile[dim];
    if (int64_t inner = draw(1, 3); count % inner == 0) {
      drawn.push_back({dim, inner, step});
      step *= inner;
      count /= inner;
    }
    drawn.push_back({dim, count, step});
  }
  // Selection by draws instead of a shuffle, so that orders shrink.
  Loops loops(extents.size());
  while (!drawn.empty()) {
    auto next = drawn.begin() + draw(0, drawn.size() - 1);
    loops.add(next->count, next->step, {next->dim});
    drawn.erase(next);
  }
  return loops.make(extents, tile);
}

ItensorType testing::drawRowMajor(const Extents &extents) {
  int64_t cut = draw(0, extents.size() - 1);
  Extents tile(extents.size(), 1);
  std::copy(extents.begin() + cut, extents.end(), tile.begin() + cut);
  do
    tile[cut] = draw(1, extents[cut]);
  while (extents[cut] % tile[cut] != 0);
  Loops loops(extents.size());
  for (int64_t dim = 0; dim <= cut; ++dim)
    loops.add(extents[dim] / tile[dim], tile[dim], {dim});
  return loops.make(extents, tile);
}

ItensorType testing::respell(ItensorType type) {
  Extents counts, steps;
  SmallVector<AffineExpr> replacements;
  for (auto [count, step] : llvm::zip(type.getTripCounts(), type.getSteps())) {
    if (draw(0, 2) == 2) {
      counts.push_back(1);
      steps.push_back(draw(1, 9));
    }
    int64_t inner = draw(1, 3);
    AffineExpr value = getAffineDimExpr(counts.size(), getContext());
    if (inner > 1 && count % inner == 0) {
      counts.push_back(count / inner);
      steps.push_back(step * inner);
      value = value + getAffineDimExpr(counts.size(), getContext());
      counts.push_back(inner);
    } else {
      counts.push_back(count);
    }
    steps.push_back(step);
    replacements.push_back(value);
  }
  AffineMap map = type.getIterMap().replaceDimsAndSymbols(replacements, {}, counts.size(), 0);
  return ItensorType::get(getContext(), type.getElementShape(), type.getElementType(), type.getDataShape(), counts,
                          steps, map);
}

static int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> values) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return values[dim.getPosition()];
  auto sum = cast<AffineBinaryOpExpr>(expr);
  return evaluate(sum.getLHS(), values) + evaluate(sum.getRHS(), values);
}

std::vector<Extents> testing::slicesOf(ItensorType type) {
  std::vector<Extents> slices;
  Extents values(type.getNumLoops(), 0);
  while (true) {
    Extents &offset = slices.emplace_back();
    for (AffineExpr expr : type.getIterMap().getResults())
      offset.push_back(evaluate(expr, values));
    int64_t loop = values.size() - 1;
    for (; loop >= 0; --loop) {
      values[loop] += type.getSteps()[loop];
      if (values[loop] < type.getTripCounts()[loop] * type.getSteps()[loop])
        break;
      values[loop] = 0;
    }
    if (loop < 0)
      return slices;
  }
}

bool testing::isInside(ArrayRef<int64_t> position, ArrayRef<int64_t> extents) {
  return llvm::all_of(llvm::zip(position, extents), [](auto pair) { return std::get<0>(pair) < std::get<1>(pair); });
}

std::vector<int64_t> testing::scalarsOf(ItensorType type, ArrayRef<int64_t> box) {
  std::vector<int64_t> scalars;
  Extents tile = type.getTileShape();
  int64_t inTile = ShapedType::getNumElements(tile);
  for (const Extents &slice : slicesOf(type))
    for (int64_t scalar = 0; scalar < inTile; ++scalar) {
      Extents within = positionOf(scalar, tile);
      int64_t flat = 0;
      for (unsigned dim = 0; dim < box.size(); ++dim)
        flat = flat * box[dim] + slice[dim] + within[dim];
      scalars.push_back(flat);
    }
  return scalars;
}

Extents testing::boxOf(ItensorType a, ItensorType b) {
  Extents box(a.getDataShape());
  for (ItensorType type : {a, b})
    for (const Extents &slice : slicesOf(type))
      for (auto [extent, at, tile] : llvm::zip(box, slice, type.getTileShape()))
        extent = std::max(extent, at + tile);
  return box;
}

Extents testing::positionOf(int64_t flat, ArrayRef<int64_t> box) {
  Extents position(box.size());
  for (int64_t dim = box.size() - 1; dim >= 0; --dim) {
    position[dim] = flat % box[dim];
    flat /= box[dim];
  }
  return position;
}
