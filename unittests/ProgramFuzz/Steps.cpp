//===- Steps.cpp - The kinds of random tasks ------------------------------------------------------------------===//

#include "Builder.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace st;
using namespace st::testing;

/// Whether a body that computes in `to` can take elements of `from`.
static bool canConvert(StringRef from, StringRef to) { return from == to || from != "f32"; }

static int64_t domainSize(const Task &task) {
  int64_t size = 1;
  for (const Dim &dim : task.dims)
    size *= dim.padded();
  return size;
}

/// Element by element, of one value and others: in its order or another, transposed or not.
unsigned ProgramBuilder::elementwise(unsigned value, ArrayRef<unsigned> others) {
  Task task;
  task.label = "elementwise";
  const Value v = values[value];
  SmallVector<unsigned> dims, order;
  for (unsigned d = 0; d < v.rank(); ++d) {
    task.dims.push_back(dimLike(value, d));
    dims.push_back(d);
  }
  order = v.order.empty() ? dims : SmallVector<unsigned>(ArrayRef(v.order));
  if (v.rank() > 1 && random.chance(35)) {
    random.shuffle(order);
    features.insert("other order");
  }
  addLoops(task, order);
  task.parallelLoops = task.loops.size();
  task.resultDims.assign(dims.begin(), dims.end());
  if (v.rank() > 1 && random.chance(20)) {
    random.shuffle(task.resultDims);
    if (!is_sorted(task.resultDims))
      features.insert("transposed");
  }
  std::string dtype = computeDtype(v.dtype);
  for (unsigned other : others)
    if (values[other].dtype == "f32")
      dtype = "f32";
  task.operands.push_back(whole(value, dims, task));
  for (unsigned other : others)
    if (std::optional<Operand> operand = match(task, other, dims))
      task.operands.push_back(*operand);
  unsigned count = task.operands.size() + (others.empty() ? random.pick<unsigned>({0, 1, 1, 2}) : random.below(2));
  while (task.operands.size() < count)
    task.operands.push_back(extra(task, dims, dtype));
  std::string text = unary("%x0", dtype, task.operands.size() == 1 ? "%m" : "%v0", task);
  for (unsigned i = 1; i < task.operands.size(); ++i)
    text += combine("%v" + std::to_string(i - 1), i, task.operands[i].value, dtype,
                    i + 1 == task.operands.size() ? "%m" : "%v" + std::to_string(i));
  task.body = {dtype, text};
  task.resultDtype = dtype;
  if (dtype != "f32" && random.chance(25))
    task.resultDtype = random.pick<std::string>({"i8", "i16", "i32"});
  for (Operand &operand : task.operands)
    setDepth(task, operand);
  return finish(std::move(task));
}

/// Sums or maxima along some dimensions.
unsigned ProgramBuilder::reduce(unsigned value) {
  const Value v = values[value];
  if (v.rank() < 2)
    return elementwise(value);
  Task task;
  task.label = "reduce";
  SmallVector<unsigned> dims, parallel, reduction;
  unsigned first = random.below(v.rank());
  for (unsigned d = 0; d < v.rank(); ++d) {
    bool isReduced = d == first || (random.chance(25) && reduction.size() + 2 < v.rank());
    task.dims.push_back(dimLike(value, d, isReduced));
    dims.push_back(d);
    (isReduced ? reduction : parallel).push_back(d);
  }
  task.resultDims.assign(parallel.begin(), parallel.end());
  if (first + 1 < v.rank())
    features.insert("outer reduction");
  if (random.chance(40))
    random.shuffle(parallel);
  if (random.chance(40))
    random.shuffle(reduction);
  addLoops(task, parallel);
  task.parallelLoops = task.loops.size();
  addLoops(task, reduction);
  std::string dtype = computeDtype(v.dtype);
  setReduction(task, dtype);
  task.resultDtype = dtype;
  task.operands.push_back(whole(value, dims, task));
  for (Operand &operand : task.operands)
    setDepth(task, operand);
  return finish(std::move(task));
}

