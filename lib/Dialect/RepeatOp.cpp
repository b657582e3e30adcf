//===- RepeatOp.cpp - The layer loop: syntax and verification --------------------------------------------------===//

#include "Dialect/Bindings.h"
#include "Dialect/LayoutAlgebra.h"
#include "Dialect/Repeat.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------------------------------------------===//

/// `type` behind a new outermost loop; with `stacks`, one that drives a new leading data dimension.
static ItensorType addLoop(ItensorType type, int64_t count, bool stacks) {
  MLIRContext *context = type.getContext();
  auto prepend = [](ArrayRef<int64_t> values, int64_t first) {
    SmallVector<int64_t> all{first};
    llvm::append_range(all, values);
    return all;
  };
  SmallVector<int64_t> elementShape(type.getElementShape()), dataShape(type.getDataShape());
  Type element = type.getElementType();
  AffineMap map = type.getIterMap().shiftDims(1);
  SmallVector<ExtentAttr> dataExtents, tripExtents;
  if (type.hasRunTimeSizes()) {
    tripExtents.push_back({});
    for (unsigned loop = 0; loop < type.getNumLoops(); ++loop)
      tripExtents.push_back(type.getTripExtent(loop));
    for (unsigned dim = 0; dim < type.getRank(); ++dim)
      dataExtents.push_back(type.getDataExtent(dim));
  }
  if (stacks) {
    elementShape = prepend(elementShape, 1);
    dataShape = prepend(dataShape, count);
    if (auto vector = dyn_cast<VectorType>(element))
      element = VectorType::get(prepend(vector.getShape(), 1), vector.getElementType());
    SmallVector<AffineExpr> results{getAffineDimExpr(0, context)};
    llvm::append_range(results, map.getResults());
    map = AffineMap::get(map.getNumDims(), map.getNumSymbols(), results, context);
    if (type.hasRunTimeSizes())
      dataExtents.insert(dataExtents.begin(), ExtentAttr());
  }
  auto stacked = ItensorType::get(context, elementShape, element, dataShape, prepend(type.getTripCounts(), count),
                                  prepend(type.getSteps(), 1), map);
  if (type.hasRunTimeSizes())
    stacked = stacked.withSizes(dataExtents, tripExtents);
  if (type.getPlaces().empty())
    return stacked;
  SmallVector<StringAttr> places(type.getPlaces());
  if (stacks)
    places.insert(places.begin(), StringAttr());
  return stacked.withPlaces(places);
}

ItensorType st::stackType(ItensorType type, int64_t count) { return addLoop(type, count, /*stacks=*/true); }

ItensorType st::unstackType(ItensorType type) {
  Type element = type.getElementType();
  if (auto vector = dyn_cast<VectorType>(element))
    element = VectorType::get(vector.getShape().drop_front(), vector.getElementType());
  AffineMap map = type.getIterMap().dropResult(0);
  map = map.replaceDimsAndSymbols(
      [&] {
        // Dimension k of the stack is dimension k - 1 of what it holds; dimension 0 drove what is dropped.
        SmallVector<AffineExpr> dims{getAffineConstantExpr(0, type.getContext())};
        for (unsigned dim = 1; dim < map.getNumDims(); ++dim)
          dims.push_back(getAffineDimExpr(dim - 1, type.getContext()));
        return dims;
      }(),
      {}, map.getNumDims() - 1, 0);
  auto single = ItensorType::get(type.getContext(), type.getElementShape().drop_front(), element,
                                 type.getDataShape().drop_front(), type.getTripCounts().drop_front(),
                                 type.getSteps().drop_front(), map);
  if (!type.getPlaces().empty())
    single = single.withPlaces(type.getPlaces().drop_front());
  if (!type.hasRunTimeSizes())
    return single;
  SmallVector<ExtentAttr> dataExtents, tripExtents;
  for (unsigned dim = 1; dim < type.getRank(); ++dim)
    dataExtents.push_back(type.getDataExtent(dim));
  for (unsigned loop = 1; loop < type.getNumLoops(); ++loop)
    tripExtents.push_back(type.getTripExtent(loop));
  return single.withSizes(dataExtents, tripExtents);
}

