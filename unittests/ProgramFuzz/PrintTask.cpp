//===- PrintTask.cpp - A task in the assembly ------------------------------------------------------------------===//

#include "Task.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <set>

using namespace llvm;
using namespace st;
using namespace st::testing;

namespace {
/// A tensor on which a linalg.generic works: its name, shape, dtype, and its indices in the domain.
struct TileValue {
  std::string name;
  Shape shape;
  std::string dtype;
  SmallVector<SmallVector<Term, 2>, 4> index;

  std::string type() const { return tensorText(shape, dtype); }
};

class TaskPrinter {
public:
  TaskPrinter(const Task &task, ArrayRef<ItensorType> types, ArrayRef<ItensorType> results)
      : task(task), types(types), results(results) {}

  std::string print(StringRef name, StringRef result, ArrayRef<std::string> streams, ArrayRef<std::string> inits);

private:
  void line(const Twine &text) { out += std::string(2 * indent, ' ') + text.str() + "\n"; }
  std::string index(int64_t value) {
    constants.insert(value);
    return "%c" + std::to_string(value);
  }
  std::string fresh(StringRef prefix) { return ("%" + prefix + Twine(names++)).str(); }
  static std::string text(mlir::Type type) {
    std::string s;
    raw_string_ostream(s) << type;
    return s;
  }

  /// `body` gets the name of the carried values inside and returns those that are yielded.
  std::vector<std::string> loop(StringRef variable, int64_t end, int64_t step, ArrayRef<std::string> carried,
                                ArrayRef<std::string> carriedTypes,
                                function_ref<std::vector<std::string>(ArrayRef<std::string>)> body);
  TileValue read(unsigned operand);
  std::string write(StringRef tile, StringRef tileType, StringRef stream, ItensorType type);
  TileValue empty(ArrayRef<unsigned> dims, bool wholeRow, StringRef dtype);
  TileValue generic(ArrayRef<TileValue> inputs, TileValue target, const Body &body, bool reduces,
                    ArrayRef<std::string> offsets, bool wholeRow);
  void convert(StringRef from, StringRef to, StringRef fromType, StringRef toType);
  std::vector<std::string> readAt(unsigned depth);
  std::vector<std::string> nest(unsigned depth, ArrayRef<std::string> carried);
  std::vector<std::string> reduce(unsigned depth, const std::string &accumulator);
  std::vector<std::string> rows(ArrayRef<std::string> carried);
  std::vector<std::string> twoPasses(ArrayRef<std::string> carried);
  TileValue collect(unsigned operand);
  std::vector<std::string> outer(unsigned depth, unsigned last, ArrayRef<std::string> carried,
                                 function_ref<std::vector<std::string>(ArrayRef<std::string>)> body);
  bool isAlongRow(const Operand &operand) const {
    return any_of(operand.index,
                  [&](const auto &terms) { return any_of(terms, [&](Term t) { return t.dim == task.rowDim(); }); });
  }
  std::vector<std::string> itensorTexts(unsigned count) const {
    std::vector<std::string> list;
    for (unsigned i = 0; i < count; ++i)
      list.push_back(text(results[i]));
    return list;
  }
  SmallVector<unsigned, 4> outerDims() const {
    return SmallVector<unsigned, 4>(make_filter_range(task.resultDims, [&](unsigned d) { return d != task.rowDim(); }));
  }

  const Task &task;
  ArrayRef<ItensorType> types, results;
  std::string out;
  unsigned indent = 2, names = 0;
  std::set<int64_t> constants;
  /// The tiles that have been read, by operand.
  std::map<unsigned, TileValue> tiles;
};
} // namespace

std::vector<std::string> TaskPrinter::loop(StringRef variable, int64_t end, int64_t step, ArrayRef<std::string> carried,
                                           ArrayRef<std::string> carriedTypes,
                                           function_ref<std::vector<std::string>(ArrayRef<std::string>)> body) {
  std::vector<std::string> inner, results, binds;
  std::string base = fresh("r");
  for (auto [number, value] : enumerate(carried)) {
    inner.push_back(fresh("w"));
    results.push_back(carried.size() == 1 ? base : base + "#" + std::to_string(number));
    binds.push_back(inner.back() + " = " + value);
  }
  std::string start = index(0), bound = index(end), stride = index(step);
  line(formatv("{0}{1} = scf.for {2} = {3} to {4} step {5} iter_args({6}) -> ({7}) {{", base,
               carried.size() == 1 ? "" : ":" + std::to_string(carried.size()), variable, start, bound, stride,
               join(binds, ", "), join(carriedTypes, ", ")));
  ++indent;
  std::vector<std::string> yielded = body(inner);
  line("scf.yield " + join(yielded, ", ") + " : " + join(carriedTypes, ", "));
  --indent;
  line("}");
  return results;
}

