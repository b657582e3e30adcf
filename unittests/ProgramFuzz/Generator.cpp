//===- Generator.cpp - A random program in the assembly -------------------------------------------------------===//

#include "Generator.h"
#include "Builder.h"
#include "Dialect/LayoutAlgebra.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace st;
using namespace st::testing;

namespace {
class ModulePrinter {
public:
  ModulePrinter(ProgramBuilder &program, mlir::MLIRContext *context) : program(program), context(context) {
    for (const Task &task : program.tasks)
      results.push_back(resultTypes(task, context));
    // What nobody reads is a result, and so is some of what somebody does.
    for (auto [argument, value] : program.carried)
      returned.push_back(value);
    if (program.repetitions != 0)
      return;
    for (auto [index, value] : enumerate(program.values))
      if (value.origin == Value::Computed && (value.uses == 0 || program.random.chance(10)))
        returned.push_back(index);
  }

  /// Whether all tasks can stand in one kernel.
  bool canFuse() const;
  std::string print(bool isFused);

private:
  std::string name(unsigned value) const;
  std::string taskName(unsigned task) const;
  ItensorType typeOf(const Task &task, const Operand &operand) const {
    const Value &value = program.values[operand.value];
    return operandType(task, operand, value.shape, value.dtype, context);
  }
  ItensorType producedType(unsigned value) const {
    return results[program.values[value].task][program.values[value].result];
  }
  void printConstant(unsigned value);
  void printConstants();
  void printKernel(unsigned task);
  void printKernels();
  void printRepetition();
  void printFused();
  std::string cutAndJoin(const std::string &stream, ItensorType type, std::string &inside);
  std::string pack(const std::string &name, unsigned value, ItensorType type);
  bool isCarried(unsigned value) const {
    return any_of(program.carried, [&](auto pair) { return pair.first == value; });
  }
  /// Whether each repetition takes another slab of an argument; every other one is.
  bool isStack(unsigned value) const { return program.repetitions != 0 && value % 2 == 0 && !isCarried(value); }
  std::string stackOf(unsigned value) const {
    Shape shape = program.values[value].shape;
    shape.insert(shape.begin(), program.repetitions);
    return tensorText(shape, program.values[value].dtype);
  }
  static std::string text(mlir::Type type) {
    std::string s;
    raw_string_ostream(s) << type;
    return s;
  }
  std::string tensor(unsigned value) const {
    return tensorText(program.values[value].shape, program.values[value].dtype);
  }
  static std::string packed(ItensorType type) { return tensorText(packedShape(type), text(type.getScalarType())); }

  ProgramBuilder &program;
  mlir::MLIRContext *context;
  std::vector<SmallVector<ItensorType, 2>> results;
  SmallVector<unsigned> returned;
  std::map<unsigned, std::string> unpacked;
  std::string out;
  unsigned names = 0;
  /// Whether arguments are those of the repetition's body.
  bool insideRepetition = false;
};
} // namespace

bool ModulePrinter::canFuse() const {
  if (program.repetitions != 0)
    return false;
  for (const Task &task : program.tasks)
    for (const Operand &operand : task.operands) {
      const Value &value = program.values[operand.value];
      if (value.origin == Value::Host)
        return false;
      if (value.origin == Value::Computed &&
          relate(producedType(operand.value), typeOf(task, operand)) == Relation::Incompatible)
        return false;
    }
  return true;
}

std::string ModulePrinter::taskName(unsigned task) const {
  std::string label = program.tasks[task].label;
  std::replace(label.begin(), label.end(), ' ', '_');
  return label + "_" + std::to_string(task);
}

std::string ModulePrinter::name(unsigned index) const {
  const Value &value = program.values[index];
  if (auto found = unpacked.find(index); found != unpacked.end())
    return found->second;
  if (value.origin != Value::Computed)
    return (insideRepetition ? "%b" : "%v") + std::to_string(index);
  std::string base = "%k" + std::to_string(value.task);
  return results[value.task].size() == 1 ? base : base + "#" + std::to_string(value.result);
}

