//===- TaskPrinter.cpp - A task as a C++ function -------------------------------------------------------------===//

#include "Emit/Hls/TaskPrinter.h"
#include "Emit/Common/ScalarOperations.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace st;

/// Longest expression that is written in place of its use.
constexpr size_t maxInlineLength = 64;
/// Longest index that is written at each of several uses.
constexpr size_t maxRepeatedIndexLength = 16;

TaskPrinter::TaskPrinter(const KernelLayout &layout, TaskOp task, SourceWriter &out)
    : layout(layout), task(task), out(out), inlining(task.getBody().front()) {}

SmallVector<Expression> TaskPrinter::valuesOf(ValueRange range) const {
  return llvm::map_to_vector(range, [&](Value value) { return valueOf(value); });
}

LogicalResult TaskPrinter::print() {
  NameScope functionScope;
  scope = &functionScope;
  // A local name must not hide a task or the top function.
  functionScope.declare(layout.name);
  for (const auto &entry : layout.taskNames)
    functionScope.declare(entry.second);
  std::vector<std::string> parameters;
  for (BlockArgument argument : task.getBody().getArguments()) {
    parameters.push_back(printParameter(argument));
    if (parameters.back().empty())
      return task.emitOpError() << "has an argument of type " << argument.getType() << " without a C++ form";
  }
  std::vector<std::string> names = layout.getSizesOf(task);
  for (const std::string &name : names) {
    parameters.push_back("int " + name);
    functionScope.declare(name);
  }

  if (auto schedule = task.getSchedule())
    out.line("// II " + Twine(schedule->getIi()) + ", first token after " + Twine(schedule->getFirstTokenCycles()) +
             " cycles, " + Twine(schedule->getLatencyCycles()) + " cycles in all.");
  out.list("static void " + layout.taskNames.lookup(task) + "(", parameters, ") {");
  out.enter();
  LogicalResult printed = printBlock(task.getBody().front());
  out.close();
  scope = nullptr;
  return printed;
}

std::string TaskPrinter::printParameter(BlockArgument argument) {
  if (auto stream = dyn_cast<StreamType>(argument.getType())) {
    bool isRead = llvm::is_contained(task.getReadArguments(), argument);
    TaskOp partner = layout.findPartner(argument);
    std::string wanted = partner ? layout.taskNames.lookup(partner) : "stream";
    std::string name = scope->declare((isRead ? "from_" : "to_") + wanted);
    values[argument] = {name};
    return "hls::stream<" + tokenCppType(stream.getTokenType()) + "> &" + name;
  }
  if (isa<MemRefType>(argument.getType())) {
    const MemoryPort *port = layout.findPort(argument);
    if (!port)
      return "";
    std::string name = scope->declare(layout.operandNames[port->operandIndex]);
    values[argument] = {name};
    return (port->isInput ? "const " : "") + port->element.cppType + " *" + name;
  }
  std::optional<std::string> type = cppType(argument.getType());
  if (!type)
    return "";
  std::string name = scope->declare("argument");
  values[argument] = {name};
  return *type + " " + name;
}

LogicalResult TaskPrinter::printBlock(Block &block) {
  NameScope inner(scope);
  scope = &inner;
  LogicalResult result = success();
  for (Operation &op : block.without_terminator())
    if (failed(printOperation(&op))) {
      result = failure();
      break;
    }
  if (succeeded(result))
    if (auto yield = dyn_cast<scf::YieldOp>(block.getTerminator())) {
      ValueRange targets = isa<scf::ForOp>(block.getParentOp())
                               ? ValueRange(cast<scf::ForOp>(block.getParentOp()).getRegionIterArgs())
                               : ValueRange(block.getParentOp()->getResults());
      printAssignments(targets, yield.getOperands());
    }
  scope = const_cast<NameScope *>(inner.getParent());
  return result;
}

