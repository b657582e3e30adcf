//===- TokenPrinter.cpp - Vectors, which are the tokens of streams --------------------------------------------===//
//
// A vector is an ap_uint: lane 0 in the low bits. What is done lane by lane becomes an unrolled loop of get_lane and
// set_lane.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Emit/Common/ScalarOperations.h"
#include "Emit/Hls/TaskPrinter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace st;

Expression st::getLane(Type scalar, const Expression &token, const Expression &lane) {
  return call("get_lane<" + *cppType(scalar) + ">", {token, lane});
}

/// The width of a lane follows from the type, which C++ does not keep for integers: sums of narrow ones are int.
static std::string setLane(Type scalar, const Expression &token, const Expression &lane, const Expression &value) {
  std::string function = isa<FloatType>(scalar) ? "set_lane" : "set_lane<" + *cppType(scalar) + ">";
  return call(function, {token, lane, value}).text + ";";
}

const MemoryPort *TaskPrinter::widePort(Value memory) const {
  auto argument = dyn_cast<BlockArgument>(memory);
  const MemoryPort *port = argument ? layout.findPort(argument) : nullptr;
  return port && port->element.lanes > 1 ? port : nullptr;
}

bool TaskPrinter::isInlineToken(Operation *op) const {
  if (!inlining.canInline(op))
    return false;
  Operation *user = *op->user_begin();
  if (auto store = dyn_cast<vector::StoreOp>(user))
    return widePort(store.getBase());
  return isa<StreamWriteOp>(user);
}

void TaskPrinter::forEachLane(VectorType type, function_ref<void(ArrayRef<Expression>, const Expression &)> body) {
  NameScope inner(scope);
  NameScope *outer = scope;
  scope = &inner;
  SmallVector<Expression> indices;
  Expression flat = literal(0);
  int64_t loops = llvm::count_if(type.getShape(), [](int64_t extent) { return extent != 1; });
  for (int64_t extent : type.getShape()) {
    Expression index = literal(0);
    if (extent != 1) {
      index = {inner.declare(loops == 1 ? "lane" : "lane_" + std::to_string(indices.size()))};
      out.open("for (int " + index.text + " = 0; " + index.text + " < " + std::to_string(extent) + "; ++" + index.text +
               ")");
      out.directive("#pragma HLS unroll");
    }
    indices.push_back(index);
    flat = addIndex(multiplyIndex(flat, extent), index);
  }
  body(indices, flat);
  while (loops-- > 0)
    out.close();
  scope = outer;
}

void TaskPrinter::defineToken(Value result, function_ref<Expression(ArrayRef<Expression>, const Expression &)> lane) {
  auto type = cast<VectorType>(result.getType());
  Expression token{scope->declare("token")};
  values[result] = token;
  out.line(tokenCppType(type) + " " + token.text + ";");
  forEachLane(type, [&](ArrayRef<Expression> indices, const Expression &flat) {
    out.line(setLane(type.getElementType(), token, flat, lane(indices, flat)));
  });
}

Expression TaskPrinter::wideElement(const MemoryPort &port, MemRefType type, VectorType vector,
                                    ValueRange indices) const {
  int64_t covered = coveredDims(type, vector);
  Expression linear = literal(0);
  for (int64_t dim = 0; dim < type.getRank() - covered; ++dim) {
    int64_t extent = type.getDimSize(dim);
    Expression index = extent == 1 ? literal(0) : valueOf(indices[dim]);
    int64_t fromLast = type.getRank() - 1 - dim;
    if (fromLast == covered && covered < vector.getRank()) {
      // The dimension that the vector covers in part: its index counts vectors.
      int64_t part = vector.getDimSize(vector.getRank() - 1 - covered);
      extent /= part;
      int64_t constant;
      if (!StringRef(index.text).getAsInteger(10, constant))
        index = literal(constant / part);
      else if (part != 1)
        index = binary(index, "/", literal(part), Precedence::Multiplicative);
    }
    linear = addIndex(multiplyIndex(linear, extent), index);
  }
  return {port.name.empty() ? "" : valueOf(port.taskArgument).text + "[" + linear.text + "]"};
}

LogicalResult TaskPrinter::printStreamRead(StreamReadOp read) {
  Expression stream = valueOf(read.getStream());
  Expression token{stream.text + ".read()"};
  auto vector = dyn_cast<VectorType>(read.getResult().getType());
  if (!vector) {
    Type scalar = read.getResult().getType();
    return define(read, getLane(scalar, token, literal(0)), "value");
  }
  if (isInlineToken(read)) {
    values[read.getResult()] = token;
    return success();
  }
  std::string name = scope->declare("token");
  // Not const: an insertion may change it in place.
  out.line(tokenCppType(vector) + " " + name + " = " + token.text + ";");
  values[read.getResult()] = {name};
  return success();
}

LogicalResult TaskPrinter::printStreamWrite(StreamWriteOp write) {
  Expression value = valueOf(write.getValue());
  Type type = write.getValue().getType();
  if (!isa<VectorType>(type)) {
    std::string token = scope->declare("token");
    out.line(tokenCppType(type) + " " + token + ";");
    out.line(setLane(type, {token}, literal(0), value));
    value = {token};
  }
  out.line(valueOf(write.getStream()).text + ".write(" + value.text + ");");
  return success();
}

/// The index of each lane in the memory that a vector access covers.
static SmallVector<Expression> offsetIndices(ArrayRef<Expression> base, ArrayRef<Expression> lanes) {
  SmallVector<Expression> indices(base);
  for (auto [index, lane] : llvm::zip(MutableArrayRef(indices).take_back(lanes.size()), lanes))
    index = addIndex(index, lane);
  return indices;
}