void ModulePrinter::printConstant(unsigned index) {
  const Value &value = program.values[index];
  std::function<std::string(unsigned)> elements = [&](unsigned dim) -> std::string {
    if (dim == value.rank()) {
      int64_t number = program.random.below(13) - 6;
      if (value.dtype != "f32")
        return std::to_string(number);
      return std::to_string(double(number) / 4);
    }
    SmallVector<std::string> list;
    for (int64_t i = 0; i < value.shape[dim]; ++i)
      list.push_back(elements(dim + 1));
    return "[" + join(list, ", ") + "]";
  };
  out += "    " + name(index) + " = arith.constant dense<" + elements(0) + "> : " + tensor(index) + "\n";
}

void ModulePrinter::printKernel(unsigned number) {
  const Task &task = program.tasks[number];
  SmallVector<std::string> operands, streams, tensors, inits, yielded, yieldedTypes;
  SmallVector<ItensorType> types;
  for (auto [i, operand] : enumerate(task.operands)) {
    types.push_back(typeOf(task, operand));
    streams.push_back("%s" + std::to_string(i));
    operands.push_back(streams.back() + " = " + name(operand.value) + " : " + tensor(operand.value) + " as " +
                       text(types.back()));
  }
  bool isSingle = results[number].size() == 1;
  for (auto [i, type] : enumerate(results[number])) {
    tensors.push_back(tensorText(type.getDataShape(), text(type.getScalarType())));
    inits.push_back("%e" + std::to_string(i));
    yielded.push_back(isSingle ? "%r" : "%r#" + std::to_string(i));
    yieldedTypes.push_back(text(type));
  }
  out += "    %k" + std::to_string(number) + (isSingle ? "" : ":" + std::to_string(inits.size())) + " = st.kernel @" +
         taskName(number) + " (" + join(operands, ", ") + ") -> (" + join(tensors, ", ") + ") {\n";
  for (auto [init, type] : zip(inits, yieldedTypes))
    out += "      " + init + " = st.itensor_empty : " + type + "\n";
  out += printTask(task, taskName(number), "%r", streams, types, inits, context);
  out += "      st.yield " + join(yielded, ", ") + " : " + join(yieldedTypes, ", ") + "\n    }\n";
}

/// The tensor `name` packed as `type` wants it.
std::string ModulePrinter::pack(const std::string &name, unsigned value, ItensorType type) {
  std::string empty = "%q" + std::to_string(names++), result = "%q" + std::to_string(names++);
  SmallVector<std::string> dims, tiles;
  bool isRagged = false;
  for (auto [dim, tile] : enumerate(type.getTileShape())) {
    dims.push_back(std::to_string(dim));
    tiles.push_back(std::to_string(tile));
    isRagged |= type.getDataShape()[dim] % tile != 0;
  }
  std::string dtype = program.values[value].dtype;
  out += "    " + empty + " = tensor.empty() : " + packed(type) + "\n    " + result + " = linalg.pack " + name +
         (isRagged ? " padding_value(%pad_" + dtype + " : " + dtype + ")" : "") + " inner_dims_pos = [" +
         join(dims, ", ") + "] inner_tiles = [" + join(tiles, ", ") + "] into " + empty + " : " + tensor(value) +
         " -> " + packed(type) + "\n";
  return result;
}

/// Sometimes the stream cut along a dimension and put together again, where its order allows.
std::string ModulePrinter::cutAndJoin(const std::string &stream, ItensorType type, std::string &inside) {
  SmallVector<unsigned> dims;
  for (unsigned dim = 0; dim < type.getRank(); ++dim)
    if (type.getDataShape()[dim] > type.getTileShape()[dim])
      dims.push_back(dim);
  if (dims.empty())
    return stream;
  unsigned dim = program.random.pick<unsigned>(dims);
  int64_t extent = type.getDataShape()[dim], tile = type.getTileShape()[dim];
  int64_t first = tile * (1 + program.random.below((extent - 1) / tile));
  std::string whyNot;
  auto routing = routeParts(type, dim, {first, extent - first}, whyNot);
  if (!routing)
    return stream;
  std::string parts = "%s" + std::to_string(names++), whole = "%s" + std::to_string(names++);
  std::string types = text(routing->parts[0]) + ", " + text(routing->parts[1]);
  inside += "      " + parts + ":2 = st.itensor_chunk " + stream + " dim " + std::to_string(dim) + " : " + text(type) +
            " -> " + types + "\n      " + whole + " = st.itensor_concat " + parts + "#0, " + parts + "#1 dim " +
            std::to_string(dim) + " : " + types + " -> " + text(type) + "\n";
  program.features.insert("chunk and concat");
  return whole;
}

