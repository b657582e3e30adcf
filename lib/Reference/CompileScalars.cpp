// Arithmetic, on scalars and vectors alike.
#include "Reference/Compiler.h"
#include "Reference/Scalars.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

//===----------------------------------------------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------------------------------------------===//

/// Writes a number as a lane of `kind`.
static void writeLane(Kind kind, Attribute value, char *lane) {
  auto put = [&](auto number) { std::memcpy(lane, &number, sizeof(number)); };
  if (auto number = dyn_cast<FloatAttr>(value)) {
    APFloat wide = number.getValue();
    bool losesInfo;
    wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
    return kind == Kind::F64 ? put(wide.convertToDouble()) : put(float(wide.convertToDouble()));
  }
  APInt bits = cast<IntegerAttr>(value).getValue();
  int64_t number = kind == Kind::I1 ? int64_t(bits.getZExtValue() & 1) : bits.getSExtValue();
  std::memcpy(lane, &number, registerBytes(kind));
}

int32_t Compiler::scalarConstant(Attribute value, int64_t lanes) {
  Kind kind = elementKind(cast<TypedAttr>(value).getType());
  int32_t offset = newRegister(lanes * registerBytes(kind));
  for (int64_t lane = 0; lane < lanes; ++lane)
    writeLane(kind, value, &program.initial[offset + lane * registerBytes(kind)]);
  return offset;
}

void Compiler::compileConstant(arith::ConstantOp op) {
  Type type = op.getType();
  if (isa<FloatAttr, IntegerAttr>(op.getValue())) {
    registers[op] = scalarConstant(op.getValue(), scalarLanes);
    return;
  }
  auto elements = dyn_cast<ElementsAttr>(op.getValue());
  if (!elements) {
    error("has a value that reference execution does not support");
    return;
  }
  if (isa<RankedTensorType>(type)) {
    Reference constant = session.getConstant(elements);
    if (!constant) {
      error("has elements that are not in the module; was it printed with its resources elided?");
      return;
    }
    program.constants.push_back(constant);
    int32_t dst = define(op);
    Instruction &in = emit(runConstant);
    in.dst = dst;
    in.data = constant.get();
    return;
  }
  Kind kind = elementKind(type);
  int32_t offset = define(op);
  for (auto [lane, value] : llvm::enumerate(elements.getValues<Attribute>()))
    writeLane(kind, value, &program.initial[offset + lane * registerBytes(kind)]);
}

//===----------------------------------------------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------------------------------------------===//

void Compiler::emitRounding(Value result) {
  Kind kind = elementKind(result.getType());
  if (Handler round = handlerRoundHalf(kind)) {
    Instruction &in = emit(round);
    in.dst = reg(result);
    in.lanes = lanesOf(result.getType());
  }
}

bool Compiler::emitScalar(Operation *op, Handler handler) {
  if (!handler)
    return error("is not supported by reference execution on " + llvm::to_string(op->getOperand(0).getType()));
  Value result = op->getResult(0);
  int32_t dst = define(result);
  Instruction &in = emit(handler);
  in.dst = dst;
  in.a = in.b = reg(op->getOperand(0));
  if (op->getNumOperands() > 1)
    in.b = reg(op->getOperand(1));
  if (op->getNumOperands() > 2)
    in.c = reg(op->getOperand(2));
  in.lanes = lanesOf(result.getType());
  emitRounding(result);
  return true;
}

bool Compiler::compileSelect(arith::SelectOp op) {
  Type type = op.getType();
  if (isa<RankedTensorType, MemRefType>(type)) {
    if (isa<ShapedType>(op.getCondition().getType()))
      return error("chooses tensors element by element, which reference execution supports inside linalg.generic only");
    // The whole value is chosen: a branch.
    int32_t dst = define(op);
    int64_t condition = position();
    emit(runJumpUnless).a = reg(op.getCondition());
    auto choose = [&](Value value) {
      Instruction &in = emit(isa<RankedTensorType>(type) ? runShare : runCopyWord);
      in.dst = dst;
      in.a = reg(value);
    };
    choose(op.getTrueValue());
    int64_t end = position();
    emit(runJump);
    setTarget(condition, position());
    choose(op.getFalseValue());
    setTarget(end, position());
    return true;
  }
  int32_t condition = reg(op.getCondition());
  if (lanesOf(op.getCondition().getType()) < lanesOf(type))
    condition = splat(condition, Kind::I1, lanesOf(type));
  int32_t dst = define(op);
  Instruction &in = emit(handlerSelect(elementKind(type), true));
  in.dst = dst;
  in.a = condition;
  in.b = reg(op.getTrueValue());
  in.c = reg(op.getFalseValue());
  in.lanes = lanesOf(type);
  return true;
}

