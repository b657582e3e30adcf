// Structured operations: loops around a body.
//
// The body is computed for many neighbouring elements of one parallel dimension at once (a strip), so that the cost of
// an instruction is paid once per strip. Every element still sees its reductions in the order of the loops.
#include "Reference/Compiler.h"
#include "Reference/Scalars.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

namespace st::reference {

/// Compiles one structured operation.
class LinalgCompiler {
public:
  LinalgCompiler(Compiler &compiler, linalg::LinalgOp op)
      : compiler(compiler), op(op), extents(op.getStaticLoopRanges()) {}

  void compile();

private:
  /// An operand in memory: a pointer that moves with the loops.
  struct Pointer {
    OpOperand *operand;
    int32_t reg;
    /// Bytes that one step of each loop moves it.
    SmallVector<int64_t> strides;
  };

  bool addPointer(OpOperand &operand, int32_t base);
  std::optional<int64_t> chooseStripDim();
  bool bodyIsElementwise();
  void captureScalars();
  void emitLoops(ArrayRef<int64_t> dims);
  void emitStrips();
  void emitBody(int64_t lanes, int64_t firstIndex);
  PointerLoop pointerLoop(int64_t dim, int64_t trips, int64_t factor) const;

  /// Elements that are computed at once, at most: enough to hide the cost of an instruction, few enough to stay in the
  /// first-level cache.
  static constexpr int64_t maxStrip = 256;

  Compiler &compiler;
  linalg::LinalgOp op;
  SmallVector<int64_t> extents;
  SmallVector<Pointer> pointers;
  /// The parallel dimension that is computed in strips.
  std::optional<int64_t> stripDim;
  /// Counters of the loops by dimension; that of the strip dimension counts strips.
  SmallVector<int32_t> counters;
};

} // namespace st::reference

//===----------------------------------------------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------------------------------------------===//

/// Adds `expr` times `scale` to the coefficients of the dimensions and the constant; false where it is not linear.
static bool linearize(AffineExpr expr, int64_t scale, SmallVectorImpl<int64_t> &coefficients, int64_t &constant) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    coefficients[dim.getPosition()] += scale;
    return true;
  }
  if (auto number = dyn_cast<AffineConstantExpr>(expr)) {
    constant += scale * number.getValue();
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return linearize(binary.getLHS(), scale, coefficients, constant) &&
           linearize(binary.getRHS(), scale, coefficients, constant);
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && factor &&
         linearize(binary.getLHS(), scale * factor.getValue(), coefficients, constant);
}