void ModulePrinter::printFused() {
  SmallVector<std::string> operands, body, tensors, yielded, yieldedTypes;
  std::string inside;
  std::map<std::pair<unsigned, std::string>, std::string> outside;
  for (auto [number, task] : enumerate(program.tasks)) {
    SmallVector<std::string> streams, inits;
    SmallVector<ItensorType> types;
    for (const Operand &operand : task.operands) {
      ItensorType type = typeOf(task, operand);
      types.push_back(type);
      if (program.values[operand.value].origin != Value::Computed) {
        std::string &tensor = outside[{operand.value, packed(type)}];
        if (tensor.empty())
          tensor = pack(name(operand.value), operand.value, type);
        streams.push_back("%s" + std::to_string(names++));
        operands.push_back(streams.back() + " = " + tensor + " : " + packed(type) + " as " + text(type));
        continue;
      }
      ItensorType source = producedType(operand.value);
      streams.push_back("%" + StringRef(name(operand.value)).drop_front(2).str());
      streams.back() = "%r" + streams.back().substr(1);
      if (program.random.chance(20))
        streams.back() = cutAndJoin(streams.back(), source, inside);
      if (source == type)
        continue;
      std::string converted = "%s" + std::to_string(names++);
      inside += "      " + converted + " = st.itensor_converter " + streams.back() + " : " + text(source) + " -> " +
                text(type) + "\n";
      streams.back() = converted;
    }
    for (ItensorType type : results[number]) {
      inits.push_back("%s" + std::to_string(names++));
      inside += "      " + inits.back() + " = st.itensor_empty : " + text(type) + "\n";
    }
    inside += printTask(task, taskName(number), "%r" + std::to_string(number), streams, types, inits, context);
  }
  for (unsigned value : returned) {
    yielded.push_back("%r" + name(value).substr(2));
    yieldedTypes.push_back(text(producedType(value)));
    tensors.push_back(packed(producedType(value)));
  }
  out += "    %all" + std::string(returned.size() == 1 ? "" : ":" + std::to_string(returned.size())) +
         " = st.kernel @fused (" + join(operands, ", ") + ") -> (" + join(tensors, ", ") + ") {\n" + inside +
         "      st.yield " + join(yielded, ", ") + " : " + join(yieldedTypes, ", ") + "\n    }\n";
  for (auto [i, value] : enumerate(returned)) {
    ItensorType type = producedType(value);
    SmallVector<std::string> dims, tiles;
    for (auto [dim, tile] : enumerate(type.getTileShape())) {
      dims.push_back(std::to_string(dim));
      tiles.push_back(std::to_string(tile));
    }
    std::string empty = "%q" + std::to_string(names++), result = "%q" + std::to_string(names++);
    out += "    " + empty + " = tensor.empty() : " + tensor(value) + "\n    " + result + " = linalg.unpack %all" +
           (returned.size() == 1 ? "" : "#" + std::to_string(i)) + " inner_dims_pos = [" + join(dims, ", ") +
           "] inner_tiles = [" + join(tiles, ", ") + "] into " + empty + " : " + packed(type) + " -> " + tensor(value) +
           "\n";
    unpacked[value] = result;
  }
}

void ModulePrinter::printConstants() {
  for (StringRef dtype : {"f32", "i8", "i16", "i32"})
    out += ("    %pad_" + dtype + " = arith.constant " + (dtype == "f32" ? "0.0" : "0") + " : " + dtype + "\n").str();
  for (auto [index, value] : enumerate(program.values))
    if (value.origin == Value::Constant && value.uses > 0)
      printConstant(index);
}

