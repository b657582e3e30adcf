//===- Builder.cpp - Values, operands and loops of random tasks -----------------------------------------------===//

#include "Builder.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace st;
using namespace st::testing;

ProgramBuilder::ProgramBuilder(uint64_t seed) : random(seed) {
  for (int i = 0; i < 4; ++i)
    extents.push_back(random.pick<int64_t>({1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 16, 17, 20}));
  theme = random.pick<std::string>({"f32", "f32", "f32", "i8", "i16", "i32"});
}

unsigned ProgramBuilder::input(ArrayRef<int64_t> shape, StringRef dtype) {
  Value value;
  value.origin = random.chance(25) ? Value::Constant : Value::Argument;
  value.shape = Shape(shape);
  value.dtype = dtype.str();
  values.push_back(std::move(value));
  return values.size() - 1;
}

unsigned ProgramBuilder::latest(unsigned minRank) {
  for (unsigned i = values.size(); i-- > 0;)
    if (values[i].origin == Value::Computed && values[i].rank() >= minRank)
      return i;
  return pickValue(minRank);
}

unsigned ProgramBuilder::pickValue(unsigned minRank) {
  SmallVector<unsigned> open, all;
  for (auto [i, value] : enumerate(values))
    if (value.origin == Value::Computed && value.rank() >= minRank) {
      all.push_back(i);
      if (value.uses == 0)
        open.push_back(i);
    }
  if (!open.empty() && random.chance(65))
    return reshaped(random.chance(70) ? open.back() : random.pick<unsigned>(open));
  if (!all.empty() && random.chance(80))
    return reshaped(random.pick<unsigned>(all));
  Shape shape;
  unsigned rank = std::max<unsigned>(minRank, random.pick<unsigned>({1, 2, 2, 2, 2, 3, 3, 4}));
  int64_t size = 1;
  for (unsigned i = 0; i < rank; ++i) {
    int64_t extent = random.pick<int64_t>(extents);
    if (size * extent > 3000)
      extent = 2;
    shape.push_back(extent);
    size *= extent;
  }
  return input(shape, random.chance(70) ? theme : random.pick<std::string>({"f32", "i8", "i16", "i32"}));
}

/// Sometimes the value collapsed, expanded or padded by an operation of @main between two kernels.
unsigned ProgramBuilder::reshaped(unsigned index) {
  if (!random.chance(16))
    return index;
  Value host = values[index];
  const Value &from = values[index];
  host.origin = Value::Host;
  host.source = index;
  host.uses = 0;
  host.order.clear();
  std::string before = tensorText(from.shape, from.dtype);
  int64_t kind = random.below(3);
  auto groups = [](unsigned rank, unsigned at) {
    std::string text = "[";
    for (unsigned d = 0, next = 0; d < rank; ++d) {
      text += (d ? ", [" : "[") + std::to_string(next++);
      if (d == at)
        text += ", " + std::to_string(next++);
      text += "]";
    }
    return text + "]";
  };
  if (kind == 0 && from.rank() >= 2) {
    unsigned at = random.below(from.rank() - 1);
    host.shape[at] *= host.shape[at + 1];
    host.shape.erase(host.shape.begin() + at + 1);
    // A tile of whole rows stays one.
    host.tile[at] *= host.tile[at + 1];
    host.tile.erase(host.tile.begin() + at + 1);
    host.definition = "tensor.collapse_shape %{0} " + groups(host.rank(), at) + " : " + before + " into " +
                      tensorText(host.shape, host.dtype);
    features.insert("collapse_shape");
  } else if (kind == 1 && from.rank() <= 3) {
    unsigned at = random.below(from.rank());
    int64_t inner = 1;
    for (int64_t divisor : {2, 3, 4, 5, 8})
      if (from.shape[at] % divisor == 0 && random.chance(60))
        inner = divisor;
    host.shape[at] /= inner;
    host.shape.insert(host.shape.begin() + at + 1, inner);
    int64_t tile = from.tile[at];
    host.tile[at] = std::max<int64_t>(1, tile / inner);
    host.tile.insert(host.tile.begin() + at + 1, std::min(inner, tile));
    std::string sizes;
    for (int64_t extent : host.shape)
      sizes += (sizes.empty() ? "" : ", ") + std::to_string(extent);
    host.definition = "tensor.expand_shape %{0} " + groups(from.rank(), at) + " output_shape [" + sizes +
                      "] : " + before + " into " + tensorText(host.shape, host.dtype);
    features.insert("expand_shape");
  } else {
    std::string low, high, arguments;
    for (unsigned d = 0; d < from.rank(); ++d) {
      int64_t l = random.below(2), h = random.below(3);
      host.shape[d] += l + h;
      low += (d ? ", " : "") + std::to_string(l);
      high += (d ? ", " : "") + std::to_string(h);
      arguments += (d ? ", %d" : "%d") + std::to_string(d) + ": index";
    }
    host.definition = "tensor.pad %{0} low[" + low + "] high[" + high + "] {\n    ^bb0(" + arguments +
                      "):\n      tensor.yield %pad_" + host.dtype + " : " + host.dtype + "\n    } : " + before +
                      " to " + tensorText(host.shape, host.dtype);
    features.insert("pad");
  }
  values.push_back(std::move(host));
  return values.size() - 1;
}

