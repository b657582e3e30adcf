//===- StructureOps.cpp - Kernels, tasks and row operations: syntax and verification --------------------------===//

#include "Dialect/Bindings.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/StDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Bindings: `(%argument = %operand : type as type, ...)`
//===----------------------------------------------------------------------------------------------------------===//

ParseResult st::parseBindings(OpAsmParser &parser, Bindings &bindings) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, [&]() -> ParseResult {
    auto &argument = bindings.arguments.emplace_back();
    if (parser.parseArgument(argument) || parser.parseEqual() ||
        parser.parseOperand(bindings.operands.emplace_back()) ||
        parser.parseColonType(bindings.operandTypes.emplace_back()))
      return failure();
    argument.type = bindings.operandTypes.back();
    if (succeeded(parser.parseOptionalKeyword("as")))
      return parser.parseType(argument.type);
    return success();
  });
}

void st::printBindings(OpAsmPrinter &printer, Block::BlockArgListType arguments, OperandRange operands) {
  printer << "(";
  llvm::interleaveComma(llvm::zip(arguments, operands), printer, [&](auto binding) {
    auto [argument, operand] = binding;
    printer.printRegionArgument(argument, {}, /*omitType=*/true);
    printer << " = " << operand << " : " << operand.getType();
    if (argument.getType() != operand.getType())
      printer << " as " << argument.getType();
  });
  printer << ")";
}

static ParseResult parseOptionalResultTypes(OpAsmParser &parser, OperationState &state) {
  if (failed(parser.parseOptionalArrow()))
    return success();
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                        [&] { return parser.parseType(state.types.emplace_back()); });
}

static void printOptionalResultTypes(OpAsmPrinter &printer, TypeRange types) {
  if (types.empty())
    return;
  printer << " -> (";
  llvm::interleaveComma(types, printer);
  printer << ")";
}

ParseResult st::parseBody(OpAsmParser &parser, OperationState &state, ArrayRef<OpAsmParser::Argument> arguments) {
  Region *body = state.addRegion();
  // Nothing from outside is visible inside, so that its names may be used again.
  if (parser.parseRegion(*body, arguments, /*enableNameShadowing=*/true))
    return failure();
  // A region without a written terminator ends in an empty yield.
  if (body->empty())
    body->emplaceBlock();
  if (body->front().empty() || !body->front().back().hasTrait<OpTrait::IsTerminator>()) {
    // The region has no parent yet that an insertion point could take its context from.
    OpBuilder builder(parser.getContext());
    builder.setInsertionPointToEnd(&body->front());
    YieldOp::create(builder, state.location);
  }
  return success();
}

static ParseResult parseName(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  return parser.parseSymbolName(name, "sym_name", state.attributes);
}

//===----------------------------------------------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------------------------------------------===//

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &state) {
  Bindings bindings;
  SMLoc loc = parser.getCurrentLocation();
  return failure(parseName(parser, state) || parseBindings(parser, bindings) ||
                 parseOptionalResultTypes(parser, state) || parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
                 parser.resolveOperands(bindings.operands, bindings.operandTypes, loc, state.operands) ||
                 parseBody(parser, state, bindings.arguments));
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printer.printSymbolName(getSymName());
  printer << " ";
  printBindings(printer, getBody().getArguments(), getInputs());
  printOptionalResultTypes(printer, getResultTypes());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"sym_name"});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

YieldOp KernelOp::getYield() { return cast<YieldOp>(getBody().front().getTerminator()); }

/// Whether `memory` holds a tensor of `shape`, and perhaps more.
static bool hasRoomFor(RankedTensorType memory, ArrayRef<int64_t> shape) {
  return memory.getRank() == static_cast<int64_t>(shape.size()) &&
         llvm::all_of(llvm::zip(memory.getShape(), shape),
                      [](auto pair) { return std::get<0>(pair) >= std::get<1>(pair); });
}

