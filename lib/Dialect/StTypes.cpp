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

static ExtentAttr runTimeExtent(ArrayRef<ExtentAttr> extents, unsigned index) {
  return extents.empty() || extents[index].isConstant() ? ExtentAttr() : extents[index];
}

ExtentAttr ItensorType::getDataExtent(unsigned dim) const { return runTimeExtent(getDataExtents(), dim); }

ExtentAttr ItensorType::getTripExtent(unsigned loop) const { return runTimeExtent(getTripExtents(), loop); }

ItensorType ItensorType::withSizes(ArrayRef<ExtentAttr> dataExtents, ArrayRef<ExtentAttr> tripExtents) const {
  auto complete = [&](ArrayRef<ExtentAttr> extents, ArrayRef<int64_t> constants) {
    SmallVector<ExtentAttr> result;
    if (llvm::any_of(extents, [](ExtentAttr extent) { return extent && !extent.isConstant(); }))
      for (auto [extent, constant] : llvm::zip_equal(extents, constants))
        result.push_back(extent ? extent : ExtentAttr::getConstant(getContext(), constant));
    return result;
  };
  return ItensorType::get(getContext(), getElementShape(), getElementType(), getDataShape(), getTripCounts(),
                          getSteps(), getIterMap(), complete(dataExtents, getDataShape()),
                          complete(tripExtents, getTripCounts()), getPlaces());
}

StringAttr ItensorType::getPlace(unsigned dim) const { return getPlaces().empty() ? StringAttr() : getPlaces()[dim]; }

ItensorType ItensorType::withPlaces(ArrayRef<StringAttr> places) const {
  if (llvm::none_of(places, [](StringAttr place) { return place != nullptr; }))
    places = {};
  return ItensorType::get(getContext(), getElementShape(), getElementType(), getDataShape(), getTripCounts(),
                          getSteps(), getIterMap(), getDataExtents(), getTripExtents(), places);
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

/// Whether run-time sizes come for every dimension or for none, and agree with what is constant. No text says
/// otherwise.
[[maybe_unused]] static bool areConsistent(ArrayRef<ExtentAttr> extents, ArrayRef<int64_t> constants) {
  if (extents.empty())
    return true;
  if (extents.size() != constants.size() || llvm::all_of(extents, [](ExtentAttr each) { return each.isConstant(); }))
    return false;
  return llvm::all_of(llvm::zip(extents, constants), [](auto pair) {
    auto [extent, constant] = pair;
    return !extent.isConstant() || extent.getConstant() == constant;
  });
}

LogicalResult ItensorType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> elementShape,
                                  Type elementType, ArrayRef<int64_t> dataShape, ArrayRef<int64_t> tripCounts,
                                  ArrayRef<int64_t> steps, AffineMap iterMap, ArrayRef<ExtentAttr> dataExtents,
                                  ArrayRef<ExtentAttr> tripExtents, ArrayRef<StringAttr> places) {
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
  assert(areConsistent(dataExtents, dataShape) && areConsistent(tripExtents, tripCounts));
  for (auto [dim, extent] : llvm::enumerate(dataExtents))
    if (extent.getDivisor() != 1)
      return emitError() << "data extent of dimension " << dim << " must be a sum of sizes, but is " << extent.str();
  for (auto [dim, place] : llvm::enumerate(places))
    if (place && (dataExtents.empty() || !llvm::is_contained(dataExtents[dim].getNames(), place)))
      return emitError() << "slices lie at '" << place.getValue() << "' of data dimension " << dim
                         << ", whose extent must end behind them, as " << place.getValue() << " + 1 does, but is "
                         << (dataExtents.empty() ? std::to_string(dataShape[dim]) : dataExtents[dim].str());
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Itensor: syntax
//===----------------------------------------------------------------------------------------------------------===//

static ParseResult parseIntegerList(AsmParser &parser, SmallVectorImpl<int64_t> &values) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                        [&] { return parser.parseInteger(values.emplace_back()); });
}

