//===- StTypes.cpp - Parsing, printing and verification of itensor and stream types ---------------------------===//

#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------------------------------------------===//

static SmallVector<int64_t> tileShapeOf(ArrayRef<int64_t> elementShape, Type elementType) {
  SmallVector<int64_t> shape(elementShape);
  if (auto vector = dyn_cast<VectorType>(elementType))
    for (auto [extent, lanes] : llvm::zip(shape, vector.getShape()))
      extent *= lanes;
  return shape;
}

/// Largest value of `expr`, a constant or a sum of dimensions, over the iteration space. Values are never negative.
static int64_t largestOffset(AffineExpr expr, ArrayRef<int64_t> tripCounts, ArrayRef<int64_t> steps) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return (tripCounts[dim.getPosition()] - 1) * steps[dim.getPosition()];
  auto sum = cast<AffineBinaryOpExpr>(expr);
  return largestOffset(sum.getLHS(), tripCounts, steps) + largestOffset(sum.getRHS(), tripCounts, steps);
}

static bool isSumOfDims(AffineExpr expr) {
  if (isa<AffineDimExpr>(expr))
    return true;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue() >= 0;
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  return binary && binary.getKind() == AffineExprKind::Add && isSumOfDims(binary.getLHS()) &&
         isSumOfDims(binary.getRHS());
}

static SmallVector<int64_t> spanOf(ArrayRef<int64_t> tileShape, ArrayRef<int64_t> tripCounts, ArrayRef<int64_t> steps,
                                   AffineMap map) {
  SmallVector<int64_t> span;
  for (auto [expr, tile] : llvm::zip(map.getResults(), tileShape))
    span.push_back(largestOffset(expr, tripCounts, steps) + tile);
  return span;
}

Type ItensorType::getScalarType() const {
  if (auto vector = dyn_cast<VectorType>(getElementType()))
    return vector.getElementType();
  return getElementType();
}

SmallVector<int64_t> ItensorType::getTileShape() const { return tileShapeOf(getElementShape(), getElementType()); }

RankedTensorType ItensorType::getTileType() const { return RankedTensorType::get(getTileShape(), getScalarType()); }

RankedTensorType ItensorType::getTensorType() const { return RankedTensorType::get(getDataShape(), getScalarType()); }

int64_t ItensorType::getTokensPerTile() const { return ShapedType::getNumElements(getElementShape()); }

int64_t ItensorType::getNumTiles() const { return ShapedType::getNumElements(getTripCounts()); }

SmallVector<int64_t> ItensorType::getSpan() const {
  return spanOf(getTileShape(), getTripCounts(), getSteps(), getIterMap());
}

ItensorType ItensorType::get(MLIRContext *context, ArrayRef<int64_t> elementShape, Type elementType,
                             ArrayRef<int64_t> tripCounts, ArrayRef<int64_t> steps, AffineMap iterMap) {
  auto span = spanOf(tileShapeOf(elementShape, elementType), tripCounts, steps, iterMap);
  return ItensorType::get(context, elementShape, elementType, span, tripCounts, steps, iterMap);
}

//===----------------------------------------------------------------------------------------------------------===//
// Itensor: rules that hold for producers and readers alike
//===----------------------------------------------------------------------------------------------------------===//

static bool isStreamable(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return !vector.isScalable() && isStreamable(vector.getElementType());
  return type.isIntOrIndexOrFloat();
}

/// The rules that need no data shape; it is only known after them where the syntax omits it.
static LogicalResult verifyNest(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> elementShape,
                                Type elementType, ArrayRef<int64_t> tripCounts, ArrayRef<int64_t> steps,
                                AffineMap iterMap) {
  if (!isStreamable(elementType))
    return emitError() << "element type must be an integer, index, float, or fixed vector of them, but is "
                       << elementType;
  if (auto vector = dyn_cast<VectorType>(elementType); vector && vector.getRank() != (int64_t)elementShape.size())
    return emitError() << "vector element has rank " << vector.getRank() << ", but the element shape has rank "
                       << elementShape.size();
  if (tripCounts.size() != steps.size())
    return emitError() << "iteration space has " << tripCounts.size() << " trip counts but " << steps.size()
                       << " steps";
  if (iterMap.getNumDims() != tripCounts.size() || iterMap.getNumSymbols() != 0)
    return emitError() << "iteration map must take the " << tripCounts.size()
                       << " iteration dimensions and no symbols, but is " << AffineMapAttr::get(iterMap);
  if (iterMap.getNumResults() != elementShape.size())
    return emitError() << "iteration map has " << iterMap.getNumResults() << " results, but the element has rank "
                       << elementShape.size();
  for (auto [index, extent] : llvm::enumerate(elementShape))
    if (extent <= 0)
      return emitError() << "element extent of dimension " << index << " must be positive, but is " << extent;
  for (auto [index, count] : llvm::enumerate(tripCounts))
    if (count <= 0)
      return emitError() << "trip count of iteration dimension " << index << " must be positive, but is " << count;
  for (auto [index, step] : llvm::enumerate(steps))
    if (step <= 0)
      return emitError() << "step of iteration dimension " << index << " must be positive, but is " << step;
  for (auto [index, expr] : llvm::enumerate(iterMap.getResults()))
    if (!isSumOfDims(expr))
      return emitError() << "result " << index << " of the iteration map must be a dimension, a non-negative constant "
                         << "or a sum of these";
  return success();
}