/// A tensor may cross as an itensor of its logical shape, or packed into the itensor's tiles. Of an operand, the
/// beginning may cross.
static LogicalResult verifyCrossing(Operation *op, Type outside, Type inside, const Twine &what,
                                    bool isOperand = false) {
  if (outside == inside)
    return success();
  auto tensor = dyn_cast<RankedTensorType>(outside);
  auto itensor = dyn_cast<ItensorType>(inside);
  if (!tensor || !itensor)
    return op->emitOpError() << what << " cannot cross the kernel boundary from " << outside << " to " << inside;
  auto packed = RankedTensorType::get(packedShape(itensor), itensor.getScalarType());
  if (tensor == itensor.getTensorType() || tensor == packed)
    return success();
  if (isOperand && tensor.getElementType() == itensor.getScalarType() && hasRoomFor(tensor, itensor.getDataShape()))
    return success();
  return op->emitOpError() << what << " must be " << itensor.getTensorType() << " or, packed, " << packed << ", but is "
                           << tensor;
}

ArrayRef<int64_t> KernelOp::getUpdates() {
  auto updates = (*this)->getAttrOfType<DenseI64ArrayAttr>(updatesAttr);
  return updates ? updates.asArrayRef() : ArrayRef<int64_t>();
}

std::optional<unsigned> KernelOp::getUpdatedOperand(unsigned result) {
  if (result >= getUpdates().size() || getUpdates()[result] < 0)
    return std::nullopt;
  return getUpdates()[result];
}

/// A result that stands for an operand after it has been updated is that operand's memory, and writes a part of it.
static LogicalResult verifyUpdates(KernelOp kernel) {
  ArrayRef<int64_t> updates = kernel.getUpdates();
  if (!updates.empty() && updates.size() != kernel.getNumResults())
    return kernel.emitOpError() << "'" << updatesAttr << "' lists " << updates.size() << " operands for "
                                << kernel.getNumResults() << " results";
  llvm::SmallDenseSet<int64_t> updated;
  for (unsigned result = 0; result < kernel.getNumResults(); ++result) {
    int64_t operand = updates.empty() ? -1 : updates[result];
    Type yielded = kernel.getYield().getOperand(result).getType();
    auto itensor = dyn_cast<ItensorType>(yielded);
    if (itensor && itensor.getPlaces().empty() != (operand < 0))
      return kernel.emitOpError() << "result " << result << " is " << itensor << ", which "
                                  << (operand < 0 ? "must update an operand" : "must lie at a place of the operand")
                                  << "; see '" << updatesAttr << "'";
    if (operand < 0)
      continue;
    if (operand >= static_cast<int64_t>(kernel.getInputs().size()) || !updated.insert(operand).second)
      return kernel.emitOpError() << "result " << result << " updates operand " << operand
                                  << (operand < static_cast<int64_t>(kernel.getInputs().size())
                                          ? ", which another result updates too"
                                          : ", which does not exist");
    if (kernel.getInputs()[operand].getType() != kernel.getResult(result).getType())
      return kernel.emitOpError() << "result " << result << " of type " << kernel.getResult(result).getType()
                                  << " updates operand " << operand << " of type "
                                  << kernel.getInputs()[operand].getType();
  }
  return success();
}

