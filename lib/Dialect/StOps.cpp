//===- StOps.cpp - Verifiers and folders of itensor and stream operations -------------------------------------===//

#include "Dialect/LayoutAlgebra.h"
#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Itensors
//===----------------------------------------------------------------------------------------------------------===//

/// Shared by the ops that bring a FIFO into being: what they stand for is written exactly once, and is no loop's own.
static LogicalResult verifyAllocation(Operation *op, ItensorType type) {
  if (auto loop = op->getParentOfType<LoopLikeOpInterface>()) {
    InFlightDiagnostic diag = op->emitOpError("allocates a stream and must not stand in a loop");
    diag.attachNote(loop.getLoc()) << "enclosing loop";
    return diag;
  }
  if (auto reason = whyNotProducer(type))
    return op->emitOpError("cannot be produced: ") << *reason;
  return success();
}

LogicalResult ItensorEmptyOp::verify() { return verifyAllocation(*this, getType()); }

LogicalResult ItensorInstanceOp::verify() {
  // A converter's task may write re-accessed data into its instance, so that only the place is judged here.
  if (auto loop = (*this)->getParentOfType<LoopLikeOpInterface>()) {
    InFlightDiagnostic diag = emitOpError("allocates a stream and must not stand in a loop");
    diag.attachNote(loop.getLoc()) << "enclosing loop";
    return diag;
  }
  return success();
}

static LogicalResult verifyTile(Operation *op, ItensorType type, Type tensor, StringRef role) {
  if (tensor == type.getTileType())
    return success();
  return op->emitOpError() << role << " must be one slice of the itensor, " << type.getTileType() << ", but is "
                           << tensor;
}

LogicalResult ItensorReadOp::verify() {
  return verifyTile(*this, getSource().getType(), getResult().getType(), "result");
}

LogicalResult ItensorWriteOp::verify() { return verifyTile(*this, getDest().getType(), getValue().getType(), "value"); }

LogicalResult ItensorCastOp::verify() {
  if (!haveSameTokens(getSource().getType(), getType()) && !isPlacementOf(getType(), getSource().getType()))
    return emitOpError() << "must keep the sequence of tokens, but the types are "
                         << stringify(relate(getSource().getType(), getType()));
  return success();
}

OpFoldResult ItensorCastOp::fold(FoldAdaptor) {
  if (getSource().getType() == getType())
    return getSource();
  auto inner = getSource().getDefiningOp<ItensorCastOp>();
  if (!inner)
    return {};
  if (inner.getSource().getType() == getType())
    return inner.getSource();
  getSourceMutable().assign(inner.getSource());
  return getResult();
}

/// The type with scalar elements: what a reassociation regroups.
static ItensorType withScalars(ItensorType type) {
  return ItensorType::get(type.getContext(), type.getTileShape(), type.getScalarType(), type.getDataShape(),
                          type.getTripCounts(), type.getSteps(), type.getIterMap(), type.getDataExtents(),
                          type.getTripExtents());
}

LogicalResult ItensorReassociateOp::verify() {
  ItensorType source = getSource().getType(), result = getType();
  if (source.getRank() == result.getRank())
    return emitOpError() << "must change the number of data dimensions, but both types have " << source.getRank();
  bool collapses = result.getRank() < source.getRank();
  ItensorType fine = withScalars(collapses ? source : result), coarse = withScalars(collapses ? result : source);
  SmallVector<SmallVector<int64_t, 2>> groups;
  for (Attribute group : getReassociation()) {
    auto &dims = groups.emplace_back();
    for (Attribute dim : cast<ArrayAttr>(group))
      dims.push_back(cast<IntegerAttr>(dim).getInt());
  }
  auto collapsed = reassociate(fine, groups, coarse.getDataShape());
  if (!collapsed)
    return emitOpError() << "cannot regroup " << fine << " into the data shape of " << coarse;
  if (canonicalize(*collapsed) != canonicalize(coarse))
    return emitOpError() << "regroups one type into " << *collapsed << ", but the other is " << coarse;
  return success();
}