bool Compiler::compileConversion(Operation *op) {
  bool isUnsigned = isa<arith::ExtUIOp, arith::UIToFPOp, arith::FPToUIOp, arith::IndexCastUIOp>(op);
  Kind from = elementKind(op->getOperand(0).getType()), to = elementKind(op->getResult(0).getType());
  return emitScalar(op, handlerConvert(from, to, isUnsigned, true));
}

int32_t Compiler::splat(int32_t scalar, Kind kind, int64_t lanes) {
  int32_t dst = newRegister(lanes * registerBytes(kind));
  Instruction &in = emit(handlerSplat(kind));
  in.dst = dst;
  in.a = scalar;
  in.lanes = lanes;
  return dst;
}

//===----------------------------------------------------------------------------------------------------------===//
// Affine expressions
//===----------------------------------------------------------------------------------------------------------===//

int32_t Compiler::emitExpression(AffineExpr expr, ValueRange dims, ValueRange symbols) {
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return reg(dims[dim.getPosition()]);
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return reg(symbols[symbol.getPosition()]);
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return scalarLanes == 1 ? integer(constant.getValue())
                            : scalarConstant(Builder(expr.getContext()).getIndexAttr(constant.getValue()), scalarLanes);
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int32_t a = emitExpression(binary.getLHS(), dims, symbols), b = emitExpression(binary.getRHS(), dims, symbols);
  auto apply = [&](Handler (*handler)(Kind, bool), int32_t left, int32_t right) {
    int32_t dst = newRegister(8 * scalarLanes);
    Instruction &in = emit(handler(Kind::I64, scalarLanes > 1));
    in.dst = dst;
    in.a = left;
    in.b = right;
    in.lanes = scalarLanes;
    return dst;
  };
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return apply(handlerAddI, a, b);
  case AffineExprKind::Mul:
    return apply(handlerMulI, a, b);
  case AffineExprKind::FloorDiv:
    return apply(handlerFloorDivSI, a, b);
  case AffineExprKind::CeilDiv:
    return apply(handlerCeilDivSI, a, b);
  default:
    // a mod b = a - floor(a / b) * b
    return apply(handlerSubI, a, apply(handlerMulI, apply(handlerFloorDivSI, a, b), b));
  }
}

bool Compiler::compileAffine(Operation *op) {
  if (auto apply = dyn_cast<affine::AffineApplyOp>(op)) {
    AffineMap map = apply.getAffineMap();
    registers[apply] = emitExpression(map.getResult(0), apply.getDimOperands(), apply.getSymbolOperands());
    return true;
  }
  AffineMap map;
  if (auto minimum = dyn_cast<affine::AffineMinOp>(op))
    map = minimum.getMap();
  else if (auto maximum = dyn_cast<affine::AffineMaxOp>(op))
    map = maximum.getMap();
  else
    return false;
  ValueRange operands = op->getOperands();
  int32_t best = 0;
  for (auto [index, expr] : llvm::enumerate(map.getResults())) {
    int32_t value = emitExpression(expr, operands.take_front(map.getNumDims()), operands.drop_front(map.getNumDims()));
    if (index == 0) {
      best = value;
      continue;
    }
    int32_t dst = newRegister(8 * scalarLanes);
    Instruction &in = emit((isa<affine::AffineMinOp>(op) ? handlerMinSI : handlerMaxSI)(Kind::I64, true));
    in.dst = dst;
    in.a = best;
    in.b = value;
    in.lanes = scalarLanes;
    best = dst;
  }
  registers[op->getResult(0)] = best;
  return true;
}

//===----------------------------------------------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------------------------------------------===//

static Handler comparisonHandler(arith::CmpFPredicate predicate, Kind kind, bool lanes) {
  switch (predicate) {
#define FLOAT_COMPARISON(PREDICATE, VALUE)                                                                             \
  case arith::CmpFPredicate::PREDICATE:                                                                                \
    return handlerCmpF_##PREDICATE(kind, lanes);
#include "Reference/Scalars.def"
  }
  return nullptr;
}