LogicalResult TaskPrinter::printVectorLoad(vector::LoadOp load) {
  VectorType type = load.getVectorType();
  if (const MemoryPort *port = widePort(load.getBase())) {
    Expression element = wideElement(*port, load.getMemRefType(), type, load.getIndices());
    if (isInlineToken(load)) {
      values[load.getResult()] = element;
      return success();
    }
    std::string name = scope->declare("token");
    out.line(tokenCppType(type) + " " + name + " = " + element.text + ";");
    values[load.getResult()] = {name};
    return success();
  }
  SmallVector<Expression> base = valuesOf(load.getIndices());
  defineToken(load.getResult(), [&](ArrayRef<Expression> lanes, const Expression &) {
    return elementOf(load.getBase(), offsetIndices(base, lanes));
  });
  return success();
}

LogicalResult TaskPrinter::printVectorStore(vector::StoreOp store) {
  VectorType type = store.getVectorType();
  Expression token = valueOf(store.getValueToStore());
  if (const MemoryPort *port = widePort(store.getBase())) {
    Expression element = wideElement(*port, store.getMemRefType(), type, store.getIndices());
    out.line(element.text + " = " + token.text + ";");
    return success();
  }
  SmallVector<Expression> base = valuesOf(store.getIndices());
  forEachLane(type, [&](ArrayRef<Expression> lanes, const Expression &flat) {
    out.line(elementOf(store.getBase(), offsetIndices(base, lanes)).text + " = " +
             getLane(type.getElementType(), token, flat).text + ";");
  });
  return success();
}

/// Row-major number of the lane at `positions`, which must reach a scalar.
static std::optional<Expression> flattenPosition(VectorType type, ArrayRef<Expression> positions) {
  if (static_cast<int64_t>(positions.size()) != type.getRank())
    return std::nullopt;
  Expression flat = literal(0);
  for (auto [position, extent] : llvm::zip(positions, type.getShape()))
    flat = addIndex(multiplyIndex(flat, extent), position);
  return flat;
}

LogicalResult TaskPrinter::printExtract(vector::ExtractOp extract) {
  SmallVector<Expression> positions;
  for (OpFoldResult position : extract.getMixedPosition())
    positions.push_back(isa<Value>(position) ? valueOf(cast<Value>(position))
                                             : literal(cast<IntegerAttr>(cast<Attribute>(position)).getInt()));
  std::optional<Expression> lane = flattenPosition(extract.getSourceVectorType(), positions);
  if (!lane)
    return extract.emitOpError() << "does not reach a scalar, which HLS C++ cannot express";
  return define(extract, getLane(extract.getResult().getType(), valueOf(extract.getSource()), *lane), "value");
}

LogicalResult TaskPrinter::printInsert(vector::InsertOp insert) {
  SmallVector<Expression> positions;
  for (OpFoldResult position : insert.getMixedPosition())
    positions.push_back(isa<Value>(position) ? valueOf(cast<Value>(position))
                                             : literal(cast<IntegerAttr>(cast<Attribute>(position)).getInt()));
  auto type = cast<VectorType>(insert.getResult().getType());
  std::optional<Expression> lane = flattenPosition(type, positions);
  if (!lane)
    return insert.emitOpError() << "does not place a scalar, which HLS C++ cannot express";
  Expression token = valueOf(insert.getDest());
  // A token that has no other use, and is of this block, is changed in place.
  Operation *maker = insert.getDest().getDefiningOp();
  if (!insert.getDest().hasOneUse() || !maker || maker->getBlock() != insert->getBlock()) {
    Expression copy{scope->declare("token")};
    out.line(tokenCppType(type) + " " + copy.text + " = " + token.text + ";");
    token = copy;
  }
  out.line(setLane(type.getElementType(), token, *lane, valueOf(insert.getValueToStore())));
  values[insert.getResult()] = token;
  return success();
}

LogicalResult TaskPrinter::printBroadcast(vector::BroadcastOp broadcast) {
  if (isa<VectorType>(broadcast.getSource().getType()))
    return broadcast.emitOpError() << "repeats a vector, which HLS C++ cannot express; expected a scalar";
  Expression value = valueOf(broadcast.getSource());
  defineToken(broadcast.getResult(), [&](ArrayRef<Expression>, const Expression &) { return value; });
  return success();
}

LogicalResult TaskPrinter::printLanewise(Operation *op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto elements = dyn_cast<DenseElementsAttr>(constant.getValue());
    std::optional<Expression> splat;
    if (elements && elements.isSplat())
      splat = printConstant(cast<TypedAttr>(elements.getSplatValue<Attribute>()));
    if (!splat)
      return op->emitOpError() << "is a vector of different numbers, which HLS C++ cannot express";
    defineToken(constant, [&](ArrayRef<Expression>, const Expression &) { return *splat; });
    return success();
  }
  std::optional<Expression> printed;
  auto printLane = [&](const Expression &lane) {
    SmallVector<Expression> operands;
    for (Value operand : op->getOperands())
      operands.push_back(isa<VectorType>(operand.getType())
                             ? getLane(getElementTypeOrSelf(operand.getType()), valueOf(operand), lane)
                             : valueOf(operand));
    return printScalarOperation(op, operands);
  };
  if (!isScalarOperation(op) || !printLane(literal(0)))
    return op->emitOpError() << "has no form in HLS C++";
  defineToken(op->getResult(0), [&](ArrayRef<Expression>, const Expression &flat) { return *printLane(flat); });
  return success();
}