LogicalResult KernelOp::verify() {
  if (getBody().getNumArguments() != getInputs().size())
    return emitOpError() << "has " << getInputs().size() << " operands but " << getBody().getNumArguments()
                         << " block arguments";
  for (auto [index, binding] : llvm::enumerate(llvm::zip(getInputs().getTypes(), getBody().getArgumentTypes())))
    if (failed(verifyCrossing(*this, std::get<0>(binding), std::get<1>(binding), "operand " + Twine(index),
                              /*isOperand=*/true)))
      return failure();
  YieldOp yield = getYield();
  if (yield.getNumOperands() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " results but yields " << yield.getNumOperands() << " values";
  if (failed(verifyUpdates(*this)))
    return failure();
  for (auto [index, crossing] : llvm::enumerate(llvm::zip(getResultTypes(), yield.getOperandTypes()))) {
    if (failed(verifyCrossing(*this, std::get<0>(crossing), std::get<1>(crossing), "result " + Twine(index))))
      return failure();
    if (auto itensor = dyn_cast<ItensorType>(std::get<1>(crossing)))
      if (auto reason = whyNotProducer(itensor))
        return emitOpError() << "result " << index << " cannot be produced: " << *reason;
  }
  return success();
}

//===----------------------------------------------------------------------------------------------------------===//
// Task
//===----------------------------------------------------------------------------------------------------------===//

static bool yieldsResult(Type initType) { return isa<ItensorType, RankedTensorType>(initType); }

ParseResult TaskOp::parse(OpAsmParser &parser, OperationState &state) {
  Bindings reads, inits;
  SMLoc loc = parser.getCurrentLocation();
  if (parseName(parser, state) || (succeeded(parser.parseOptionalKeyword("reads")) && parseBindings(parser, reads)) ||
      (succeeded(parser.parseOptionalKeyword("inits")) && parseBindings(parser, inits)) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.resolveOperands(reads.operands, reads.operandTypes, loc, state.operands) ||
      parser.resolveOperands(inits.operands, inits.operandTypes, loc, state.operands))
    return failure();
  for (Type type : inits.operandTypes)
    if (yieldsResult(type))
      state.types.push_back(type);
  state.addAttribute(getOperandSegmentSizesAttrName(state.name),
                     parser.getBuilder().getDenseI32ArrayAttr(
                         {static_cast<int32_t>(reads.operands.size()), static_cast<int32_t>(inits.operands.size())}));
  llvm::append_range(reads.arguments, inits.arguments);
  return parseBody(parser, state, reads.arguments);
}

void TaskOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printer.printSymbolName(getSymName());
  if (!getReads().empty()) {
    printer << " reads";
    printBindings(printer, getReadArguments(), getReads());
  }
  if (!getInits().empty()) {
    printer << " inits";
    printBindings(printer, getInitArguments(), getInits());
  }
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {"sym_name", getOperandSegmentSizesAttrName()});
  printer << " ";
  // The terminator of a task without results says nothing.
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false, /*printBlockTerminators=*/getNumResults() != 0);
}

YieldOp TaskOp::getYield() { return cast<YieldOp>(getBody().front().getTerminator()); }

Block::BlockArgListType TaskOp::getReadArguments() { return getBody().getArguments().take_front(getReads().size()); }

Block::BlockArgListType TaskOp::getInitArguments() { return getBody().getArguments().drop_front(getReads().size()); }

OpOperand &TaskOp::getOperandFor(BlockArgument argument) {
  return getOperation()->getOpOperand(argument.getArgNumber());
}

Value TaskOp::getResultForInit(unsigned index) {
  if (!yieldsResult(getInits()[index].getType()))
    return {};
  unsigned result = llvm::count_if(getInits().take_front(index), [](Value v) { return yieldsResult(v.getType()); });
  return getResult(result);
}

/// How often `op` runs in one run of `task`; nullopt where that is no constant.
static std::optional<int64_t> countRuns(Operation *op, TaskOp task) {
  int64_t runs = 1;
  for (Operation *parent = op->getParentOp(); parent != task; parent = parent->getParentOp()) {
    auto loop = dyn_cast<LoopLikeOpInterface>(parent);
    if (!loop)
      return std::nullopt;
    auto lows = loop.getLoopLowerBounds(), highs = loop.getLoopUpperBounds(), steps = loop.getLoopSteps();
    if (!lows || !highs || !steps)
      return std::nullopt;
    for (auto [low, high, step] : llvm::zip(*lows, *highs, *steps)) {
      auto from = getConstantIntValue(low), to = getConstantIntValue(high), by = getConstantIntValue(step);
      if (!from || !to || !by || *by <= 0)
        return std::nullopt;
      runs *= std::max<int64_t>(0, llvm::divideCeilSigned(*to - *from, *by));
    }
  }
  return runs;
}