LogicalResult ItensorType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> elementShape,
                                  Type elementType, ArrayRef<int64_t> dataShape, ArrayRef<int64_t> tripCounts,
                                  ArrayRef<int64_t> steps, AffineMap iterMap) {
  if (failed(verifyNest(emitError, elementShape, elementType, tripCounts, steps, iterMap)))
    return failure();
  if (dataShape.size() != elementShape.size())
    return emitError() << "data shape has rank " << dataShape.size() << ", but the element has rank "
                       << elementShape.size();
  for (auto [index, extent] : llvm::enumerate(dataShape))
    if (extent <= 0)
      return emitError() << "data extent of dimension " << index << " must be positive, but is " << extent;
  for (auto [index, expr] : llvm::enumerate(iterMap.getResults())) {
    int64_t offset = largestOffset(expr, tripCounts, steps);
    if (offset >= dataShape[index])
      return emitError() << "slices start at offset " << offset << " of data dimension " << index
                         << ", outside its extent of " << dataShape[index];
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Itensor: syntax
//===----------------------------------------------------------------------------------------------------------===//

static ParseResult parseIntegerList(AsmParser &parser, SmallVectorImpl<int64_t> &values) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                        [&] { return parser.parseInteger(values.emplace_back()); });
}

Type ItensorType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> elementShape, dataShape, tripCounts, steps;
  Type elementType;
  AffineMap iterMap;
  if (parser.parseLess() || parser.parseDimensionList(elementShape, /*allowDynamic=*/false, /*withTrailingX=*/true) ||
      parser.parseType(elementType))
    return {};
  bool hasDataShape = succeeded(parser.parseOptionalKeyword("of"));
  if (hasDataShape && parser.parseDimensionList(dataShape, /*allowDynamic=*/false, /*withTrailingX=*/false))
    return {};
  if (parser.parseComma() || parser.parseKeyword("iter_space") || parser.parseEqual() ||
      parseIntegerList(parser, tripCounts) || parser.parseStar() || parseIntegerList(parser, steps) ||
      parser.parseComma() || parser.parseKeyword("iter_map") || parser.parseEqual() || parser.parseAffineMap(iterMap) ||
      parser.parseGreater())
    return {};
  auto emitError = [&] { return parser.emitError(loc); };
  if (!hasDataShape) {
    if (failed(verifyNest(emitError, elementShape, elementType, tripCounts, steps, iterMap)))
      return {};
    dataShape = spanOf(tileShapeOf(elementShape, elementType), tripCounts, steps, iterMap);
  }
  return getChecked(emitError, parser.getContext(), ArrayRef(elementShape), elementType, ArrayRef(dataShape),
                    ArrayRef(tripCounts), ArrayRef(steps), iterMap);
}

void ItensorType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t extent : getElementShape())
    printer << extent << "x";
  printer << getElementType();
  if (ArrayRef<int64_t>(getSpan()) != getDataShape()) {
    printer << " of ";
    llvm::interleave(getDataShape(), printer.getStream(), "x");
  }
  printer << ", iter_space = [";
  llvm::interleaveComma(getTripCounts(), printer.getStream());
  printer << "] * [";
  llvm::interleaveComma(getSteps(), printer.getStream());
  printer << "], iter_map = ";
  getIterMap().print(printer.getStream());
  printer << ">";
}

//===----------------------------------------------------------------------------------------------------------===//
// Stream
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult StreamType::verify(llvm::function_ref<InFlightDiagnostic()> emitError, Type tokenType, int64_t depth) {
  if (!isStreamable(tokenType))
    return emitError() << "token type must be an integer, index, float, or fixed vector of them, but is " << tokenType;
  if (depth <= 0)
    return emitError() << "depth must be at least 1 token, but is " << depth;
  return success();
}

int64_t StreamType::getTokenBits() const {
  auto scalarBits = [](Type type) -> int64_t { return type.isIndex() ? 64 : type.getIntOrFloatBitWidth(); };
  if (auto vector = dyn_cast<VectorType>(getTokenType()))
    return vector.getNumElements() * scalarBits(vector.getElementType());
  return scalarBits(getTokenType());
}
