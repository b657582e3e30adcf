// Innermost loops over scalars in memory, computed for many iterations at once.
//
// What lowering leaves of a tile's linalg are loops of loads, arithmetic and stores. Where no iteration reads what
// another writes, one instruction does its work for a strip of iterations; nothing but the time changes.
#include "Reference/Compiler.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

namespace st::reference {

/// Compiles one loop in strips, or finds that it cannot be.
class StripLoop {
public:
  StripLoop(Compiler &compiler, scf::ForOp loop) : compiler(compiler), loop(loop) {}
  bool compile();

private:
  struct Access {
    Operation *op;
    Value memref;
    OperandRange indices;
    bool isStore;
    /// Bytes from one iteration to the next.
    int64_t stride;
  };

  bool hasConstantBounds();
  bool collectAccesses();
  bool isIndependent() const;
  std::optional<int64_t> coefficient(Value value);
  std::optional<int64_t> coefficient(AffineExpr expr, ValueRange operands, unsigned numDims);
  bool servesAddressesOnly(Value value);
  Address addressOf(const Access &access, int64_t lanes);
  void emitStrip(int64_t start, int64_t lanes);
  void emitAccess(const Access &access, int64_t lanes);

  static constexpr int64_t maxStrip = 256;
  /// Below, the strip costs more than it saves; above, the code would grow too long.
  static constexpr int64_t minTrips = 3, maxTrips = 16 * maxStrip;

  Compiler &compiler;
  scf::ForOp loop;
  int64_t first = 0, trips = 0;
  SmallVector<Access> accesses;
};

} // namespace st::reference

bool StripLoop::hasConstantBounds() {
  std::optional<int64_t> lower = getConstantIntValue(loop.getLowerBound());
  std::optional<int64_t> upper = getConstantIntValue(loop.getUpperBound());
  std::optional<int64_t> step = getConstantIntValue(loop.getStep());
  if (!lower || !upper || step != 1 || loop.getNumResults() > 0 || !loop.getInductionVar().getType().isIndex())
    return false;
  first = *lower;
  trips = *upper - *lower;
  return trips >= minTrips && trips <= maxTrips;
}

//===----------------------------------------------------------------------------------------------------------===//
// What may be computed in strips
//===----------------------------------------------------------------------------------------------------------===//

/// How much `value` grows per iteration; nullopt when that is not constant.
std::optional<int64_t> StripLoop::coefficient(Value value) {
  if (value == loop.getInductionVar())
    return 1;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != loop.getBody())
    return 0;
  SmallVector<int64_t> growth;
  for (Value operand : op->getOperands()) {
    std::optional<int64_t> part = coefficient(operand);
    if (!part)
      return std::nullopt;
    growth.push_back(*part);
  }
  if (isa<arith::AddIOp>(op))
    return growth[0] + growth[1];
  if (isa<arith::SubIOp>(op))
    return growth[0] - growth[1];
  if (isa<arith::IndexCastOp>(op))
    return growth[0];
  if (isa<arith::MulIOp>(op))
    for (int side : {0, 1})
      if (std::optional<int64_t> factor = getConstantIntValue(op->getOperand(side)))
        return *factor * growth[1 - side];
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op))
    return coefficient(apply.getAffineMap().getResult(0), apply.getMapOperands(), apply.getAffineMap().getNumDims());
  // Anything is constant that is made of constants only, unless it reads memory.
  bool isInvariant = llvm::all_of(growth, [](int64_t part) { return part == 0; }) && isMemoryEffectFree(op);
  return isInvariant ? std::optional<int64_t>(0) : std::nullopt;
}