ItensorType st::againType(ItensorType type, int64_t count) { return addLoop(type, count, /*stacks=*/false); }

SmallVector<Block *> st::getHostBlocks(Operation *function) {
  SmallVector<Block *> blocks;
  function->walk([&](RepeatOp repeat) {
    if (!repeat->getParentOfType<KernelOp>())
      blocks.push_back(&repeat.getBody().front());
  });
  blocks.push_back(&function->getRegion(0).front());
  return blocks;
}

bool st::isFeedback(Value value) {
  if (Operation *op = value.getDefiningOp(); op && op->hasAttr(feedbackAttr))
    return true;
  auto task = value.getDefiningOp<TaskOp>();
  return task && llvm::any_of(llvm::seq<unsigned>(0, task.getInits().size()), [&](unsigned init) {
           Operation *placeholder = task.getInits()[init].getDefiningOp();
           return task.getResultForInit(init) == value && placeholder && placeholder->hasAttr(feedbackAttr);
         });
}

int64_t st::countRepetitions(Block *block) {
  int64_t count = 1;
  for (auto repeat = dyn_cast<RepeatOp>(block->getParentOp()); repeat; repeat = repeat->getParentOfType<RepeatOp>())
    count *= repeat.getCount();
  return count;
}

//===----------------------------------------------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------------------------------------------===//