OpFoldResult ItensorReassociateOp::fold(FoldAdaptor) {
  auto inner = getSource().getDefiningOp<ItensorReassociateOp>();
  if (inner && inner.getSource().getType() == getType() && inner.getReassociation() == getReassociation())
    return inner.getSource();
  return {};
}

static LogicalResult verifyPadding(ItensorConverterOp op) {
  ItensorType source = op.getSource().getType(), result = op.getType();
  if (!op.getLow() || !op.getHigh() || !op.getPad())
    return op.emitOpError("pads with 'low', 'high' and 'pad' together, or with none of them");
  if (result.getRank() != source.getRank())
    return op.emitOpError() << "cannot pad " << source.getRank() << " data dimensions to " << result.getRank();
  auto verifyAmounts = [&](ArrayRef<int64_t> amounts, StringRef name) -> LogicalResult {
    if (static_cast<int64_t>(amounts.size()) != source.getRank())
      return op.emitOpError() << "'" << name << "' gives " << amounts.size() << " amounts of padding for "
                              << source.getRank() << " data dimensions";
    for (auto [dim, amount] : llvm::enumerate(amounts))
      if (amount < 0)
        return op.emitOpError() << "'" << name << "' of data dimension " << dim << " must not be negative, but is "
                                << amount;
    return success();
  };
  if (failed(verifyAmounts(*op.getLow(), "low")) || failed(verifyAmounts(*op.getHigh(), "high")))
    return failure();
  if (op.getPad()->getType() != source.getScalarType())
    return op.emitOpError() << "'pad' must be a " << source.getScalarType() << ", but is " << *op.getPad();
  for (unsigned dim = 0; dim < source.getRank(); ++dim) {
    int64_t extent = source.getDataShape()[dim], low = (*op.getLow())[dim], high = (*op.getHigh())[dim];
    if (result.getDataShape()[dim] != low + extent + high)
      return op.emitOpError() << "pads data dimension " << dim << " to " << low << " + " << extent << " + " << high
                              << " = " << low + extent + high << ", but the result's extent is "
                              << result.getDataShape()[dim];
  }
  if (auto reason = whyNotProducer(source))
    return op.emitOpError("pads a source that does not hold every element once: ") << *reason;
  if (result.getScalarType() != source.getScalarType())
    return op.emitOpError() << "cannot connect incompatible types: source is " << source << ", result is " << result;
  return success();
}

LogicalResult ItensorConverterOp::verify() {
  if (getLow() || getHigh() || getPad())
    return verifyPadding(*this);
  Relation relation = relate(getSource().getType(), getType());
  if (relation == Relation::Incompatible)
    return emitOpError() << "cannot connect incompatible types: source is " << getSource().getType() << ", result is "
                         << getType();
  return success();
}

/// A converter between two spellings of one sequence converts nothing. What only regroups may still get tokens of two
/// shapes, and stays.
LogicalResult ItensorConverterOp::canonicalize(ItensorConverterOp op, PatternRewriter &rewriter) {
  if (op.getPad() || relate(op.getSource().getType(), op.getType()) != Relation::Equal)
    return failure();
  rewriter.replaceOpWithNewOp<ItensorCastOp>(op, op.getType(), op.getSource());
  return success();
}

LogicalResult ItensorForkOp::verify() {
  if (getCopies().size() < 2)
    return emitOpError() << "must have at least 2 copies, but has " << getCopies().size();
  for (auto [index, type] : llvm::enumerate(getCopies().getTypes()))
    if (type != getSource().getType())
      return emitOpError() << "copy " << index << " must have the type of the source, " << getSource().getType()
                           << ", but has " << type;
  return success();
}