LogicalResult TaskPrinter::printOperation(Operation *op) {
  return TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](scf::ForOp loop) { return printFor(loop); })
      .Case([&](scf::IfOp branch) { return printIf(branch); })
      .Case([&](SizeOp size) {
        for (const auto &[symbol, name] : layout.sizes)
          if (symbol == size.getSymbol())
            values[size] = {name};
        return success();
      })
      .Case([&](BufferOp buffer) { return printBuffer(buffer); })
      .Case([&](memref::GetGlobalOp table) { return printTable(table); })
      .Case([&](memref::StoreOp store) { return printStore(store); })
      .Case([&](memref::LoadOp load) {
        return define(load, elementOf(load.getMemRef(), valuesOf(load.getIndices())),
                      valueOf(load.getMemRef()).text + "_value");
      })
      .Case([&](StreamReadOp read) { return printStreamRead(read); })
      .Case([&](StreamWriteOp write) { return printStreamWrite(write); })
      .Case([&](vector::LoadOp load) { return printVectorLoad(load); })
      .Case([&](vector::StoreOp store) { return printVectorStore(store); })
      .Case([&](vector::ExtractOp extract) { return printExtract(extract); })
      .Case([&](vector::InsertOp insert) { return printInsert(insert); })
      .Case([&](vector::BroadcastOp broadcast) { return printBroadcast(broadcast); })
      .Default([&](Operation *) { return printScalar(op); });
}

LogicalResult TaskPrinter::printScalar(Operation *op) {
  if (op->getNumResults() == 1 && isa<VectorType>(op->getResult(0).getType()))
    return printLanewise(op);
  std::optional<Expression> expression;
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    expression = printConstant(constant.getValue());
    if (expression) {
      values[constant] = *expression;
      return success();
    }
  } else if (isScalarOperation(op)) {
    expression = printScalarOperation(op, valuesOf(op->getOperands()));
  }
  if (!expression)
    return op->emitOpError() << "has no form in HLS C++";
  return define(op, *expression, nameForValueOf(op));
}

/// The operator of `x op= y`, where `op` computes x op y.
static StringRef compoundOperator(Operation *op) {
  return TypeSwitch<Operation *, StringRef>(op)
      .Case<arith::AddFOp>([](Operation *) { return "+"; })
      .Case<arith::SubFOp>([](Operation *) { return "-"; })
      .Case<arith::MulFOp>([](Operation *) { return "*"; })
      .Case<arith::DivFOp>([](Operation *) { return "/"; })
      .Case<arith::AddIOp>([](Operation *) { return "+"; })
      .Default([](Operation *) { return ""; });
}

std::string TaskPrinter::assignmentText(StringRef target, const Expression &value, Operation *computes) const {
  StringRef symbol = computes ? compoundOperator(computes) : "";
  std::string prefix = (target + " " + symbol + " ").str();
  // x = x + y reads better as x += y.
  if (!symbol.empty() && valueOf(computes->getOperand(0)).text == target && StringRef(value.text).starts_with(prefix))
    return (target + " " + symbol + "= ").str() + valueOf(computes->getOperand(1)).text + ";";
  return (target + " = ").str() + value.text + ";";
}

bool TaskPrinter::fitsIntoStore(Operation *op, const Expression &expression) const {
  auto store = dyn_cast<memref::StoreOp>(*op->user_begin());
  if (!store || store.getValueToStore() != op->getResult(0))
    return false;
  std::string target = elementOf(store.getMemRef(), valuesOf(store.getIndices())).text;
  return out.column() + assignmentText(target, expression, op).size() <= 120;
}

LogicalResult TaskPrinter::define(Operation *op, const Expression &expression, StringRef name) {
  Value result = op->getResult(0);
  size_t length = expression.text.size();
  bool isShortIndex = result.getType().isIndex() && length <= maxRepeatedIndexLength && isScalarOperation(op);
  if (op->use_empty() && isScalarOperation(op))
    return success();
  if (isShortIndex || (inlining.canInline(op) && (length <= maxInlineLength || fitsIntoStore(op, expression)))) {
    values[result] = expression;
    return success();
  }
  std::optional<std::string> type = cppType(result.getType());
  if (!type)
    return op->emitOpError() << "has a result of type " << result.getType() << " without a C++ form";
  std::string variable = scope->declare(name);
  out.line("const " + *type + " " + variable + " = " + expression.text + ";");
  values[result] = {variable};
  return success();
}