/// `[S ceildiv 8 max 32, 4]`: constants, and run-time sizes with their maximum. `extents` stays empty without any of
/// these.
static ParseResult parseSizeList(AsmParser &parser, SmallVectorImpl<int64_t> &maxima,
                                 SmallVectorImpl<ExtentAttr> &extents, AsmParser::Delimiter delimiter) {
  SmallVector<ExtentAttr> all;
  auto parseElement = [&]() -> ParseResult {
    FailureOr<ExtentAttr> extent = ExtentAttr::parseInline(parser);
    if (failed(extent))
      return failure();
    all.push_back(*extent);
    if (extent->isConstant()) {
      maxima.push_back(extent->getConstant());
      return success();
    }
    return failure(parser.parseKeyword("max") || parser.parseInteger(maxima.emplace_back()));
  };
  if (parser.parseCommaSeparatedList(delimiter, parseElement))
    return failure();
  if (llvm::any_of(all, [](ExtentAttr extent) { return !extent.isConstant(); }))
    extents.assign(all.begin(), all.end());
  return success();
}

static void printSizeList(AsmPrinter &printer, ArrayRef<int64_t> maxima, ArrayRef<ExtentAttr> extents) {
  printer << "[";
  for (auto [index, maximum] : llvm::enumerate(maxima)) {
    printer << (index ? ", " : "");
    if (!extents.empty() && !extents[index].isConstant())
      printer << extents[index].str() << " max ";
    printer << maximum;
  }
  printer << "]";
}

/// `(d0, d1)[P] -> (d0 + P, d1)`: an affine map whose symbols are sizes.
static ParseResult parsePlacedMap(AsmParser &parser, AffineMap &map, SmallVectorImpl<StringAttr> &places) {
  MLIRContext *context = parser.getContext();
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<std::string> dims, symbols;
  SmallVector<StringAttr> sizes;
  auto parseDim = [&] { return parser.parseKeywordOrString(&dims.emplace_back()); };
  auto parseSymbol = [&]() -> ParseResult {
    std::string &symbol = symbols.emplace_back();
    if (parser.parseKeywordOrString(&symbol))
      return failure();
    std::string size = symbol;
    if (succeeded(parser.parseOptionalEqual()) && parser.parseString(&size))
      return failure();
    sizes.push_back(StringAttr::get(context, size));
    return success();
  };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseDim) ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::OptionalSquare, parseSymbol) || parser.parseArrow())
    return failure();
  SmallVector<std::pair<StringRef, AffineExpr>> names;
  for (auto [index, name] : llvm::enumerate(dims))
    names.push_back({name, getAffineDimExpr(index, context)});
  for (auto [index, name] : llvm::enumerate(symbols))
    names.push_back({name, getAffineSymbolExpr(index, context)});
  SmallVector<AffineExpr> results;
  auto parseResult = [&] { return parser.parseAffineExpr(names, results.emplace_back()); };
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseResult))
    return failure();
  SmallVector<AffineExpr> zeros(symbols.size(), getAffineConstantExpr(0, context));
  places.assign(results.size(), StringAttr());
  for (auto [dim, result] : llvm::enumerate(results)) {
    AffineExpr rest = result.replaceSymbols(zeros);
    AffineExpr added = simplifyAffineExpr(result - rest, dims.size(), symbols.size());
    result = rest;
    if (auto symbol = dyn_cast<AffineSymbolExpr>(added))
      places[dim] = sizes[symbol.getPosition()];
    else if (added != getAffineConstantExpr(0, context))
      return parser.emitError(loc) << "result " << dim << " of the iteration map must add one size at most, once";
  }
  if (sizes.empty())
    places.clear();
  else if (llvm::none_of(places, [](StringAttr place) { return place != nullptr; }))
    return parser.emitError(loc) << "iteration map adds '" << sizes.front().getValue() << "' to no dimension";
  map = AffineMap::get(dims.size(), 0, results, context);
  return success();
}