LogicalResult ItensorForkOp::canonicalize(ItensorForkOp op, PatternRewriter &rewriter) {
  SmallVector<Value> used;
  llvm::copy_if(op.getCopies(), std::back_inserter(used), [](Value copy) { return !copy.use_empty(); });
  // Where nothing is read at all, somebody has yet to say who drains the source.
  if (used.empty() || used.size() == op.getCopies().size())
    return failure();
  if (used.size() == 1) {
    rewriter.replaceAllUsesWith(used.front(), op.getSource());
  } else {
    auto fork = ItensorForkOp::create(rewriter, op.getLoc(), TypeRange(ValueRange(used)), op.getSource());
    fork->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    for (auto [old, copy] : llvm::zip(used, fork.getCopies()))
      rewriter.replaceAllUsesWith(old, copy);
  }
  rewriter.eraseOp(op);
  return success();
}

/// Shared by the ops that cut a stream into parts along a data dimension and put it together from them.
static LogicalResult verifyParts(Operation *op, ItensorType whole, TypeRange parts, uint64_t dim) {
  if (parts.size() < 2)
    return op->emitOpError() << "must have at least 2 parts, but has " << parts.size();
  if (dim >= static_cast<uint64_t>(whole.getRank()))
    return op->emitOpError() << "cuts data dimension " << dim << " of a tensor of rank " << whole.getRank();
  SmallVector<int64_t> extents;
  for (auto [index, type] : llvm::enumerate(parts)) {
    auto part = cast<ItensorType>(type);
    if (part.getRank() != whole.getRank())
      return op->emitOpError() << "part " << index << " has " << part.getRank()
                               << " data dimensions, but the whole has " << whole.getRank();
    extents.push_back(part.getDataShape()[dim]);
  }
  std::string whyNot;
  auto routing = routeParts(whole, dim, extents, whyNot);
  if (!routing)
    return op->emitOpError() << whyNot;
  for (auto [index, types] : llvm::enumerate(llvm::zip(routing->parts, parts)))
    if (auto part = cast<ItensorType>(std::get<1>(types)); relate(std::get<0>(types), part) != Relation::Equal)
      return op->emitOpError() << "part " << index << " must stream " << std::get<0>(types) << ", but is " << part;
  return success();
}

LogicalResult ItensorChunkOp::verify() {
  return verifyParts(*this, getSource().getType(), getParts().getTypes(), getDim());
}

LogicalResult ItensorConcatOp::verify() { return verifyParts(*this, getType(), getParts().getTypes(), getDim()); }

/// Parts put together as they were cut are the whole.
LogicalResult ItensorConcatOp::canonicalize(ItensorConcatOp op, PatternRewriter &rewriter) {
  auto chunk = op.getParts().front().getDefiningOp<ItensorChunkOp>();
  if (!chunk || chunk.getDim() != op.getDim() || ValueRange(chunk.getParts()) != ValueRange(op.getParts()) ||
      !llvm::all_of(chunk.getParts(), [](Value part) { return part.hasOneUse(); }) ||
      relate(chunk.getSource().getType(), op.getType()) != Relation::Equal)
    return failure();
  rewriter.replaceOpWithNewOp<ItensorCastOp>(op, op.getType(), chunk.getSource());
  rewriter.eraseOp(chunk);
  return success();
}