int64_t ProgramBuilder::tileFor(int64_t extent, int64_t preferred) {
  if (preferred > 0 && preferred <= extent + 4 && random.chance(85))
    return preferred;
  int64_t &tile = tiles[extent];
  if (tile == 0 || random.chance(15))
    tile = random.chance(12) ? extent : random.pick<int64_t>({1, 2, 3, 4, 4, 5, 8, 8, 16});
  return std::min(tile, extent + (random.chance(5) ? 3 : 0));
}

Dim ProgramBuilder::dimLike(unsigned value, unsigned dim, bool isReduction) {
  const Value &v = values[value];
  Dim d;
  d.extent = v.shape[dim];
  d.tile = tileFor(d.extent, v.tile.empty() ? 0 : v.tile[dim]);
  d.isReduction = isReduction;
  return d;
}

std::string ProgramBuilder::computeDtype(StringRef dtype) {
  if (dtype == "f32" || random.chance(60))
    return dtype.str();
  return random.pick<std::string>({"i32", "i32", "i16", "f32"});
}

/// Loops over `dims`, outermost first; now and then two over one, with others between them.
void ProgramBuilder::addLoops(Task &task, ArrayRef<unsigned> dims) {
  SmallVector<Loop> outer, inner;
  for (unsigned dim : dims) {
    const Dim &d = task.dims[dim];
    if (d.trips() == 1 && random.chance(60))
      continue;
    int64_t factor = d.trips() % 2 == 0 ? 2 : d.trips() % 3 == 0 ? 3 : 1;
    if (factor > 1 && factor < d.trips() && random.chance(14)) {
      outer.push_back({dim, d.trips() / factor, d.tile * factor});
      inner.push_back({dim, factor, d.tile});
      features.insert("blocked loops");
    } else {
      (random.chance(50) ? inner : outer).push_back({dim, d.trips(), d.tile});
    }
  }
  // Without blocking the order is the one asked for.
  if (!any_of(outer, [&](const Loop &l) { return l.trips * l.step < task.dims[l.dim].padded(); }) &&
      !any_of(inner, [&](const Loop &l) { return l.trips * l.step < task.dims[l.dim].padded(); })) {
    for (unsigned dim : dims)
      for (const Loop &l : concat<Loop>(outer, inner))
        if (l.dim == dim)
          task.loops.push_back(l);
    return;
  }
  task.loops.append(outer.begin(), outer.end());
  task.loops.append(inner.begin(), inner.end());
}

/// Where an operand is read: right inside the loops that it goes with, or further in, again and again.
void ProgramBuilder::setDepth(Task &task, Operand &operand) {
  unsigned least = 0, most = task.loops.size();
  for (auto [number, l] : enumerate(task.loops))
    for (const auto &terms : operand.index)
      for (const Term &term : terms)
        if (term.dim == l.dim)
          least = number + 1;
  operand.depth = random.chance(50) ? least : random.chance(70) ? most : least + random.below(most - least + 1);
  for (unsigned number = 0; number < operand.depth; ++number) {
    bool isUsed = any_of(operand.index, [&](const auto &terms) {
      return any_of(terms, [&](const Term &term) { return term.dim == task.loops[number].dim; });
    });
    if (!isUsed && task.loops[number].trips > 1)
      features.insert("re-access");
  }
}