TileValue TaskPrinter::read(unsigned number) {
  ItensorType type = types[number];
  TileValue tile{"%t" + std::to_string(number), Shape(type.getTileShape()), text(type.getScalarType()),
                 task.operands[number].index};
  std::string init = fresh("e");
  line(init + " = tensor.empty() : " + tile.type());
  line(tile.name + " = st.itensor_read %in" + Twine(number) + " init " + init + " : " + text(type) + " -> " +
       tile.type());
  return tile;
}

std::string TaskPrinter::write(StringRef tile, StringRef tileType, StringRef stream, ItensorType type) {
  std::string name = fresh("p");
  line(name + " = st.itensor_write " + tile + " into " + stream + " : " + tileType + " -> " + text(type));
  return name;
}

TileValue TaskPrinter::empty(ArrayRef<unsigned> dims, bool wholeRow, StringRef dtype) {
  TileValue value{fresh("e"), {}, dtype.str(), {}};
  for (unsigned dim : dims) {
    value.shape.push_back(wholeRow && dim == task.rowDim() ? task.dims[dim].padded() : task.dims[dim].tile);
    value.index.push_back({{dim}});
  }
  return value;
}

void TaskPrinter::convert(StringRef from, StringRef to, StringRef fromType, StringRef toType) {
  auto bits = [](StringRef type) {
    unsigned number = 0;
    type.drop_front().getAsInteger(10, number);
    return number;
  };
  StringRef op = toType == "f32" ? "sitofp" : bits(fromType) < bits(toType) ? "extsi" : "trunci";
  line(to + " = arith." + op + " " + from + " : " + fromType + " to " + toType);
}