void ModulePrinter::printKernels() {
  for (auto [index, value] : enumerate(program.values)) {
    if (value.origin == Value::Computed && value.result == 0)
      printKernel(value.task);
    if (value.origin == Value::Host && value.uses > 0) {
      std::string definition = value.definition;
      definition.replace(definition.find("%{0}"), 4, name(value.source));
      out += "    " + name(index) + " = " + definition + "\n";
    }
  }
}

/// Everything in the body of a repetition. Arguments that are not carried are stacks, or the same every time.
void ModulePrinter::printRepetition() {
  SmallVector<std::string> carried, slices, again, yielded, types;
  auto bind = [&](unsigned argument, const std::string &type) {
    return "%b" + std::to_string(argument) + " = %v" + std::to_string(argument) + " : " + type;
  };
  for (auto [argument, value] : program.carried) {
    carried.push_back(bind(argument, tensor(argument)));
    types.push_back(tensor(argument));
  }
  for (auto [index, value] : enumerate(program.values)) {
    if (value.origin != Value::Argument || value.uses == 0 || isCarried(index))
      continue;
    if (isStack(index))
      slices.push_back(bind(index, stackOf(index)) + " as " + tensor(index));
    else
      again.push_back(bind(index, tensor(index)));
  }
  auto list = [](StringRef what, ArrayRef<std::string> bindings) {
    return bindings.empty() ? "" : " " + what.str() + "(" + join(bindings, ", ") + ")";
  };
  out += "    %all" + std::string(carried.size() == 1 ? "" : ":" + std::to_string(carried.size())) +
         " = st.repeat %number to " + std::to_string(program.repetitions) + list("carried", carried) +
         list("slices", slices) + list("again", again) + " {\n";
  insideRepetition = true;
  printConstants();
  printKernels();
  for (auto [argument, value] : program.carried)
    yielded.push_back(name(value));
  insideRepetition = false;
  out += "    st.yield " + join(yielded, ", ") + " : " + join(types, ", ") + "\n    }\n";
  for (auto [number, pair] : enumerate(program.carried))
    unpacked[pair.second] = carried.size() == 1 ? "%all" : "%all#" + std::to_string(number);
}

std::string ModulePrinter::print(bool isFused) {
  SmallVector<std::string> arguments, returnedNames, returnedTypes, resultList;
  for (auto [index, value] : enumerate(program.values)) {
    if (value.origin == Value::Host && value.uses > 0)
      ++program.values[value.source].uses;
    if (value.origin == Value::Argument && (value.uses > 0 || isCarried(index)))
      arguments.push_back(name(index) + ": " + (isStack(index) ? stackOf(index) : tensor(index)) + " {st.name = \"arg" +
                          std::to_string(arguments.size()) + "\"}");
  }
  for (auto [i, value] : enumerate(returned))
    resultList.push_back(tensor(value) + " {st.name = \"result" + std::to_string(i) + "\"}");
  out = "module {\n  func.func @main(" + join(arguments, ", ") + ") -> (" + join(resultList, ", ") + ") {\n";
  if (program.repetitions != 0) {
    printRepetition();
  } else {
    printConstants();
    isFused ? printFused() : printKernels();
  }
  for (unsigned value : returned) {
    returnedNames.push_back(name(value));
    returnedTypes.push_back(tensor(value));
  }
  out += "    return " + join(returnedNames, ", ") + " : " + join(returnedTypes, ", ") + "\n  }\n}\n";
  return std::move(out);
}

Program st::testing::generateProgram(uint64_t seed, mlir::MLIRContext *context) {
  ProgramBuilder builder(seed);
  builder.build();
  Program program;
  program.seed = seed;
  bool wantsFused = builder.random.chance(30);
  program.maxConverterBytes = builder.random.chance(12) ? builder.random.pick<int64_t>({2048, 4096, 16384}) : 0;
  ModulePrinter printer(builder, context);
  program.isFused = wantsFused && printer.canFuse();
  program.text = printer.print(program.isFused);
  program.tasks = builder.tasks.size();
  program.features = builder.features;
  return program;
}