Operand ProgramBuilder::whole(unsigned value, ArrayRef<unsigned> dims, const Task &task) {
  Operand operand;
  operand.value = value;
  for (unsigned dim : dims) {
    operand.index.push_back({{dim}});
    operand.tile.push_back(task.dims[dim].tile);
  }
  return operand;
}

/// `value` over some of `dims`, in order or permuted, where extents allow.
std::optional<Operand> ProgramBuilder::match(const Task &task, unsigned value, ArrayRef<unsigned> dims) {
  const Value &v = values[value];
  if (v.rank() == 0 || v.rank() > dims.size())
    return std::nullopt;
  SmallVector<unsigned> chosen, order(dims);
  if (random.chance(20))
    random.shuffle(order);
  for (int64_t extent : v.shape) {
    auto *found =
        find_if(order, [&](unsigned dim) { return task.dims[dim].extent == extent && !is_contained(chosen, dim); });
    if (found == order.end())
      return std::nullopt;
    chosen.push_back(*found);
  }
  if (!is_sorted(chosen))
    features.insert("transposed");
  return whole(value, chosen, task);
}

static bool canConvert(StringRef from, StringRef to) { return from == to || from != "f32"; }

Operand ProgramBuilder::extra(const Task &task, ArrayRef<unsigned> dims, StringRef dtype) {
  if (random.chance(70)) {
    SmallVector<unsigned> candidates;
    for (unsigned i = 0; i < values.size(); ++i)
      if (values[i].origin != Value::Constant && canConvert(values[i].dtype, dtype))
        candidates.push_back(i);
    random.shuffle(candidates);
    for (unsigned candidate : candidates)
      if (std::optional<Operand> operand = match(task, candidate, dims)) {
        if (operand->index.size() < dims.size())
          features.insert("broadcast");
        return *operand;
      }
  }
  SmallVector<unsigned> chosen;
  Shape shape;
  for (unsigned dim : dims)
    if (random.chance(70))
      chosen.push_back(dim);
  if (chosen.empty())
    chosen.push_back(dims.back());
  if (random.chance(15))
    random.shuffle(chosen);
  for (unsigned dim : chosen)
    shape.push_back(task.dims[dim].extent);
  if (chosen.size() < dims.size())
    features.insert("broadcast");
  std::string from = dtype == "f32" && random.chance(90) ? "f32" : random.pick<std::string>({"i8", "i16", "i32"});
  return whole(input(shape, from), chosen, task);
}

/// `%result = left op %x<number>`.
std::string ProgramBuilder::combine(StringRef left, unsigned number, unsigned value, StringRef dtype,
                                    StringRef result) {
  bool isComputed = values[value].origin == Value::Computed || values[value].origin == Value::Host;
  std::string op;
  if (dtype == "f32")
    // Products of computed values would grow without bounds.
    op = isComputed ? random.pick<std::string>({"addf", "subf", "maximumf", "minimumf"})
                    : random.pick<std::string>({"addf", "subf", "mulf", "maximumf"});
  else
    op = random.pick<std::string>({"addi", "subi", "muli", "maxsi", "minsi", "xori"});
  return (result + " = arith." + op + " " + left + ", %x" + Twine(number) + " : " + dtype + "\n").str();
}

std::string ProgramBuilder::unary(StringRef operand, StringRef dtype, StringRef result, const Task &task) {
  std::string type = " : " + dtype.str() + "\n";
  std::string assign = (result + " = ").str();
  bool isFloat = dtype == "f32";
  switch (random.below(isFloat ? 6 : 4)) {
  case 0:
    return "%u0 = arith.constant " +
           std::string(isFloat ? random.pick({"0.5", "-1.25", "2.0"}) : random.pick({"3", "-2", "7"})) + type + assign +
           (isFloat ? "arith.mulf " : "arith.muli ") + operand.str() + ", %u0" + type;
  case 1:
    return "%u0 = arith.constant " + std::string(isFloat ? "0.0" : "0") + type + assign +
           (isFloat ? "arith.maximumf " : "arith.maxsi ") + operand.str() + ", %u0" + type;
  case 2: {
    // The place in the tensor decides, as in a causal mask.
    features.insert("index in body");
    unsigned a = random.pick<unsigned>(task.resultDims), b = random.pick<unsigned>(task.resultDims);
    std::string compare =
        a == b ? "%u0 = arith.constant 2 : index\n%u1 = arith.cmpi ult, %g_" + std::to_string(a) + "_, %u0 : index\n"
               : "%u1 = arith.cmpi ule, %g_" + std::to_string(a) + "_, %g_" + std::to_string(b) + "_ : index\n";
    return compare + "%u2 = arith.constant " + (isFloat ? "-1.5" : "5") + type + assign + "arith.select %u1, " +
           operand.str() + ", %u2" + type;
  }
  case 3:
    return "%u0 = arith.constant " + std::string(isFloat ? "1.5" : "1") + type + assign +
           (isFloat ? "arith.subf " : "arith.shrsi ") + operand.str() + ", %u0" + type;
  case 4:
    return assign + "arith.negf " + operand.str() + type;
  default:
    return assign + "math.tanh " + operand.str() + type;
  }
}

