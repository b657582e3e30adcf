//===- Operators.cpp - What an operation costs on the device --------------------------------------------------===//

#include "Analysis/Operators.h"
#include "Dialect/StDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace st;

using Kinds = llvm::SmallVector<OpKind, 2>;

FailureOr<Kinds> st::getOperators(Operation *op) {
  return llvm::TypeSwitch<Operation *, FailureOr<Kinds>>(op)
      .Case<arith::AddFOp>([](auto) { return Kinds{OpKind::F32Add}; })
      .Case<arith::SubFOp>([](auto) { return Kinds{OpKind::F32Sub}; })
      .Case<arith::MulFOp>([](auto) { return Kinds{OpKind::F32Mul}; })
      .Case<arith::DivFOp>([](auto) { return Kinds{OpKind::F32Div}; })
      .Case<arith::NegFOp>([](auto) { return Kinds{OpKind::F32Neg}; })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>([](auto) { return Kinds{OpKind::F32Max}; })
      .Case<arith::MinimumFOp, arith::MinNumFOp>([](auto) { return Kinds{OpKind::F32Min}; })
      .Case<arith::CmpFOp>([](auto) { return Kinds{OpKind::F32Compare}; })
      .Case<arith::SIToFPOp, arith::UIToFPOp>([](auto) { return Kinds{OpKind::F32FromInt}; })
      .Case<arith::FPToSIOp, arith::FPToUIOp>([](auto) { return Kinds{OpKind::F32ToInt}; })
      .Case<math::SqrtOp>([](auto) { return Kinds{OpKind::F32Sqrt}; })
      .Case<math::RsqrtOp>([](auto) { return Kinds{OpKind::F32Rsqrt}; })
      .Case<math::ExpOp, math::Exp2Op>([](auto) { return Kinds{OpKind::F32Exp}; })
      .Case<math::LogOp, math::Log2Op, math::Log10Op>([](auto) { return Kinds{OpKind::F32Log}; })
      .Case<math::PowFOp, math::CbrtOp>([](auto) { return Kinds{OpKind::F32Pow}; })
      .Case<math::TanhOp>([](auto) { return Kinds{OpKind::F32Tanh}; })
      .Case<math::ErfOp>([](auto) { return Kinds{OpKind::F32Erf}; })
      .Case<math::AbsFOp, math::CopySignOp>([](auto) { return Kinds{OpKind::F32Abs}; })
      .Case<math::CeilOp, math::FloorOp, math::RoundOp, math::RoundEvenOp, math::TruncOp>(
          [](auto) { return Kinds{OpKind::F32Round}; })
      .Case<math::SinOp, math::CosOp, math::TanOp, math::AsinOp, math::AcosOp, math::AtanOp, math::Atan2Op>(
          [](auto) { return Kinds{OpKind::F32Sin}; })
      // Functions without an operator of their own, as the operators that their definitions need.
      .Case<math::ExpM1Op>([](auto) {
        return Kinds{OpKind::F32Exp, OpKind::F32Sub};
      })
      .Case<math::Log1pOp>([](auto) {
        return Kinds{OpKind::F32Add, OpKind::F32Log};
      })
      .Case<math::ErfcOp>([](auto) {
        return Kinds{OpKind::F32Erf, OpKind::F32Sub};
      })
      .Case<math::SinhOp, math::CoshOp>([](auto) {
        return Kinds{OpKind::F32Exp, OpKind::F32Div, OpKind::F32Add};
      })
      .Case<math::AsinhOp, math::AcoshOp>([](auto) {
        return Kinds{OpKind::F32Mul, OpKind::F32Add, OpKind::F32Sqrt, OpKind::F32Add, OpKind::F32Log};
      })
      .Case<math::AtanhOp>([](auto) {
        return Kinds{OpKind::F32Add, OpKind::F32Div, OpKind::F32Log};
      })
      .Case<arith::RemFOp>([](auto) {
        return Kinds{OpKind::F32Div, OpKind::F32Round, OpKind::F32Mul, OpKind::F32Sub};
      })
      .Case<math::FPowIOp>([](auto) {
        return Kinds{OpKind::F32FromInt, OpKind::F32Pow};
      })
      .Case<math::IsNaNOp, math::IsInfOp, math::IsFiniteOp>([](auto) { return Kinds{OpKind::F32Compare}; })
      .Case<math::AbsIOp>([](auto) {
        return Kinds{OpKind::IntSub, OpKind::Select};
      })
      // Square and multiply, a bit of the exponent in each step.
      .Case<math::IPowIOp>([](Operation *power) {
        return Kinds(2 * std::max(1u, getElementTypeOrSelf(power->getResult(0).getType()).getIntOrFloatBitWidth()),
                     OpKind::IntMul);
      })
      // A tree of adders over the bits.
      .Case<math::CtPopOp, math::CountLeadingZerosOp, math::CountTrailingZerosOp>([](auto) {
        return Kinds{OpKind::IntAdd, OpKind::IntAdd};
      })
      .Case<tensor::ExtractOp, memref::LoadOp>([](auto) { return Kinds{OpKind::MemoryLoad}; })
      .Case<math::FmaOp>([](auto) {
        return Kinds{OpKind::F32Mul, OpKind::F32Add};
      })
      .Case<arith::AddIOp>([](auto) { return Kinds{OpKind::IntAdd}; })
      .Case<arith::SubIOp>([](auto) { return Kinds{OpKind::IntSub}; })
      .Case<arith::MulIOp>([](auto) { return Kinds{OpKind::IntMul}; })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp, arith::CeilDivSIOp,
            arith::CeilDivUIOp>([](auto) { return Kinds{OpKind::IntDiv}; })
      .Case<arith::CmpIOp>([](auto) { return Kinds{OpKind::IntCompare}; })
      .Case<arith::MaxSIOp, arith::MaxUIOp, arith::MinSIOp, arith::MinUIOp>([](auto) {
        return Kinds{OpKind::IntCompare, OpKind::Select};
      })
      .Case<arith::AndIOp, arith::OrIOp, arith::XOrIOp>([](auto) { return Kinds{OpKind::IntLogic}; })
      .Case<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>([](auto) { return Kinds{OpKind::IntShift}; })
      .Case<arith::SelectOp>([](auto) { return Kinds{OpKind::Select}; })
      // An index is a loop counter that is there anyway; casts and constants are wires.
      .Case<SizeOp, linalg::IndexOp, linalg::YieldOp, arith::ConstantOp, arith::IndexCastOp, arith::IndexCastUIOp,
            arith::ExtSIOp, arith::ExtUIOp, arith::TruncIOp, arith::ExtFOp, arith::TruncFOp, arith::BitcastOp>(
          [](auto) { return Kinds{}; })
      .Case<affine::AffineApplyOp>([](auto) { return Kinds{OpKind::IntAdd}; })
      .Default([](Operation *other) -> FailureOr<Kinds> {
        return other->emitOpError("has no operator in the device file: express it by arith and math operations that "
                                  "lib/Device/Operators.def lists");
      });
}