bool LinalgCompiler::addPointer(OpOperand &operand, int32_t base) {
  auto type = cast<ShapedType>(operand.get().getType());
  SmallVector<int64_t> strides(extents.size(), 0);
  int64_t offset = 0;
  for (auto [index, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
    SmallVector<int64_t> coefficients(extents.size(), 0);
    int64_t constant = 0;
    if (!linearize(expr, 1, coefficients, constant)) {
      compiler.error("has an indexing map that is not linear, which reference execution does not support");
      return false;
    }
    int64_t stride = byteStrides(type)[index], least = constant, most = constant;
    for (auto [dim, coefficient] : llvm::enumerate(coefficients)) {
      strides[dim] += coefficient * stride;
      (coefficient < 0 ? least : most) += coefficient * (extents[dim] - 1);
    }
    if (least < 0 || most >= type.getDimSize(index)) {
      compiler.error("accesses outside of operand " + Twine(operand.getOperandNumber()));
      return false;
    }
    offset += constant * stride;
  }
  // A register of its own, which the loops move.
  int32_t pointer = compiler.newRegister();
  Address start;
  start.bytes = offset;
  Instruction &in = compiler.emit(runView);
  in.dst = pointer;
  in.a = base;
  in.data = compiler.table(std::move(start));
  pointers.push_back({&operand, pointer, std::move(strides)});
  return true;
}

/// The parallel dimension along which most operands lie next to each other. Every result must move with it, so that no
/// two elements of a strip write to the same place.
std::optional<int64_t> LinalgCompiler::chooseStripDim() {
  std::optional<int64_t> best;
  int64_t bestScore = -1;
  for (auto [dim, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    if (kind != utils::IteratorType::parallel || extents[dim] < 2)
      continue;
    int64_t score = std::min<int64_t>(extents[dim], 16);
    bool writesApart = true;
    for (const Pointer &pointer : pointers) {
      int64_t stride = pointer.strides[dim];
      int64_t bytes = memoryBytes(elementKind(pointer.operand->get().getType()));
      bool isInit = op.isDpsInit(pointer.operand);
      writesApart &= !isInit || stride != 0;
      score += stride == 0 || stride == bytes ? (isInit ? 8 : 4) : 0;
    }
    if (writesApart && score > bestScore) {
      best = dim;
      bestScore = score;
    }
  }
  return best;
}

/// Whether the body consists of scalar arithmetic only, so that it can be computed in strips.
bool LinalgCompiler::bodyIsElementwise() {
  return llvm::all_of(op.getBlock()->without_terminator(), [](Operation &inner) {
    return isa<linalg::IndexOp>(inner) ||
           (inner.getNumRegions() == 0 &&
            isa<arith::ArithDialect, math::MathDialect, affine::AffineDialect>(inner.getDialect()) &&
            llvm::none_of(llvm::concat<const Type>(inner.getOperandTypes(), inner.getResultTypes()),
                          [](Type type) { return isa<ShapedType>(type); }));
  });
}

//===----------------------------------------------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------------------------------------------===//

PointerLoop LinalgCompiler::pointerLoop(int64_t dim, int64_t trips, int64_t factor) const {
  PointerLoop loop{trips, {}};
  for (const Pointer &pointer : pointers)
    if (pointer.strides[dim] != 0)
      loop.pointers.push_back({pointer.reg, pointer.strides[dim] * factor});
  return loop;
}

void LinalgCompiler::emitLoops(ArrayRef<int64_t> dims) {
  if (dims.empty())
    return emitStrips();
  int64_t dim = dims.front();
  int64_t first = compiler.position();
  emitLoops(dims.drop_front());
  if (extents[dim] == 1 || compiler.failed)
    return;
  Instruction &next = compiler.emit(runNextPointers);
  next.dst = counters[dim];
  next.data = compiler.table(pointerLoop(dim, extents[dim], 1));
  compiler.emitJumpBack(next, first);
}

void LinalgCompiler::emitStrips() {
  if (!stripDim)
    return emitBody(1, 0);
  int64_t extent = extents[*stripDim], full = extent / maxStrip, rest = extent % maxStrip;
  if (full > 0) {
    int64_t first = compiler.position();
    emitBody(maxStrip, 0);
    if (compiler.failed)
      return;
    if (full > 1) {
      Instruction &next = compiler.emit(runNextPointers);
      next.dst = counters[*stripDim];
      next.data = compiler.table(pointerLoop(*stripDim, full, maxStrip));
      compiler.emitJumpBack(next, first);
    }
  }
  if (rest == 0)
    return;
  auto advance = [&](int64_t steps) {
    if (steps != 0)
      compiler.emit(runAdvancePointers).data = compiler.table(pointerLoop(*stripDim, steps, 1));
  };
  advance(full * maxStrip);
  emitBody(rest, full * maxStrip);
  advance(-full * maxStrip);
}

/// Scalars from outside the body are spread over the lanes once, before the loops.
void LinalgCompiler::captureScalars() {
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegion(0), captured);
  for (OpOperand *input : op.getDpsInputOperands())
    if (!isa<ShapedType>(input->get().getType()))
      captured.insert(input->get());
  for (Value value : captured)
    if (!isa<ShapedType>(value.getType()))
      compiler.registers[value] = compiler.splat(compiler.reg(value), elementKind(value.getType()), maxStrip);
}

void LinalgCompiler::emitBody(int64_t lanes, int64_t firstIndex) {
  int64_t outerLanes = std::exchange(compiler.scalarLanes, lanes);
  SmallVector<int32_t> outerIndices = std::exchange(compiler.indexRegisters, {});
  Block *body = op.getBlock();
  // The indices that the body asks for.
  llvm::SmallDenseSet<int64_t> wanted;
  body->walk([&](linalg::IndexOp index) { wanted.insert(index.getDim()); });
  for (int64_t dim = 0; dim < int64_t(extents.size()); ++dim) {
    bool isStrip = stripDim == dim;
    if (!wanted.contains(dim) || (lanes == 1 && !isStrip)) {
      compiler.indexRegisters.push_back(counters[dim]);
      continue;
    }
    int32_t index;
    if (isStrip) {
      index = compiler.newRegister(8 * lanes);
      Instruction &in = compiler.emit(runIota);
      in.dst = index;
      in.a = counters[dim];
      in.c = maxStrip;
      in.value = firstIndex;
      in.lanes = lanes;
    } else {
      index = compiler.splat(counters[dim], Kind::I64, lanes);
    }
    compiler.indexRegisters.push_back(index);
  }
  for (const Pointer &pointer : pointers) {
    BlockArgument argument = op.getMatchingBlockArgument(pointer.operand);
    if (argument.use_empty())
      continue;
    int32_t dst = compiler.define(argument);
    Instruction &in = compiler.emit(handlerLoadStrided(elementKind(argument.getType())));
    in.dst = dst;
    in.a = pointer.reg;
    in.lanes = lanes;
    in.value = stripDim ? pointer.strides[*stripDim] : 0;
  }
  for (OpOperand *input : op.getDpsInputOperands())
    if (!isa<ShapedType>(input->get().getType()))
      compiler.registers[op.getMatchingBlockArgument(input)] = compiler.reg(input->get());
  compiler.compileBlock(*body);
  if (!compiler.failed)
    for (auto [yielded, init] : llvm::zip(body->getTerminator()->getOperands(), op.getDpsInitsMutable())) {
      const Pointer *pointer = llvm::find_if(pointers, [&init = init](const Pointer &p) { return p.operand == &init; });
      Instruction &in = compiler.emit(handlerStoreStrided(elementKind(yielded.getType())));
      in.a = pointer->reg;
      in.b = compiler.reg(yielded);
      in.lanes = lanes;
      in.value = stripDim ? pointer->strides[*stripDim] : 0;
    }
  compiler.scalarLanes = outerLanes;
  compiler.indexRegisters = outerIndices;
}

void LinalgCompiler::compile() {
  if (llvm::any_of(extents, ShapedType::isDynamic))
    return void(compiler.error("has loops without static extents"));
  for (OpOperand &init : op.getDpsInitsMutable()) {
    bool needsContent = !op.getMatchingBlockArgument(&init).use_empty() || llvm::is_contained(extents, 0);
    int32_t base = compiler.reg(init.get());
    if (isa<RankedTensorType>(init.get().getType()))
      base = compiler.dataPointer(compiler.defineFromInit(op.getTiedOpResult(&init), init, needsContent));
    if (!addPointer(init, base))
      return;
  }
  for (OpOperand *input : op.getDpsInputOperands())
    if (isa<ShapedType>(input->get().getType()) && !addPointer(*input, compiler.dataPointer(input->get())))
      return;
  if (llvm::is_contained(extents, 0))
    return;

  if (bodyIsElementwise())
    stripDim = chooseStripDim();
  for (size_t dim = 0; dim < extents.size(); ++dim)
    counters.push_back(compiler.newRegister());
  SmallVector<int64_t> loops;
  for (int64_t dim = 0; dim < int64_t(extents.size()); ++dim)
    if (stripDim != dim)
      loops.push_back(dim);
  auto outerRegisters = compiler.registers;
  if (stripDim)
    captureScalars();
  emitLoops(loops);
  // The results stay, what the body defined and the spread scalars go.
  for (OpResult result : op->getResults())
    outerRegisters[result] = compiler.registers[result];
  compiler.registers = std::move(outerRegisters);
}

bool Compiler::compileLinalg(Operation *op) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    registers[index] = indexRegisters[index.getDim()];
    return true;
  }
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured)
    return false;
  LinalgCompiler(*this, structured).compile();
  return true;
}