/// A matrix (or vector, or batched matrix) product.
unsigned ProgramBuilder::product(unsigned value) {
  const Value v = values[value];
  Task task;
  task.label = "matmul";
  unsigned k = random.chance(80) ? v.rank() - 1 : random.below(v.rank());
  SmallVector<unsigned> dims, parallel;
  for (unsigned d = 0; d < v.rank(); ++d) {
    task.dims.push_back(dimLike(value, d, d == k));
    dims.push_back(d);
  }
  for (unsigned d : v.order.empty() ? SmallVector<unsigned, 4>(ArrayRef(dims)) : v.order)
    if (d != k)
      parallel.push_back(d);
  // The other operand: a value with an equal dimension, or a new matrix; a leading dimension may be the batch.
  std::string dtype = v.dtype == "f32" ? "f32" : computeDtype(v.dtype);
  bool isBatched = v.rank() >= 3 && k != 0 && random.chance(60);
  unsigned n = task.dims.size();
  std::optional<Operand> right;
  for (unsigned i = 0; i < values.size() && !right; ++i) {
    const Value &other = values[i];
    if (i == value || other.rank() != 2 || !canConvert(other.dtype, dtype) || isBatched || !random.chance(50))
      continue;
    for (unsigned d = 0; d < 2 && !right; ++d)
      if (other.shape[d] == v.shape[k] && other.origin == Value::Computed) {
        task.dims.push_back(dimLike(i, 1 - d));
        SmallVector<unsigned> both{d == 0 ? k : n, d == 0 ? n : k};
        right = whole(i, both, task);
        features.insert("product of computed");
      }
  }
  if (!right) {
    Dim wide;
    wide.extent = random.pick<int64_t>(extents);
    wide.tile = tileFor(wide.extent, 0);
    task.dims.push_back(wide);
    SmallVector<unsigned> order{k, n};
    if (random.chance(30))
      order = {n, k};
    if (isBatched)
      order.insert(order.begin(), 0);
    Shape shape;
    for (unsigned dim : order)
      shape.push_back(task.dims[dim].extent);
    std::string from = dtype == "f32" ? "f32" : random.pick<std::string>({"i8", dtype});
    right = whole(input(shape, from), order, task);
  }
  if (isBatched)
    features.insert("batched product");
  if (domainSize(task) > 30000)
    return elementwise(value);
  for (unsigned d = 0; d < task.dims.size(); ++d)
    if (d != k)
      task.resultDims.push_back(d);
  parallel.insert(parallel.begin() + random.below(parallel.size() + 1), n);
  if (random.chance(60) && parallel.back() != n) {
    parallel.erase(find(parallel, n));
    parallel.push_back(n);
  }
  addLoops(task, parallel);
  task.parallelLoops = task.loops.size();
  addLoops(task, {k});
  bool isFloat = dtype == "f32";
  task.body = {dtype, isFloat ? "%q = arith.mulf %x0, %x1 : f32\n%m = arith.addf %acc, %q : f32\n"
                              : "%q = arith.muli %x0, %x1 : " + dtype + "\n%m = arith.addi %acc, %q : " + dtype + "\n"};
  task.neutral = isFloat ? "0.0" : "0";
  task.resultDtype = dtype;
  task.operands.push_back(whole(value, dims, task));
  task.operands.push_back(*right);
  for (Operand &operand : task.operands)
    setDepth(task, operand);
  return finish(std::move(task));
}