LogicalResult ItensorJoinOp::verify() {
  if (getParts().size() < 2)
    return emitOpError() << "must have at least 2 parts, but has " << getParts().size();
  auto type = cast<ItensorType>(getParts().front().getType());
  for (auto [index, part] : llvm::enumerate(getParts().getTypes()))
    if (part != type)
      return emitOpError() << "part " << index << " must have the type of part 0, " << type << ", but has " << part;
  if (getDim() >= static_cast<uint64_t>(type.getRank()))
    return emitOpError() << "joins along data dimension " << getDim() << " of tensors of rank " << type.getRank();
  auto joined = joinRoundRobin(type, getDim(), getParts().size());
  if (!joined)
    return emitOpError() << "cannot put parts side by side whose slices reach beyond their extent of "
                         << type.getDataShape()[getDim()] << " along data dimension " << getDim();
  if (relate(*joined, getType()) != Relation::Equal)
    return emitOpError() << "result must stream " << *joined << ", but is " << getType();
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Streams and buffers
//===----------------------------------------------------------------------------------------------------------===//

/// Whether `type` is one token of `stream`. Leading unit dimensions do not count: a buffer may lack them.
static bool isToken(Type type, StreamType stream) {
  auto withoutUnits = [](Type type) {
    auto vector = dyn_cast<VectorType>(type);
    if (!vector)
      return type;
    ArrayRef<int64_t> shape = vector.getShape().drop_while([](int64_t extent) { return extent == 1; });
    return Type(VectorType::get(shape, vector.getElementType()));
  };
  return withoutUnits(type) == withoutUnits(stream.getTokenType());
}

LogicalResult StreamReadOp::verify() {
  if (!isToken(getResult().getType(), getStream().getType()))
    return emitOpError() << "result must be one token, " << getStream().getType().getTokenType() << ", but is "
                         << getResult().getType();
  return success();
}

LogicalResult StreamWriteOp::verify() {
  if (!isToken(getValue().getType(), getStream().getType()))
    return emitOpError() << "value must be one token, " << getStream().getType().getTokenType() << ", but is "
                         << getValue().getType();
  return success();
}

/// A tile crosses as whole tokens: every extent is a multiple of the token's.
static LogicalResult verifyTileOfTokens(Operation *op, Type tile, StreamType stream) {
  auto shaped = cast<ShapedType>(tile);
  auto vector = dyn_cast<VectorType>(stream.getTokenType());
  Type scalar = vector ? vector.getElementType() : stream.getTokenType();
  if (shaped.getElementType() != scalar)
    return op->emitOpError() << "tile has elements of " << shaped.getElementType() << ", but the stream carries "
                             << scalar;
  if (!vector)
    return success();
  if (vector.getRank() != shaped.getRank())
    return op->emitOpError() << "tile has rank " << shaped.getRank() << ", but the token has rank " << vector.getRank();
  for (auto [index, extents] : llvm::enumerate(llvm::zip(shaped.getShape(), vector.getShape())))
    if (std::get<0>(extents) % std::get<1>(extents) != 0)
      return op->emitOpError() << "tile extent " << std::get<0>(extents) << " of dimension " << index
                               << " is no multiple of the token's " << std::get<1>(extents);
  return success();
}

LogicalResult StreamReadTileOp::verify() {
  bool onTensors = isa<TensorType>(getDest().getType());
  if (onTensors != static_cast<bool>(getResult()))
    return emitOpError("yields a result exactly when its destination is a tensor");
  if (getResult() && getResult().getType() != getDest().getType())
    return emitOpError() << "result must have the type of the destination, " << getDest().getType() << ", but has "
                         << getResult().getType();
  return verifyTileOfTokens(*this, getDest().getType(), getStream().getType());
}

LogicalResult StreamWriteTileOp::verify() {
  return verifyTileOfTokens(*this, getValue().getType(), getStream().getType());
}

LogicalResult BufferOp::verify() {
  auto type = cast<MemRefType>(getType());
  if (!type.hasStaticShape())
    return emitOpError() << "must have a static shape, but has " << type;
  if (getHalves() != 1 && getHalves() != 2)
    return emitOpError() << "must have 1 or 2 halves, but has " << getHalves();
  if (getHalves() == 2 && (type.getRank() == 0 || type.getDimSize(0) != 2))
    return emitOpError("with 2 halves must have a leading dimension of 2");
  if (auto partition = getPartition(); partition && (int64_t)partition->size() != type.getRank())
    return emitOpError() << "partition has " << partition->size() << " factors, but the buffer has rank "
                         << type.getRank();
  if (!llvm::is_contained({"activation", "parameter", "accumulator"}, getRole()))
    return emitOpError() << "role must be activation, parameter or accumulator, but is " << getRole();
  return success();
}

/// `@name`, for ops that carry a name without being symbols.
static ParseResult parseSymbolicName(OpAsmParser &parser, StringAttr &name) { return parser.parseSymbolName(name); }
static void printSymbolicName(OpAsmPrinter &printer, Operation *, StringAttr name) {
  printer.printSymbolName(name.getValue());
}

#define GET_OP_CLASSES
#include "Dialect/StOps.cpp.inc"