/// The operation on tiles; `offsets` are the offsets of the tile by dimension, empty for 0.
TileValue TaskPrinter::generic(ArrayRef<TileValue> given, TileValue target, const Body &body, bool reduces,
                               ArrayRef<std::string> offsets, bool wholeRow) {
  auto inTarget = [&](unsigned dim) {
    return any_of(target.index, [&](const auto &terms) { return terms.front().dim == dim; });
  };
  // Within a tile, a window of one element is no dimension.
  std::vector<TileValue> inputs(given);
  for (TileValue &value : inputs)
    for (auto &terms : value.index)
      if (terms.size() > 1)
        erase_if(terms, [&](const Term &term) { return !inTarget(term.dim) && task.dims[term.dim].tile == 1; });
  // Dimensions that no value has are none of the operation's.
  SmallVector<int> position(task.dims.size(), -1);
  SmallVector<unsigned> used;
  auto mark = [&](const TileValue &value) {
    for (const auto &terms : value.index)
      for (const Term &term : terms)
        position[term.dim] = 0;
  };
  for (const TileValue &value : inputs)
    mark(value);
  mark(target);
  for (unsigned dim = 0; dim < task.dims.size(); ++dim)
    if (position[dim] == 0) {
      position[dim] = used.size();
      used.push_back(dim);
    }
  SmallVector<std::string> dimNames, iterators, maps, names, valueTypes, arguments;
  for (unsigned i = 0; i < used.size(); ++i)
    dimNames.push_back("d" + std::to_string(i));
  auto map = [&](const TileValue &value) {
    SmallVector<std::string> exprs;
    for (const auto &terms : value.index) {
      SmallVector<std::string> sum;
      for (const Term &term : terms)
        sum.push_back("d" + std::to_string(position[term.dim]) +
                      (term.scale == 1 ? "" : " * " + std::to_string(term.scale)));
      exprs.push_back(sum.empty() ? "0" : join(sum, " + "));
    }
    maps.push_back("affine_map<(" + join(dimNames, ", ") + ") -> (" + join(exprs, ", ") + ")>");
  };
  for (const TileValue &value : inputs)
    map(value);
  map(target);
  int lastParallel = -1;
  SmallVector<std::string> unroll;
  for (auto [i, dim] : enumerate(used)) {
    iterators.push_back(inTarget(dim) ? "\"parallel\"" : "\"reduction\"");
    unroll.push_back("1");
    if (inTarget(dim))
      lastParallel = i;
  }
  if (lastParallel >= 0) {
    unsigned dim = used[lastParallel];
    int64_t extent = wholeRow && dim == task.rowDim() ? task.dims[dim].padded() : task.dims[dim].tile;
    if (extent % task.unroll == 0)
      unroll[lastParallel] = std::to_string(task.unroll);
  }
  for (auto [i, value] : enumerate(inputs)) {
    names.push_back(value.name);
    valueTypes.push_back(value.type());
    arguments.push_back((value.dtype == body.dtype ? "%x" : "%raw") + std::to_string(i) + ": " + value.dtype);
  }
  arguments.push_back("%acc: " + target.dtype);
  TileValue result = target;
  result.name = fresh("g");
  line(formatv("{0} = linalg.generic {{indexing_maps = [{1}], iterator_types = [{2}]} {3}outs({4} : {5}) attrs = "
               "{{st.unroll = array<i64: {6}>} {{",
               result.name, join(maps, ", "), join(iterators, ", "),
               inputs.empty() ? "" : "ins(" + join(names, ", ") + " : " + join(valueTypes, ", ") + ") ", target.name,
               target.type(), join(unroll, ", ")));
  line("^bb0(" + join(arguments, ", ") + "):");
  ++indent;
  for (auto [i, value] : enumerate(inputs))
    if (value.dtype != body.dtype)
      convert("%raw" + std::to_string(i), "%x" + std::to_string(i), value.dtype, body.dtype);
  // Indices of the whole tensor as %g0, %g1 ...: where the body wants them, and where padding must stay out of a sum.
  SmallVector<unsigned> masked;
  for (unsigned dim : used) {
    bool isMasked = reduces && !inTarget(dim) && task.dims[dim].isRagged();
    if (isMasked)
      masked.push_back(dim);
    std::string global = "%g_" + std::to_string(dim) + "_";
    if (!isMasked && !StringRef(body.text).contains(global))
      continue;
    bool hasOffset = !offsets[dim].empty() && !(wholeRow && dim == task.rowDim());
    line((hasOffset ? "%l_" + std::to_string(dim) : global) + " = linalg.index " + Twine(position[dim]) + " : index");
    if (hasOffset)
      line(global + " = arith.addi %l_" + Twine(dim) + ", " + offsets[dim] + " : index");
  }
  for (StringRef statement : split(body.text, '\n'))
    if (!statement.empty())
      line(statement);
  std::string value = "%m";
  for (unsigned dim : masked) {
    std::string condition = fresh("k"), next = fresh("k");
    line(condition + " = arith.cmpi slt, %g_" + Twine(dim) + "_, " + index(task.dims[dim].extent) + " : index");
    line(next + " = arith.select " + condition + ", " + value + ", %acc : " + body.dtype);
    value = next;
  }
  if (target.dtype != body.dtype) {
    convert(value, "%y", body.dtype, target.dtype);
    value = "%y";
  }
  line("linalg.yield " + value + " : " + target.dtype);
  --indent;
  line("} -> " + target.type());
  return result;
}

std::vector<std::string> TaskPrinter::readAt(unsigned depth) {
  for (auto [number, operand] : enumerate(task.operands))
    if (operand.depth == depth && !tiles.count(number))
      tiles[number] = read(number);
  return {};
}

/// The loops that run over each dimension, as the sum of their variables.
static std::vector<std::string> variablesOf(const Task &task) {
  std::vector<std::string> sums(task.dims.size());
  for (auto [number, loop] : enumerate(task.loops))
    sums[loop.dim] += (sums[loop.dim].empty() ? "" : " ") + ("%i" + std::to_string(number));
  return sums;
}

std::vector<std::string> TaskPrinter::reduce(unsigned depth, const std::string &accumulator) {
  readAt(depth);
  TileValue target = empty(task.resultDims, false, task.resultDtype);
  target.name = accumulator;
  if (depth < task.loops.size()) {
    const Loop &l = task.loops[depth];
    return loop("%i" + std::to_string(depth), l.trips * l.step, l.step, {accumulator}, {target.type()},
                [&](ArrayRef<std::string> inner) { return reduce(depth + 1, inner.front()); });
  }
  // Two loops over one dimension: their sum.
  std::vector<std::string> offsets;
  for (const std::string &sum : variablesOf(task)) {
    auto [first, second] = StringRef(sum).split(' ');
    offsets.push_back(sum);
    if (!second.empty()) {
      offsets.back() = fresh("s");
      line(offsets.back() + " = arith.addi " + first + ", " + second + " : index");
    }
  }
  std::vector<TileValue> inputs;
  for (unsigned i = 0; i < task.operands.size(); ++i)
    inputs.push_back(tiles.at(i));
  return {generic(inputs, target, task.body, task.isReduction(), offsets, false).name};
}