LogicalResult TaskPrinter::printFor(scf::ForOp loop) {
  // What the loop carries lives in variables that outlive it and end as its results.
  for (auto [argument, init, result] : llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs(), loop.getResults())) {
    std::optional<std::string> type =
        isa<VectorType>(argument.getType()) ? tokenCppType(argument.getType()) : cppType(argument.getType());
    if (!type)
      return loop.emitOpError() << "carries a value of type " << argument.getType() << " without a C++ form";
    Operation *yielded = loop.getYieldedValues()[argument.getArgNumber() - 1].getDefiningOp();
    std::string name = scope->declare(yielded ? nameForValueOf(yielded) : "carried");
    out.line(*type + " " + name + " = " + valueOf(init).text + ";");
    values[argument] = values[result] = {name};
  }
  static const StringRef letters[] = {"i", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t", "u", "v", "w"};
  bool isUnrolled = loop->hasAttr("st.unroll");
  NameScope header(scope);
  std::string index = isUnrolled ? header.declare("lane") : header.declareFirstFree(letters);
  scope = &header;
  values[loop.getInductionVar()] = {index};
  Expression step = valueOf(loop.getStep());
  out.open("for (int " + index + " = " + valueOf(loop.getLowerBound()).text + "; " + index + " < " +
           valueOf(loop.getUpperBound()).inside(Precedence::Relational, true) + "; " +
           (step.text == "1" ? "++" + index : index + " += " + step.text) + ")");
  if (auto interval = loop->getAttrOfType<IntegerAttr>("st.pipeline"))
    out.directive("#pragma HLS pipeline II=" + Twine(interval.getInt()));
  if (auto factor = loop->getAttrOfType<IntegerAttr>("st.unroll"))
    out.directive("#pragma HLS unroll factor=" + Twine(factor.getInt()));
  else if (isUnrolled)
    out.directive("#pragma HLS unroll");
  LogicalResult result = printBlock(*loop.getBody());
  out.close();
  scope = const_cast<NameScope *>(header.getParent());
  return result;
}

LogicalResult TaskPrinter::printIf(scf::IfOp branch) {
  for (Value result : branch.getResults()) {
    std::optional<std::string> type =
        isa<VectorType>(result.getType()) ? tokenCppType(result.getType()) : cppType(result.getType());
    if (!type)
      return branch.emitOpError() << "has a result of type " << result.getType() << " without a C++ form";
    std::string name = scope->declare("chosen");
    out.line(*type + " " + name + ";");
    values[result] = {name};
  }
  out.open("if (" + valueOf(branch.getCondition()).text + ")");
  if (failed(printBlock(*branch.thenBlock())))
    return failure();
  if (branch.elseBlock() && (branch.getNumResults() != 0 || !branch.elseBlock()->without_terminator().empty())) {
    out.close(" else {");
    out.enter();
    if (failed(printBlock(*branch.elseBlock())))
      return failure();
  }
  out.close();
  return success();
}

void TaskPrinter::printAssignments(ValueRange targets, ValueRange sources) {
  SmallVector<Expression> from = valuesOf(sources);
  // All sources are read before the first target changes, which matters if a later source mentions an earlier target.
  bool overlaps = false;
  for (auto [index, expression] : llvm::enumerate(from))
    for (Value target : targets.take_front(index))
      overlaps |= StringRef(expression.text).contains(valueOf(target).text);
  if (!overlaps) {
    for (auto [target, source] : llvm::zip(targets, sources))
      printAssignment(valueOf(target).text, source);
    return;
  }
  for (Expression &expression : from) {
    std::string name = scope->declare("next");
    out.line("const auto " + name + " = " + expression.text + ";");
    expression = {name};
  }
  for (auto [target, expression] : llvm::zip(targets, from))
    out.line(valueOf(target).text + " = " + expression.text + ";");
}

static std::string printExtents(ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t extent : shape)
    text += "[" + std::to_string(extent) + "]";
  return text;
}

void TaskPrinter::printPartition(StringRef name, MemRefType type, ArrayRef<int64_t> factors) {
  for (auto [dim, factor] : llvm::enumerate(factors)) {
    if (factor == 1)
      continue;
    bool isComplete = factor == type.getDimSize(dim);
    std::string kind = isComplete ? "type=complete" : "type=cyclic factor=" + std::to_string(factor);
    out.directive("#pragma HLS array_partition variable=" + Twine(name) + " " + kind + " dim=" + Twine(dim + 1));
  }
}