FailureOr<int64_t> st::getOperatorLatency(Operation *op, const Device &device) {
  FailureOr<Kinds> kinds = getOperators(op);
  if (failed(kinds))
    return failure();
  int64_t cycles = 0;
  for (OpKind kind : *kinds)
    cycles += device.latencyCycles(kind);
  return cycles;
}

/// Bits that hold all values of `value`: those before it was extended, or of the constant that it is.
static unsigned bitsOf(Value value) {
  Type type = value.getType();
  if (auto extended = value.getDefiningOp<arith::ExtSIOp>())
    type = extended.getIn().getType();
  else if (auto extended = value.getDefiningOp<arith::ExtUIOp>())
    return getElementTypeOrSelf(extended.getIn().getType()).getIntOrFloatBitWidth() + 1;
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSignificantBits();
  type = getElementTypeOrSelf(type);
  return type.isIntOrFloat() ? type.getIntOrFloatBitWidth() : 64;
}

FailureOr<Resources> st::getOperatorResources(Operation *op, const Device &device) {
  FailureOr<Kinds> kinds = getOperators(op);
  if (failed(kinds))
    return failure();
  Resources sum;
  // A slice multiplies 27 by 18 bits (UG579) and needs nothing beside it.
  if (auto product = dyn_cast<arith::MulIOp>(op)) {
    unsigned left = bitsOf(product.getLhs()), right = bitsOf(product.getRhs());
    if (std::max(left, right) <= 27 && std::min(left, right) <= 18 && device.cost(OpKind::IntMul).dsp > 1) {
      sum.dsp = 1;
      return sum;
    }
  }
  for (OpKind kind : *kinds)
    sum += device.cost(kind);
  return sum;
}