/// The block argument of a task that `stream` is a later state of; null where that is not plain to see.
static Value traceToInit(Value stream, TaskOp task) {
  while (stream) {
    if (auto argument = dyn_cast<BlockArgument>(stream)) {
      if (argument.getOwner()->getParentOp() == task)
        return stream;
      auto loop = dyn_cast<LoopLikeOpInterface>(argument.getOwner()->getParentOp());
      OpOperand *init = loop ? loop.getTiedLoopInit(argument) : nullptr;
      stream = init ? init->get() : Value();
    } else if (auto write = stream.getDefiningOp<ItensorWriteOp>()) {
      stream = write.getDest();
    } else if (auto loop = stream.getDefiningOp<LoopLikeOpInterface>()) {
      unsigned index = cast<OpResult>(stream).getResultNumber();
      stream = index < loop.getInits().size() ? loop.getInits()[index] : Value();
    } else {
      return {};
    }
  }
  return {};
}

/// What the loops pull and push must be the sequences of the types. Here the number of slices is judged, where loops
/// are constant; reference execution judges the rest.
static LogicalResult verifyCounts(TaskOp task) {
  // By block argument: slices moved; nullopt once some are not countable.
  llvm::SmallDenseMap<Value, std::optional<int64_t>> moved;
  auto add = [&](Value argument, Operation *access) {
    auto runs = countRuns(access, task);
    auto &count = moved.try_emplace(argument, 0).first->second;
    if (count)
      count = runs ? std::optional<int64_t>(*count + *runs) : std::nullopt;
  };
  bool isTraceable = true;
  task.getBody().walk([&](Operation *op) {
    if (auto read = dyn_cast<ItensorReadOp>(op))
      add(read.getSource(), read);
    else if (auto write = dyn_cast<ItensorWriteOp>(op)) {
      Value init = traceToInit(write.getDest(), task);
      isTraceable &= static_cast<bool>(init);
      add(init, write);
    }
  });
  auto verify = [&](BlockArgument argument, StringRef verb, const Twine &what) -> LogicalResult {
    auto type = dyn_cast<ItensorType>(argument.getType());
    auto count = moved.lookup(argument);
    // A task that has yet to be written moves nothing.
    if (!type || !count || *count == 0 || *count == type.getNumTiles())
      return success();
    return task.emitOpError() << verb << " " << *count << " slices of " << what << ", but its type streams "
                              << type.getNumTiles();
  };
  for (auto [index, argument] : llvm::enumerate(task.getReadArguments()))
    if (failed(verify(argument, "pulls", "read " + Twine(index))))
      return failure();
  for (auto [index, argument] : llvm::enumerate(task.getInitArguments()))
    if (isTraceable && failed(verify(argument, "pushes", "init " + Twine(index))))
      return failure();
  return success();
}

LogicalResult TaskOp::verify() {
  if (getBody().getNumArguments() != getNumOperands())
    return emitOpError() << "has " << getNumOperands() << " operands but " << getBody().getNumArguments()
                         << " block arguments";
  for (auto [index, binding] : llvm::enumerate(llvm::zip(getOperandTypes(), getBody().getArgumentTypes())))
    if (std::get<0>(binding) != std::get<1>(binding))
      return emitOpError() << "operand " << index << " has type " << std::get<0>(binding)
                           << ", but its block argument has type " << std::get<1>(binding);
  SmallVector<Type> expected = llvm::to_vector(llvm::make_filter_range(getInits().getTypes(), yieldsResult));
  if (TypeRange(expected) != getResultTypes())
    return emitOpError("must have one result for each itensor or tensor among its inits, of the same type");
  YieldOp yield = getYield();
  if (yield.getOperandTypes() != getResultTypes()) {
    InFlightDiagnostic diag = emitOpError("must yield a value for each result, of the same type");
    diag.attachNote(yield.getLoc()) << "yielded here";
    return diag;
  }
  return verifyCounts(*this);
}

//===----------------------------------------------------------------------------------------------------------===//
// Row operation
//===----------------------------------------------------------------------------------------------------------===//

static ParseResult parseMaps(OpAsmParser &parser, ArrayAttr &attribute) {
  SmallVector<Attribute> maps;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
        AffineMap map;
        if (parser.parseAffineMap(map))
          return failure();
        maps.push_back(AffineMapAttr::get(map));
        return success();
      }))
    return failure();
  attribute = parser.getBuilder().getArrayAttr(maps);
  return success();
}