static Handler comparisonHandler(arith::CmpIPredicate predicate, Kind kind, bool lanes) {
  switch (predicate) {
#define INTEGER_COMPARISON(PREDICATE, VALUE)                                                                           \
  case arith::CmpIPredicate::PREDICATE:                                                                                \
    return handlerCmpI_##PREDICATE(kind, lanes);
#include "Reference/Scalars.def"
  }
  return nullptr;
}

/// The handler of an operation that Scalars.def lists.
static std::optional<Handler> scalarHandler(Operation *op, Kind kind, bool lanes) {
  return TypeSwitch<Operation *, std::optional<Handler>>(op)
#define SCALAR_CASE(OP, NAME) .Case([&](OP) { return handler##NAME(kind, lanes); })
#define FLOAT_UNARY(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#define FLOAT_BINARY(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#define FLOAT_TEST(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#define INTEGER_UNARY(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#define INTEGER_BINARY(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#define INTEGER_DIVISION(OP, NAME, VALUE) SCALAR_CASE(OP, NAME)
#include "Reference/Scalars.def"
#undef SCALAR_CASE
      .Case([&](math::FmaOp) { return handlerFma(kind, lanes); })
      .Case([&](vector::FMAOp) { return handlerFma(kind, lanes); })
      .Default(std::optional<Handler>());
}

bool Compiler::compileScalar(Operation *op) {
  if (auto size = dyn_cast<SizeOp>(op)) {
    auto value = IntegerAttr::get(size.getType(), session.options.sizes.lookup(size.getSymbol()));
    registers[size] = scalarConstant(value, scalarLanes);
    return true;
  }
  StringRef dialect = op->getName().getDialectNamespace();
  if (dialect == "affine")
    return compileAffine(op);
  if (dialect != "arith" && dialect != "math" && !isa<vector::FMAOp>(op))
    return false;
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    return compileConstant(constant), true;
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return compileSelect(select);
  for (Type type : op->getOperandTypes())
    if (isa<RankedTensorType>(type))
      return error("works on whole tensors, which reference execution supports inside linalg.generic only");

  Kind kind = elementKind(op->getOperand(0).getType());
  bool lanes = lanesOf(op->getResult(0).getType()) > 1;
  if (std::optional<Handler> handler = scalarHandler(op, kind, lanes))
    return emitScalar(op, *handler);
  return TypeSwitch<Operation *, bool>(op)
      .Case([&](math::FPowIOp power) {
        // As a power of floats: every exponent that matters is one exactly.
        int64_t count = lanesOf(power.getType());
        int32_t exponent = newRegister(count * registerBytes(kind)), dst = define(power);
        Instruction &convert = emit(handlerConvert(elementKind(power.getRhs().getType()), kind, false, true));
        convert.dst = exponent;
        convert.a = reg(power.getRhs());
        convert.lanes = count;
        Instruction &in = emit(handlerPowF(kind, lanes));
        in.dst = dst;
        in.a = reg(power.getLhs());
        in.b = exponent;
        in.lanes = count;
        emitRounding(power);
        return true;
      })
      .Case([&](arith::CmpFOp cmp) { return emitScalar(op, comparisonHandler(cmp.getPredicate(), kind, lanes)); })
      .Case([&](arith::CmpIOp cmp) { return emitScalar(op, comparisonHandler(cmp.getPredicate(), kind, lanes)); })
      .Case<arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp, arith::FPToUIOp,
            arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, arith::IndexCastOp, arith::IndexCastUIOp>(
          [&](auto) { return compileConversion(op); })
      .Case([&](arith::BitcastOp cast) {
        Kind to = elementKind(cast.getType());
        if (kind != to && (registerBytes(kind) != registerBytes(to) || memoryBytes(kind) != memoryBytes(to)))
          return emitScalar(op, handlerBitcastHalf(kind, to));
        int32_t dst = define(cast);
        Instruction &in = emit(runCopy);
        in.dst = dst;
        in.a = reg(cast.getIn());
        in.value = lanesOf(cast.getType()) * registerBytes(to);
        return true;
      })
      .Default(false);
}