std::vector<std::string> TaskPrinter::outer(unsigned depth, unsigned last, ArrayRef<std::string> carried,
                                            function_ref<std::vector<std::string>(ArrayRef<std::string>)> body) {
  if (task.kind == TaskKind::Nest || depth < last)
    readAt(depth);
  if (depth == last)
    return body(carried);
  const Loop &l = task.loops[depth];
  return loop("%i" + std::to_string(depth), l.trips * l.step, l.step, carried, itensorTexts(carried.size()),
              [&](ArrayRef<std::string> inner) { return outer(depth + 1, last, inner, body); });
}

std::vector<std::string> TaskPrinter::nest(unsigned, ArrayRef<std::string> carried) {
  return outer(0, task.parallelLoops, carried, [&](ArrayRef<std::string> streams) -> std::vector<std::string> {
    TileValue start = empty(task.resultDims, false, task.resultDtype);
    if (task.isReduction())
      line(start.name + " = arith.constant dense<" + task.neutral + "> : " + start.type());
    else
      line(start.name + " = tensor.empty() : " + start.type());
    std::string tile = reduce(task.parallelLoops, start.name).front();
    return {write(tile, start.type(), streams.front(), results[0])};
  });
}

/// A whole row of operand `number`, read tile by tile.
TileValue TaskPrinter::collect(unsigned number) {
  const Operand &operand = task.operands[number];
  ItensorType type = types[number];
  const Dim &row = task.dims[task.rowDim()];
  TileValue whole{"", Shape(type.getTileShape()), text(type.getScalarType()), operand.index};
  SmallVector<std::string> offsets, sizes, strides;
  std::string variable = fresh("j");
  for (auto [d, terms] : enumerate(operand.index)) {
    bool isRow = terms.front().dim == task.rowDim();
    sizes.push_back(std::to_string(whole.shape[d]));
    offsets.push_back(isRow ? variable : "0");
    strides.push_back("1");
    if (isRow)
      whole.shape[d] = row.padded();
  }
  std::string buffer = fresh("e");
  line(buffer + " = tensor.empty() : " + whole.type());
  whole.name = loop(variable, row.padded(), row.tile, {buffer}, {whole.type()},
                    [&](ArrayRef<std::string> inner) -> std::vector<std::string> {
                      TileValue tile = read(number);
                      std::string next = fresh("b");
                      line(formatv("{0} = tensor.insert_slice {1} into {2}[{3}] [{4}] [{5}] : {6} into {7}", next,
                                   tile.name, inner.front(), join(offsets, ", "), join(sizes, ", "),
                                   join(strides, ", "), tile.type(), whole.type()));
                      return {next};
                    })
                   .front();
  return whole;
}

std::vector<std::string> TaskPrinter::rows(ArrayRef<std::string> carried) {
  unsigned last = task.loops.size() - 1;
  return outer(0, last, carried, [&](ArrayRef<std::string> streams) -> std::vector<std::string> {
    std::vector<TileValue> values;
    for (unsigned i = 0; i < task.operands.size(); ++i)
      values.push_back(isAlongRow(task.operands[i]) ? collect(i) : tiles.count(i) ? tiles.at(i) : read(i));
    std::vector<std::string> offsets = variablesOf(task);
    TileValue start = empty(outerDims(), true, task.body.dtype);
    line(start.name + " = arith.constant dense<" + task.neutral + "> : " + start.type());
    TileValue reduced = generic({values[0]}, start, task.body, true, offsets, true);
    TileValue target = empty(task.resultDims, true, task.resultDtype);
    line(target.name + " = tensor.empty() : " + target.type());
    std::vector<TileValue> inputs{values[0], reduced};
    inputs.insert(inputs.end(), values.begin() + 1, values.end());
    TileValue combined = generic(inputs, target, task.combine, false, offsets, true);

    const Loop *along = &task.loops[last];
    Shape slice;
    SmallVector<std::string> at, sizes, strides;
    std::string variable = fresh("q");
    for (unsigned dim : task.resultDims) {
      bool isRow = dim == along->dim;
      slice.push_back(isRow ? task.columnTile : task.dims[dim].tile);
      sizes.push_back(std::to_string(slice.back()));
      at.push_back(isRow ? variable : "0");
      strides.push_back("1");
    }
    int64_t extent = task.dims[along->dim].extent;
    int64_t end = (extent + task.columnTile - 1) / task.columnTile * task.columnTile;
    std::vector<std::string> written =
        loop(variable, end, task.columnTile, {streams[0]}, {text(results[0])},
             [&](ArrayRef<std::string> inner) -> std::vector<std::string> {
               std::string tile = fresh("x");
               std::string type = tensorText(slice, task.resultDtype);
               line(formatv("{0} = tensor.extract_slice {1}[{2}] [{3}] [{4}] : {5} to {6}", tile, combined.name,
                            join(at, ", "), join(sizes, ", "), join(strides, ", "), combined.type(), type));
               return {write(tile, type, inner.front(), results[0])};
             });
    if (task.yieldsReduced)
      written.push_back(write(reduced.name, reduced.type(), streams[1], results[1]));
    return written;
  });
}