static void printPlacedMap(AsmPrinter &printer, AffineMap map, ArrayRef<StringAttr> places) {
  if (places.empty())
    return map.print(printer.getStream());
  auto isIdentifier = [](StringRef name) {
    return !name.empty() && llvm::isAlpha(name.front()) &&
           llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; }) &&
           (name.size() == 1 || !llvm::all_of(name.drop_front(), llvm::isDigit));
  };
  // Each size once; what would be no identifier, or might be a dimension, is called by its number.
  SmallVector<StringAttr> sizes;
  for (StringAttr place : places)
    if (place && !llvm::is_contained(sizes, place))
      sizes.push_back(place);
  auto nameOf = [&](StringAttr size) {
    return isIdentifier(size) ? size.str() : "s" + std::to_string(llvm::find(sizes, size) - sizes.begin());
  };
  printer << "(";
  for (unsigned dim = 0; dim < map.getNumDims(); ++dim)
    printer << (dim ? ", d" : "d") << dim;
  printer << ")[";
  llvm::interleaveComma(sizes, printer.getStream(), [&](StringAttr size) {
    printer << nameOf(size);
    if (nameOf(size) != size.getValue())
      printer << " = " << size;
  });
  printer << "] -> (";
  for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
    printer << (dim ? ", " : "");
    bool isZero = expr == getAffineConstantExpr(0, map.getContext());
    if (!places[dim] || !isZero)
      expr.print(printer.getStream());
    if (places[dim])
      printer << (isZero ? "" : " + ") << nameOf(places[dim]);
  }
  printer << ")";
}

Type ItensorType::parse(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> elementShape, dataShape, tripCounts, steps;
  Type elementType;
  SmallVector<ExtentAttr> dataExtents, tripExtents;
  SmallVector<StringAttr> places;
  AffineMap iterMap;
  if (parser.parseLess() || parser.parseDimensionList(elementShape, /*allowDynamic=*/false, /*withTrailingX=*/true) ||
      parser.parseType(elementType))
    return {};
  bool hasDataShape = succeeded(parser.parseOptionalKeyword("of"));
  if (hasDataShape && succeeded(parser.parseOptionalLSquare())) {
    if (parseSizeList(parser, dataShape, dataExtents, AsmParser::Delimiter::None) || parser.parseRSquare())
      return {};
  } else if (hasDataShape && parser.parseDimensionList(dataShape, /*allowDynamic=*/false, /*withTrailingX=*/false)) {
    return {};
  }
  if (parser.parseComma() || parser.parseKeyword("iter_space") || parser.parseEqual() ||
      parseSizeList(parser, tripCounts, tripExtents, AsmParser::Delimiter::Square) || parser.parseStar() ||
      parseIntegerList(parser, steps) || parser.parseComma() || parser.parseKeyword("iter_map") ||
      parser.parseEqual() || parsePlacedMap(parser, iterMap, places) || parser.parseGreater())
    return {};
  auto emitError = [&] { return parser.emitError(loc); };
  if (!hasDataShape) {
    if (failed(verifyNest(emitError, elementShape, elementType, tripCounts, steps, iterMap)))
      return {};
    dataShape = spanOf(tileShapeOf(elementShape, elementType), tripCounts, steps, iterMap);
  }
  return getChecked(emitError, parser.getContext(), ArrayRef(elementShape), elementType, ArrayRef(dataShape),
                    ArrayRef(tripCounts), ArrayRef(steps), iterMap, ArrayRef(dataExtents), ArrayRef(tripExtents),
                    ArrayRef(places));
}

void ItensorType::print(AsmPrinter &printer) const {
  printer << "<";
  for (int64_t extent : getElementShape())
    printer << extent << "x";
  printer << getElementType();
  if (!getDataExtents().empty()) {
    printer << " of ";
    printSizeList(printer, getDataShape(), getDataExtents());
  } else if (ArrayRef<int64_t>(getSpan()) != getDataShape()) {
    printer << " of ";
    llvm::interleave(getDataShape(), printer.getStream(), "x");
  }
  printer << ", iter_space = ";
  printSizeList(printer, getTripCounts(), getTripExtents());
  printer << " * [";
  llvm::interleaveComma(getSteps(), printer.getStream());
  printer << "], iter_map = ";
  printPlacedMap(printer, getIterMap(), getPlaces());
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