/// A sum, maximum or minimum of `%x0`.
void ProgramBuilder::setReduction(Task &task, StringRef dtype, bool sumOnly) {
  int64_t kind = sumOnly ? 0 : random.below(3);
  bool isFloat = dtype == "f32";
  const char *ops[2][3] = {{"addi", "maxsi", "minsi"}, {"addf", "maximumf", "minimumf"}};
  task.body = {dtype.str(), std::string("%m = arith.") + ops[isFloat][kind] + " %acc, %x0 : " + dtype.str() + "\n"};
  if (kind == 0) {
    task.neutral = isFloat ? "0.0" : "0";
  } else if (isFloat) {
    task.neutral = kind == 1 ? "0xFF800000" : "0x7F800000";
  } else {
    int64_t top = dtype == "i8" ? 127 : dtype == "i16" ? 32767 : 2147483647;
    task.neutral = std::to_string(kind == 1 ? -top - 1 : top);
  }
  features.insert(kind == 0 ? "sum" : "max/min");
}

void ProgramBuilder::chooseUnroll(Task &task) {
  // The factor has to divide the tile of the innermost parallel dimension; the printer drops it where it does not.
  task.unroll = random.pick<int64_t>({1, 1, 2, 4, 8});
}

unsigned ProgramBuilder::finish(Task task) {
  chooseUnroll(task);
  for (const Dim &dim : task.dims)
    if (dim.isRagged())
      features.insert("ragged");
  for (Operand &operand : task.operands)
    ++values[operand.value].uses;
  Value value;
  value.origin = Value::Computed;
  value.dtype = task.resultDtype;
  value.task = tasks.size();
  for (unsigned dim : task.resultDims) {
    value.shape.push_back(task.dims[dim].extent);
    value.tile.push_back(task.dims[dim].tile);
    if (task.kind == TaskKind::Row && dim == task.rowDim())
      value.tile.back() = task.columnTile;
  }
  for (const Loop &l : task.loops)
    for (auto [position, dim] : enumerate(task.resultDims))
      if (dim == l.dim && !is_contained(value.order, position))
        value.order.push_back(position);
  for (unsigned position = 0; position < task.resultDims.size(); ++position)
    if (!is_contained(value.order, position))
      value.order.push_back(position);
  features.insert(value.dtype);
  features.insert(task.label);
  values.push_back(value);
  unsigned index = values.size() - 1;
  if (task.yieldsReduced) {
    Value reduced;
    reduced.origin = Value::Computed;
    reduced.dtype = task.body.dtype;
    reduced.task = tasks.size();
    reduced.result = 1;
    for (unsigned dim : task.resultDims)
      if (dim != task.rowDim()) {
        reduced.shape.push_back(task.dims[dim].extent);
        reduced.tile.push_back(task.dims[dim].tile);
      }
    for (const Loop &l : ArrayRef(task.loops).drop_back()) {
      unsigned position = 0;
      for (unsigned dim : task.resultDims) {
        if (dim == task.rowDim())
          continue;
        if (dim == l.dim && !is_contained(reduced.order, position))
          reduced.order.push_back(position);
        ++position;
      }
    }
    for (unsigned position = 0; position < reduced.shape.size(); ++position)
      if (!is_contained(reduced.order, position))
        reduced.order.push_back(position);
    values.push_back(std::move(reduced));
    features.insert("two results");
  }
  tasks.push_back(std::move(task));
  return index;
}