std::vector<std::string> TaskPrinter::twoPasses(ArrayRef<std::string> carried) {
  unsigned last = task.loops.size() - 1;
  const Loop &along = task.loops[last];
  const Dim &row = task.dims[along.dim];
  return outer(0, last, carried, [&](ArrayRef<std::string> streams) -> std::vector<std::string> {
    for (unsigned i = 2; i < task.operands.size(); ++i)
      if (!isAlongRow(task.operands[i]) && !tiles.count(i))
        tiles[i] = read(i);
    std::vector<std::string> offsets = variablesOf(task);
    TileValue start = empty(outerDims(), false, task.body.dtype);
    line(start.name + " = arith.constant dense<" + task.neutral + "> : " + start.type());
    TileValue reduced = start;
    std::string variable = fresh("j");
    reduced.name = loop(variable, row.padded(), row.tile, {start.name}, {start.type()},
                        [&](ArrayRef<std::string> inner) -> std::vector<std::string> {
                          TileValue accumulator = start;
                          accumulator.name = inner.front();
                          offsets[along.dim] = variable;
                          return {generic({read(0)}, accumulator, task.body, true, offsets, false).name};
                        })
                       .front();
    variable = fresh("j");
    return loop(variable, row.padded(), row.tile, {streams[0]}, {text(results[0])},
                [&](ArrayRef<std::string> inner) -> std::vector<std::string> {
                  offsets[along.dim] = variable;
                  std::vector<TileValue> inputs{read(1), reduced};
                  for (unsigned i = 2; i < task.operands.size(); ++i)
                    inputs.push_back(isAlongRow(task.operands[i]) ? read(i) : tiles.at(i));
                  TileValue target = empty(task.resultDims, false, task.resultDtype);
                  line(target.name + " = tensor.empty() : " + target.type());
                  TileValue combined = generic(inputs, target, task.combine, false, offsets, false);
                  return {write(combined.name, combined.type(), inner.front(), results[0])};
                });
  });
}

std::string TaskPrinter::print(StringRef name, StringRef result, ArrayRef<std::string> streams,
                               ArrayRef<std::string> inits) {
  std::vector<std::string> carried;
  for (unsigned i = 0; i < inits.size(); ++i)
    carried.push_back("%out" + std::to_string(i));
  ++indent;
  std::vector<std::string> written = task.kind == TaskKind::Nest  ? nest(0, carried)
                                     : task.kind == TaskKind::Row ? rows(carried)
                                                                  : twoPasses(carried);
  line("st.yield " + join(written, ", ") + " : " + join(itensorTexts(written.size()), ", "));
  --indent;
  std::string body = std::exchange(out, "");
  SmallVector<std::string> reads, writes;
  for (auto [i, stream] : enumerate(streams))
    reads.push_back("%in" + std::to_string(i) + " = " + stream + " : " + text(types[i]));
  for (auto [i, init] : enumerate(inits))
    writes.push_back("%out" + std::to_string(i) + " = " + init + " : " + text(results[i]));
  line(formatv("{0}{1} = st.task @{2} reads({3}) inits({4}) attributes {{st.kind = \"{5}\"} {{", result,
               inits.size() == 1 ? "" : ":" + std::to_string(inits.size()), name, join(reads, ", "), join(writes, ", "),
               task.kind == TaskKind::Row ? "row" : "compute"));
  ++indent;
  for (int64_t value : constants)
    line("%c" + Twine(value) + " = arith.constant " + Twine(value) + " : index");
  --indent;
  out += body;
  line("}");
  return std::move(out);
}

std::string st::testing::printTask(const Task &task, StringRef name, StringRef result, ArrayRef<std::string> streams,
                                   ArrayRef<ItensorType> types, ArrayRef<std::string> inits,
                                   mlir::MLIRContext *context) {
  SmallVector<ItensorType, 2> results = resultTypes(task, context);
  return TaskPrinter(task, types, results).print(name, result, streams, inits);
}