static void printMaps(OpAsmPrinter &printer, ArrayAttr maps) {
  printer << "[";
  llvm::interleaveComma(maps.getAsValueRange<AffineMapAttr>(), printer, [&](AffineMap map) { printer << map; });
  printer << "]";
}

ParseResult RowOp::parse(OpAsmParser &parser, OperationState &state) {
  Bindings bindings;
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> domain;
  int64_t rows;
  ArrayAttr inputMaps, resultMaps;
  if (parseBindings(parser, bindings) || parser.parseKeyword("domain") ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                     [&] { return parser.parseInteger(domain.emplace_back()); }) ||
      parser.parseKeyword("rows") || parser.parseInteger(rows) || parser.parseKeyword("maps") ||
      parseMaps(parser, inputMaps) || parser.parseArrow() || parseMaps(parser, resultMaps) ||
      parseOptionalResultTypes(parser, state) || parser.parseOptionalAttrDictWithKeyword(state.attributes) ||
      parser.resolveOperands(bindings.operands, bindings.operandTypes, loc, state.operands))
    return failure();
  Builder &builder = parser.getBuilder();
  state.addAttribute(getDomainAttrName(state.name), builder.getDenseI64ArrayAttr(domain));
  state.addAttribute(getNumRowDimsAttrName(state.name), builder.getI64IntegerAttr(rows));
  state.addAttribute(getInputMapsAttrName(state.name), inputMaps);
  state.addAttribute(getResultMapsAttrName(state.name), resultMaps);
  return parseBody(parser, state, bindings.arguments);
}

void RowOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printBindings(printer, getBody().getArguments(), getInputs());
  printer << " domain [";
  llvm::interleaveComma(getDomain(), printer);
  printer << "] rows " << getNumRowDims() << " maps ";
  printMaps(printer, getInputMaps());
  printer << " -> ";
  printMaps(printer, getResultMaps());
  printOptionalResultTypes(printer, getResultTypes());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getDomainAttrName(), getNumRowDimsAttrName(),
                                                                 getInputMapsAttrName(), getResultMapsAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

YieldOp RowOp::getYield() { return cast<YieldOp>(getBody().front().getTerminator()); }

/// `type` must be the shape that `map` cuts out of the domain.
static LogicalResult verifyRowMap(RowOp op, AffineMap map, Type type, const Twine &what) {
  ArrayRef<int64_t> domain = op.getDomain();
  if (map.getNumDims() != domain.size() || !map.isProjectedPermutation())
    return op.emitOpError() << "map of " << what << " must be a projected permutation of the " << domain.size()
                            << " domain dimensions, but is " << AffineMapAttr::get(map);
  SmallVector<int64_t> shape = applyPermutationMap(map, domain);
  if (cast<RankedTensorType>(type).getShape() != ArrayRef<int64_t>(shape))
    return op.emitOpError() << what << " has type " << type << ", but its map cuts out another shape of the domain";
  return success();
}

LogicalResult RowOp::verify() {
  if (getNumRowDims() > getDomain().size())
    return emitOpError() << "has " << getNumRowDims() << " row dimensions of a domain of rank " << getDomain().size();
  if (getInputMaps().size() != getInputs().size())
    return emitOpError() << "has " << getInputs().size() << " inputs but " << getInputMaps().size() << " input maps";
  if (getResultMaps().size() != getNumResults())
    return emitOpError() << "has " << getNumResults() << " results but " << getResultMaps().size() << " result maps";
  if (getInputs().getTypes() != getBody().getArgumentTypes())
    return emitOpError("block arguments must have the types of the inputs");
  if (getYield().getOperandTypes() != getResultTypes())
    return emitOpError("must yield a value for each result, of the same type");
  for (auto [index, map] : llvm::enumerate(getInputMaps().getAsValueRange<AffineMapAttr>()))
    if (failed(verifyRowMap(*this, map, getInputs()[index].getType(), "input " + Twine(index))))
      return failure();
  for (auto [index, map] : llvm::enumerate(getResultMaps().getAsValueRange<AffineMapAttr>()))
    if (failed(verifyRowMap(*this, map, getResult(index).getType(), "result " + Twine(index))))
      return failure();
  return success();
}