/// A window that slides along one or two dimensions, in strides; pooled, or weighted; or every second element.
unsigned ProgramBuilder::window(unsigned value) {
  Value v = values[value];
  auto fits = [](const Value &v) {
    return v.rank() >= 2 && v.rank() <= 3 && v.shape[v.rank() - 1] >= 3 && v.shape[v.rank() - 2] >= 3;
  };
  if (!fits(v)) {
    Shape shape{3 + random.below(9), 3 + random.below(9)};
    if (random.chance(60))
      shape.insert(shape.begin(), random.pick<int64_t>({1, 2, 3, 4, 6}));
    value = input(shape, theme);
    v = values[value];
  }
  Task task;
  task.label = "window";
  unsigned h = v.rank() - 2, w = v.rank() - 1;
  bool hasChannels = v.rank() == 3, is2d = random.chance(65);
  int64_t stride = random.pick<int64_t>({1, 1, 2}), dilation = random.chance(15) ? 2 : 1;
  int64_t size = random.pick<int64_t>({1, 2, 3, 3});
  int64_t reach = std::min(v.shape[h], is2d ? v.shape[w] : v.shape[h]);
  while ((size - 1) * dilation + 1 > reach)
    dilation > 1 ? --dilation : --size;
  if (size == 1)
    stride = 2;
  auto steps = [&](int64_t extent) { return (extent - (size - 1) * dilation - 1) / stride + 1; };
  features.insert(is2d ? "window 2d" : "window 1d");
  if (stride > 1)
    features.insert("strided window");

  // Parallel: [f] [c] oh ow; reductions: [c] kh kw.
  auto add = [&](int64_t extent, int64_t tile, bool isReduction) {
    task.dims.push_back({extent, tile, isReduction});
    return task.dims.size() - 1;
  };
  bool isWeighted = size > 1 && random.chance(60), isFull = hasChannels && isWeighted && random.chance(50);
  unsigned f = 0, c = 0;
  SmallVector<unsigned> parallel, reduction;
  if (isFull) {
    int64_t filters = random.pick<int64_t>({1, 2, 3, 4});
    f = add(filters, random.chance(50) ? filters : 1, false);
  }
  if (hasChannels) {
    Dim d = dimLike(value, 0, isFull);
    c = add(d.extent, d.tile, isFull);
    (isFull ? reduction : parallel).push_back(c);
  }
  unsigned oh = add(steps(v.shape[h]), 1, false);
  parallel.push_back(oh);
  bool wholeRow = is2d && random.chance(65);
  unsigned ow;
  if (!is2d) {
    Dim d = dimLike(value, w);
    ow = add(d.extent, d.tile, false);
  } else {
    ow = add(steps(v.shape[w]), wholeRow ? steps(v.shape[w]) : 1, false);
  }
  parallel.push_back(ow);
  if (isFull)
    parallel.insert(parallel.begin() + random.below(parallel.size() + 1), f);
  unsigned kh = add(size, 1, true);
  reduction.push_back(kh);
  unsigned kw = 0;
  if (is2d) {
    kw = add(size, wholeRow ? size : 1, true);
    reduction.push_back(kw);
  }
  if (hasChannels && !isFull && random.chance(30))
    std::swap(parallel[0], parallel[1]);
  addLoops(task, parallel);
  task.parallelLoops = task.loops.size();
  addLoops(task, reduction);
  if (domainSize(task) > 20000)
    return elementwise(value);

  std::string dtype = computeDtype(v.dtype);
  Operand image;
  image.value = value;
  if (hasChannels) {
    image.index.push_back({{c}});
    image.tile.push_back(task.dims[c].tile);
  }
  image.index.push_back({{oh, stride}, {kh, dilation}});
  image.tile.push_back(1);
  if (is2d) {
    image.index.push_back({{ow, stride}, {kw, dilation}});
    image.tile.push_back(wholeRow ? v.shape[w] : 1);
  } else {
    image.index.push_back({{ow}});
    image.tile.push_back(task.dims[ow].tile);
  }
  task.operands.push_back(image);
  // A window within the tile has its extents from the weights.
  if (isWeighted || (wholeRow && size > 1)) {
    SmallVector<unsigned> dims;
    if (isFull)
      dims.push_back(f);
    if (hasChannels && (isFull || random.chance(70)))
      dims.push_back(c);
    dims.push_back(kh);
    if (is2d)
      dims.push_back(kw);
    Shape shape;
    for (unsigned dim : dims)
      shape.push_back(task.dims[dim].extent);
    task.operands.push_back(whole(input(shape, dtype), dims, task));
    bool isFloat = dtype == "f32";
    task.body = {dtype, isFloat
                            ? "%q = arith.mulf %x0, %x1 : f32\n%m = arith.addf %acc, %q : f32\n"
                            : "%q = arith.muli %x0, %x1 : " + dtype + "\n%m = arith.addi %acc, %q : " + dtype + "\n"};
    task.neutral = isFloat ? "0.0" : "0";
    features.insert(isFull ? "convolution" : "depthwise");
  } else {
    setReduction(task, dtype);
    features.insert(size == 1 ? "subsampling" : "pooling");
  }
  task.resultDtype = dtype;
  if (isFull)
    task.resultDims.push_back(f);
  else if (hasChannels)
    task.resultDims.push_back(c);
  task.resultDims.push_back(oh);
  task.resultDims.push_back(ow);
  for (Operand &operand : task.operands)
    setDepth(task, operand);
  return finish(std::move(task));
}