std::optional<int64_t> StripLoop::coefficient(AffineExpr expr, ValueRange operands, unsigned numDims) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return coefficient(operands[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return coefficient(operands[numDims + symbol.getPosition()]);
  if (isa<AffineConstantExpr>(expr))
    return 0;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  std::optional<int64_t> left = coefficient(binary.getLHS(), operands, numDims),
                         right = coefficient(binary.getRHS(), operands, numDims);
  if (!left || !right)
    return std::nullopt;
  if (binary.getKind() == AffineExprKind::Add)
    return *left + *right;
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  if (binary.getKind() == AffineExprKind::Mul && factor)
    return *left * factor.getValue();
  return *left == 0 && *right == 0 ? std::optional<int64_t>(0) : std::nullopt;
}

bool StripLoop::collectAccesses() {
  for (Operation &op : loop.getBody()->without_terminator()) {
    std::optional<Access> access;
    if (auto load = dyn_cast<memref::LoadOp>(op))
      access = Access{&op, load.getMemRef(), load.getIndices(), false, 0};
    else if (auto store = dyn_cast<memref::StoreOp>(op))
      access = Access{&op, store.getMemRef(), store.getIndices(), true, 0};
    if (!access) {
      bool isScalar = op.getNumRegions() == 0 &&
                      isa<arith::ArithDialect, math::MathDialect, affine::AffineDialect>(op.getDialect()) &&
                      llvm::none_of(llvm::concat<const Type>(op.getOperandTypes(), op.getResultTypes()),
                                    [](Type type) { return isa<ShapedType>(type); });
      if (!isScalar)
        return false;
      continue;
    }
    for (auto [index, stride] : llvm::zip(access->indices, byteStrides(cast<ShapedType>(access->memref.getType())))) {
      std::optional<int64_t> growth = coefficient(index);
      if (!growth)
        return false;
      access->stride += *growth * stride;
    }
    accesses.push_back(*access);
  }
  return true;
}

static Value rootOf(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref;
}

static bool mayAlias(Value a, Value b) {
  Value left = rootOf(a), right = rootOf(b);
  auto isAllocation = [](Value root) {
    return root.getDefiningOp() && isa<BufferOp, memref::AllocOp, memref::AllocaOp>(root.getDefiningOp());
  };
  return left == right || !(isAllocation(left) || isAllocation(right));
}

/// Whether no iteration touches what another one writes.
bool StripLoop::isIndependent() const {
  for (const Access &store : accesses) {
    if (!store.isStore)
      continue;
    if (store.stride == 0)
      return false;
    for (const Access &other : accesses)
      if (mayAlias(store.memref, other.memref) &&
          (store.memref != other.memref || !llvm::equal(store.indices, other.indices)))
        return false;
  }
  return true;
}

/// Whether the loop uses `value` for addresses alone, for which the first iteration of a strip suffices.
bool StripLoop::servesAddressesOnly(Value value) {
  return llvm::all_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (!loop->isAncestor(user))
      return true;
    if (isa<memref::LoadOp>(user))
      return true;
    if (auto store = dyn_cast<memref::StoreOp>(user))
      return use.getOperandNumber() != 0;
    return user->getNumResults() == 1 && servesAddressesOnly(user->getResult(0));
  });
}

//===----------------------------------------------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------------------------------------------===//

Address StripLoop::addressOf(const Access &access, int64_t lanes) {
  auto type = cast<MemRefType>(access.memref.getType());
  SmallVector<OpFoldResult> indices;
  for (Value index : access.indices)
    indices.push_back(getAsOpFoldResult(index));
  Address address = compiler.addressOf(type, indices, SmallVector<int64_t>(type.getRank(), 1));
  for (Address::Index &index : address.indices)
    index.reach = *coefficient(access.indices[index.position]) * (lanes - 1);
  return address;
}

void StripLoop::emitAccess(const Access &access, int64_t lanes) {
  Kind kind = elementKind(access.memref.getType());
  const Address *address = compiler.table(addressOf(access, lanes));
  int32_t value = access.isStore ? compiler.reg(access.op->getOperand(0)) : compiler.define(access.op->getResult(0));
  Instruction &in = compiler.emit(access.isStore ? handlerStoreStrip(kind) : handlerLoadStrip(kind));
  in.a = compiler.reg(access.memref);
  in.b = in.dst = value;
  in.lanes = lanes;
  in.value = access.stride;
  in.data = address;
}

void StripLoop::emitStrip(int64_t start, int64_t lanes) {
  Value variable = loop.getInductionVar();
  if (servesAddressesOnly(variable)) {
    compiler.registers[variable] = compiler.integer(start);
  } else {
    int32_t dst = compiler.registers[variable] = compiler.newRegister(8 * lanes);
    Instruction &in = compiler.emit(runIota);
    in.dst = dst;
    in.a = compiler.integer(0);
    in.value = start;
    in.lanes = lanes;
  }
  auto access = accesses.begin();
  for (Operation &op : loop.getBody()->without_terminator()) {
    compiler.current = &op;
    if (access != accesses.end() && access->op == &op) {
      compiler.scalarLanes = lanes;
      emitAccess(*access++, lanes);
    } else {
      compiler.scalarLanes = servesAddressesOnly(op.getResult(0)) ? 1 : lanes;
      compiler.compileOperation(&op);
    }
  }
  compiler.scalarLanes = 1;
}

bool StripLoop::compile() {
  if (compiler.scalarLanes != 1 || !hasConstantBounds() || !collectAccesses() || accesses.empty() || !isIndependent())
    return false;
  auto outerRegisters = compiler.registers;
  // Scalars from outside are spread over the lanes once.
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(loop.getRegion(), captured);
  for (Value value : captured)
    if (!isa<ShapedType>(value.getType()) && !servesAddressesOnly(value))
      compiler.registers[value] =
          compiler.splat(compiler.reg(value), elementKind(value.getType()), std::min(trips, maxStrip));
  for (int64_t start = 0; start < trips && !compiler.failed; start += maxStrip)
    emitStrip(first + start, std::min(trips - start, maxStrip));
  compiler.registers = std::move(outerRegisters);
  return true;
}

bool Compiler::compileStripLoop(scf::ForOp loop) { return StripLoop(*this, loop).compile(); }