LogicalResult TaskPrinter::printBuffer(BufferOp buffer) {
  auto type = cast<MemRefType>(buffer.getResult().getType());
  std::optional<std::string> element = cppType(type.getElementType());
  if (!element || !type.hasStaticShape() || !type.getLayout().isIdentity())
    return buffer.emitOpError() << "has type " << type << ", which is no C++ array of numbers";
  std::string name = scope->declare(toCppIdentifier(buffer.getSymName()));
  values[buffer] = {name};
  out.line(*element + " " + name + printExtents(type.getShape()) + ";");
  std::optional<StorageKind> storage;
  if (auto attribute = buffer.getStorageAttr())
    storage = attribute.getValue();
  if (type.getRank() == 0)
    return success();
  if (storage == StorageKind::Register) {
    out.directive("#pragma HLS array_partition variable=" + Twine(name) + " type=complete dim=0");
    return success();
  }
  if (std::optional<ArrayRef<int64_t>> partition = buffer.getPartition())
    printPartition(name, type, *partition);
  if (storage)
    out.directive("#pragma HLS bind_storage variable=" + Twine(name) +
                  " type=ram_2p impl=" + stringifyStorageKind(*storage));
  return success();
}

/// The initialiser of a table in one line, a brace for each dimension.
static std::string printElements(ArrayRef<int64_t> shape, ArrayRef<std::string> elements) {
  if (shape.empty())
    return elements.front();
  std::string text = "{";
  size_t part = elements.size() / shape.front();
  for (int64_t i = 0; i < shape.front(); ++i)
    text += (i ? ", " : "") + printElements(shape.drop_front(), elements.slice(i * part, part));
  return text + "}";
}

/// The same in lines, after the opening brace.
static void printElementLines(SourceWriter &out, ArrayRef<int64_t> shape, ArrayRef<std::string> elements,
                              StringRef end) {
  if (shape.size() <= 1) {
    out.list("", elements, "");
  } else {
    size_t part = elements.size() / shape.front();
    for (int64_t i = 0; i < shape.front(); ++i) {
      out.open("");
      printElementLines(out, shape.drop_front(), elements.slice(i * part, part), i + 1 < shape.front() ? "," : "");
    }
  }
  out.close(end);
}

LogicalResult TaskPrinter::printTable(memref::GetGlobalOp table) {
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(table, table.getNameAttr());
  auto contents = global ? dyn_cast_or_null<DenseElementsAttr>(global.getInitialValueAttr()) : DenseElementsAttr();
  if (!contents)
    return table.emitOpError() << "refers to a constant without contents";
  std::vector<std::string> elements;
  for (Attribute element : contents.getValues<Attribute>()) {
    std::optional<Expression> printed = printConstant(cast<TypedAttr>(element));
    if (!printed)
      return table.emitOpError() << "has elements without a C++ form";
    elements.push_back(printed->text);
  }
  std::string name = scope->declare(toCppIdentifier(table.getName()));
  values[table] = {name};
  auto type = cast<MemRefType>(table.getType());
  std::string declaration =
      "static const " + *cppType(type.getElementType()) + " " + name + printExtents(type.getShape()) + " =";
  std::string initializer = printElements(type.getShape(), elements);
  if (out.column() + declaration.size() + initializer.size() + 2 <= 120) {
    out.line(declaration + " " + initializer + ";");
  } else {
    out.open(declaration);
    printElementLines(out, type.getShape(), elements, ";");
  }
  if (auto partition = table->getAttrOfType<DenseI64ArrayAttr>("st.partition"))
    printPartition(name, type, partition.asArrayRef());
  return success();
}

Expression TaskPrinter::elementOf(Value memory, ArrayRef<Expression> indices) const {
  auto type = cast<MemRefType>(memory.getType());
  std::string text = valueOf(memory).text;
  auto argument = dyn_cast<BlockArgument>(memory);
  if (argument && layout.findPort(argument)) {
    Expression linear = literal(0);
    for (auto [index, extent] : llvm::zip(indices, type.getShape()))
      linear = addIndex(multiplyIndex(linear, extent), extent == 1 ? literal(0) : index);
    return {text + "[" + linear.text + "]"};
  }
  for (const Expression &index : indices)
    text += "[" + index.text + "]";
  return {text};
}

void TaskPrinter::printAssignment(StringRef target, Value source) {
  Expression value = valueOf(source);
  if (value.text != target)
    out.line(assignmentText(target, value, source.getDefiningOp()));
}

LogicalResult TaskPrinter::printStore(memref::StoreOp store) {
  printAssignment(elementOf(store.getMemRef(), valuesOf(store.getIndices())).text, store.getValueToStore());
  return success();
}