/// Reduces each row and combines its elements with what came out, as softmax and normalisations do.
unsigned ProgramBuilder::row(unsigned value, TaskKind kind) {
  const Value v = values[value];
  Task task;
  task.kind = kind;
  task.label = kind == TaskKind::Row ? "row" : "two passes";
  unsigned rowDim = random.chance(80) ? v.rank() - 1 : random.below(v.rank());
  SmallVector<unsigned> dims, outer;
  for (unsigned d = 0; d < v.rank(); ++d) {
    task.dims.push_back(dimLike(value, d));
    dims.push_back(d);
  }
  task.resultDims.assign(dims.begin(), dims.end());
  for (unsigned d : v.order.empty() ? SmallVector<unsigned, 4>(ArrayRef(dims)) : v.order)
    if (d != rowDim)
      outer.push_back(d);
  if (random.chance(20))
    random.shuffle(outer);
  for (unsigned d : outer)
    task.loops.push_back({d, task.dims[d].trips(), task.dims[d].tile});
  const Dim &along = task.dims[rowDim];
  task.loops.push_back({rowDim, along.trips(), along.tile});
  task.parallelLoops = task.loops.size();
  task.columnTile = along.tile;
  if (kind == TaskKind::Row && random.chance(25))
    for (int64_t tile : {2, 4, 8})
      if (along.padded() % tile == 0 && tile <= along.extent)
        task.columnTile = tile;
  if (task.columnTile != along.tile)
    features.insert("other tile out");

  std::string dtype = computeDtype(v.dtype);
  setReduction(task, dtype);
  // The reduction names no parallel loops; its dimension is the row's.
  task.operands.push_back(whole(value, dims, task));
  unsigned first = 2;
  if (kind == TaskKind::TwoPass)
    task.operands.push_back(whole(value, dims, task));
  // Operands of the combination: element %x0, reduced row %x1, then others.
  unsigned own = task.operands.size();
  for (int64_t count = random.below(2); count > 0; --count)
    task.operands.push_back(extra(task, dims, dtype));
  std::string text;
  bool isFloat = dtype == "f32";
  text += "%v1 = arith." +
          (isFloat ? random.pick<std::string>({"subf", "addf", "maximumf"})
                   : random.pick<std::string>({"subi", "addi", "muli", "maxsi"})) +
          " %x0, %x1 : " + dtype + "\n";
  for (unsigned i = own; i < task.operands.size(); ++i, ++first)
    text +=
        combine("%v" + std::to_string(first - 1), first, task.operands[i].value, dtype, "%v" + std::to_string(first));
  text += unary("%v" + std::to_string(first - 1), dtype, "%m", task);
  task.combine = {dtype, text};
  task.resultDtype = dtype;
  for (Operand &operand : task.operands) {
    bool isAlong = any_of(operand.index, [&](const auto &terms) { return terms.front().dim == rowDim; });
    // Inside the row's loop, or just outside of it.
    operand.depth = task.loops.size() - (isAlong ? 0 : 1);
    for (const Loop &l : ArrayRef(task.loops).take_front(operand.depth))
      if (l.trips > 1 && none_of(operand.index, [&](const auto &terms) { return terms.front().dim == l.dim; }))
        features.insert("re-access");
  }
  task.yieldsReduced = kind == TaskKind::Row && v.rank() > 1 && random.chance(30);
  return finish(std::move(task));
}

/// One producer, two ways, one reader of both.
void ProgramBuilder::diamond() {
  unsigned top = latest(1);
  auto side = [&] {
    switch (random.below(4)) {
    case 0:
      return row(top, TaskKind::Row);
    case 1:
      return row(top, TaskKind::TwoPass);
    case 2:
      return reduce(top);
    default:
      return elementwise(top);
    }
  };
  unsigned left = random.chance(40) ? top : elementwise(top), right = side();
  elementwise(left, {right});
}

void ProgramBuilder::step() {
  switch (random.below(12)) {
  case 0:
  case 1:
  case 2:
    elementwise(pickValue(1));
    return;
  case 3:
  case 4:
    reduce(pickValue(2));
    return;
  case 5:
  case 6:
    product(pickValue(1));
    return;
  case 7:
  case 8:
    window(pickValue(2));
    return;
  case 9:
    row(pickValue(1), TaskKind::Row);
    return;
  case 10:
    row(pickValue(1), TaskKind::TwoPass);
    return;
  default:
    diamond();
  }
}

/// Makes the program the body of a repetition.
void ProgramBuilder::repeat() {
  repetitions = 2 + random.below(3);
  features.insert("repeat");
  auto isRead = [](const Value &value) { return value.origin == Value::Argument && value.uses > 0; };
  // An argument that is computed again from itself, so that one repetition needs what the last one gave.
  SmallVector<unsigned> arguments;
  for (auto [index, value] : enumerate(values))
    if (isRead(value))
      arguments.push_back(index);
  if (!arguments.empty())
    elementwise(random.pick<unsigned>(arguments), {latest(1)});
  for (unsigned index = 0, count = values.size(); index < count; ++index) {
    if (values[index].origin != Value::Computed || values[index].uses != 0)
      continue;
    auto fits = [&](unsigned argument) {
      return isRead(values[argument]) && values[argument].shape == values[index].shape &&
             values[argument].dtype == values[index].dtype &&
             none_of(carried, [&](auto pair) { return pair.first == argument; });
    };
    unsigned argument = 0;
    while (argument < count && !fits(argument))
      ++argument;
    if (argument < count) {
      features.insert("carried");
    } else {
      // Nobody reads what the repetition before has left; the last one's counts.
      Value unread;
      unread.shape = values[index].shape;
      unread.dtype = values[index].dtype;
      argument = values.size();
      values.push_back(std::move(unread));
      features.insert("carried, but not read");
    }
    carried.push_back({argument, index});
  }
}

void ProgramBuilder::build() {
  unsigned count = 4 + random.below(4);
  bool hasDiamond = random.chance(55);
  step();
  while (tasks.size() < count) {
    if (hasDiamond && tasks.size() + 3 >= count) {
      diamond();
      hasDiamond = false;
    } else {
      step();
    }
  }
  if (random.chance(15))
    repeat();
}