ParseResult RepeatOp::parse(OpAsmParser &parser, OperationState &state) {
  Bindings carried, slices, again;
  OpAsmParser::Argument index;
  index.type = parser.getBuilder().getIndexType();
  int64_t count;
  if (parser.parseArgument(index) || parser.parseKeyword("to") || parser.parseInteger(count))
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if ((succeeded(parser.parseOptionalKeyword("carried")) && parseBindings(parser, carried)) ||
      (succeeded(parser.parseOptionalKeyword("slices")) && parseBindings(parser, slices)) ||
      (succeeded(parser.parseOptionalKeyword("again")) && parseBindings(parser, again)) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  SmallVector<OpAsmParser::Argument> arguments{index};
  SmallVector<int32_t> segments;
  for (Bindings *bindings : {&carried, &slices, &again}) {
    if (parser.resolveOperands(bindings->operands, bindings->operandTypes, loc, state.operands))
      return failure();
    llvm::append_range(arguments, bindings->arguments);
    segments.push_back(bindings->operands.size());
  }
  state.addTypes(carried.operandTypes);
  Builder &builder = parser.getBuilder();
  state.addAttribute(getCountAttrName(state.name), builder.getI64IntegerAttr(count));
  state.addAttribute(getOperandSegmentSizesAttrName(state.name), builder.getDenseI32ArrayAttr(segments));
  return parseBody(parser, state, arguments);
}

void RepeatOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printer.printRegionArgument(getIndex(), {}, /*omitType=*/true);
  printer << " to " << getCount();
  auto print = [&](StringRef keyword, Block::BlockArgListType arguments, OperandRange operands) {
    if (operands.empty())
      return;
    printer << " " << keyword;
    printBindings(printer, arguments, operands);
  };
  print("carried", getCarriedArguments(), getCarried());
  print("slices", getSliceArguments(), getSlices());
  print("again", getAgainArguments(), getAgain());
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(), {getCountAttrName(), getOperandSegmentSizesAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

YieldOp RepeatOp::getYield() { return cast<YieldOp>(getBody().front().getTerminator()); }

BlockArgument RepeatOp::getIndex() { return getBody().getArgument(0); }

Block::BlockArgListType RepeatOp::getCarriedArguments() {
  return getBody().getArguments().slice(1, getCarried().size());
}

Block::BlockArgListType RepeatOp::getSliceArguments() {
  return getBody().getArguments().slice(1 + getCarried().size(), getSlices().size());
}

Block::BlockArgListType RepeatOp::getAgainArguments() { return getBody().getArguments().take_back(getAgain().size()); }

//===----------------------------------------------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------------------------------------------===//

/// Whether `outside` streams what `expected` does; tensors must be the same.
static bool matches(Type outside, Type expected) {
  auto a = dyn_cast<ItensorType>(outside), b = dyn_cast<ItensorType>(expected);
  return a && b ? relate(a, b) == Relation::Equal : outside == expected;
}

/// The type of the operand that is seen as `inside` in `count` repetitions.
static Type getOutsideType(Type inside, int64_t count, bool stacks) {
  if (auto itensor = dyn_cast<ItensorType>(inside))
    return stacks ? stackType(itensor, count) : againType(itensor, count);
  auto tensor = dyn_cast<RankedTensorType>(inside);
  if (!tensor || !stacks)
    return inside;
  SmallVector<int64_t> shape{count};
  llvm::append_range(shape, tensor.getShape());
  return RankedTensorType::get(shape, tensor.getElementType());
}

LogicalResult RepeatOp::verify() {
  if (getCount() < 1)
    return emitOpError() << "must repeat its body at least once, but has a count of " << getCount();
  if (getBody().getNumArguments() != getNumOperands() + 1)
    return emitOpError() << "has " << getNumOperands() << " operands but " << getBody().getNumArguments()
                         << " block arguments; it needs one for the repetition and one for each operand";
  if (!getIndex().getType().isIndex())
    return emitOpError() << "first block argument is the number of the repetition and must be an index, but has type "
                         << getIndex().getType();
  bool inKernel = (*this)->getParentOfType<KernelOp>();
  for (auto [number, type] : llvm::enumerate(getOperandTypes()))
    if (isa<ItensorType>(type) != inKernel)
      return emitOpError() << "operand " << number << " must be "
                           << (inKernel ? "an itensor inside" : "a tensor outside") << " a kernel, but is " << type;
  YieldOp yield = getYield();
  if (yield.getNumOperands() != getCarried().size() || getNumResults() != getCarried().size()) {
    InFlightDiagnostic diag = emitOpError() << "carries " << getCarried().size() << " values but has "
                                            << getNumResults() << " results and yields " << yield.getNumOperands();
    diag.attachNote(yield.getLoc()) << "yielded here";
    return diag;
  }
  for (auto [number, argument] : llvm::enumerate(getCarriedArguments())) {
    Type type = argument.getType();
    if (getCarried()[number].getType() != type)
      return emitOpError() << "carried value " << number << " has type " << type << ", but starts from "
                           << getCarried()[number].getType();
    if (yield.getOperand(number).getType() != type) {
      InFlightDiagnostic diag = emitOpError() << "carried value " << number << " has type " << type
                                              << ", but the repetition yields " << yield.getOperand(number).getType();
      diag.attachNote(yield.getLoc()) << "yielded here";
      return diag;
    }
    if (getResult(number).getType() != type)
      return emitOpError() << "carried value " << number << " has type " << type << ", but its result has "
                           << getResult(number).getType();
    if (auto itensor = dyn_cast<ItensorType>(type))
      if (auto reason = whyNotProducer(itensor))
        return emitOpError() << "carried value " << number << " cannot be produced: " << *reason;
  }
  auto verifyOutside = [&](Block::BlockArgListType arguments, OperandRange operands, bool stacks) -> LogicalResult {
    for (auto [number, binding] : llvm::enumerate(llvm::zip(arguments, operands))) {
      auto [argument, operand] = binding;
      Type expected = getOutsideType(argument.getType(), getCount(), stacks);
      if (!matches(operand.getType(), expected))
        return emitOpError() << (stacks ? "sliced" : "repeated") << " value " << number << " must come from "
                             << expected << ", but comes from " << operand.getType();
    }
    return success();
  };
  return failure(failed(verifyOutside(getSliceArguments(), getSlices(), /*stacks=*/true)) ||
                 failed(verifyOutside(getAgainArguments(), getAgain(), /*stacks=*/false)));
}
