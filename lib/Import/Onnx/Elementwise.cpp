// Element-wise operators with NumPy's broadcasting.

#include "Import/Onnx/ScalarAlgebra.h"

using namespace mlir;

namespace st::onnximport {
namespace {

using HostScalar = HostAlgebra::Scalar;
using EmitFunction = llvm::function_ref<Value(EmitAlgebra &, ValueRange)>;
using HostFunction = llvm::function_ref<HostScalar(HostAlgebra &, ArrayRef<HostScalar>)>;

HostScalar scalarAt(const HostTensor &tensor, int64_t position) {
  return isFloat(tensor.getType()) ? HostScalar{tensor.getDouble(position), 0}
                                   : HostScalar{tensor.getDouble(position), tensor.getInt(position)};
}

FailureOr<Shape> commonShape(NodeImporter &node, ArrayRef<unsigned> operands) {
  Shape shape;
  for (unsigned operand : operands) {
    std::optional<Shape> wider = broadcastShapes(shape, node.input(operand).shape);
    if (!wider)
      return node.emitError() << "shape " << toString(node.input(operand).shape) << " of '" << node.input(operand).name
                              << "' does not broadcast with " << toString(shape);
    shape = *wider;
  }
  return shape;
}

HostTensor evaluate(NodeImporter &node, ArrayRef<unsigned> operands, ArrayRef<int64_t> shape, ElementType type,
                    ElementType resultType, HostFunction compute) {
  HostAlgebra algebra(type);
  // Equal operands everywhere give equal results everywhere.
  bool isSplat = llvm::all_of(operands, [&](unsigned operand) { return node.constant(operand)->isSplat(); });
  Shape computed = isSplat && !llvm::is_contained(shape, 0) ? Shape(shape.size(), 1) : Shape(shape);
  SmallVector<Shape> strides;
  for (unsigned operand : operands)
    strides.push_back(broadcastStrides(node.input(operand).shape, shape));
  SmallVector<HostScalar> scalars(operands.size());
  auto at = [&](ArrayRef<int64_t> index) {
    for (size_t which = 0; which < operands.size(); ++which) {
      int64_t position = 0;
      for (size_t dim = 0; dim < index.size(); ++dim)
        position += index[dim] * strides[which][dim];
      scalars[which] = scalarAt(*node.constant(operands[which]), position);
    }
    return compute(algebra, scalars);
  };
  HostTensor result =
      isFloat(resultType)
          ? HostTensor::fromDoubles(resultType, computed, [&](ArrayRef<int64_t> index) { return at(index).number; })
          : HostTensor::fromInts(resultType, computed, [&](ArrayRef<int64_t> index) { return at(index).integer; });
  return isSplat ? HostTensor::splat(shape, result) : result;
}

/// Imports one operator on `operands`. `type` is the type that is computed
/// with.
LogicalResult importElementwise(NodeImporter &node, ArrayRef<unsigned> operands, ElementType type,
                                ElementType resultType, EmitFunction emit, HostFunction host) {
  FailureOr<Shape> shape = commonShape(node, operands);
  if (failed(shape))
    return failure();
  bool allConstant = llvm::all_of(operands, [&](unsigned operand) { return node.constant(operand) != nullptr; });
  if (allConstant) {
    bool isSplat = llvm::all_of(operands, [&](unsigned operand) { return node.constant(operand)->isSplat(); });
    if (isSplat || mayFold(resultType, numElements(*shape))) {
      node.setOutput(0, evaluate(node, operands, *shape, type, resultType, host));
      return success();
    }
  }
  SmallVector<ElementwiseOperand> emitted;
  for (unsigned operand : operands)
    emitted.push_back(elementwiseOperand(node, operand));
  Value result =
      emitElementwise(node.builder, node.loc, emitted, *shape, toMlirType(resultType, node.builder.getContext()),
                      [&](OpBuilder &builder, Location loc, ValueRange scalars) {
                        EmitAlgebra algebra(builder, loc, type);
                        return emit(algebra, scalars);
                      });
  node.setOutput(0, resultType, result);
  return success();
}

LogicalResult checkSameType(NodeImporter &node, ArrayRef<unsigned> operands) {
  ElementType type = node.input(operands.front()).type;
  for (unsigned operand : operands)
    if (node.input(operand).type != type)
      return node.emitError() << "operands of types " << elementName(type) << " and "
                              << elementName(node.input(operand).type) << "; insert a Cast";
  return success();
}

enum class Accepts { Any, Float, Bool };

LogicalResult checkAccepts(NodeImporter &node, Accepts accepts) {
  ElementType type = node.input(0).type;
  if ((accepts == Accepts::Float && !isFloat(type)) || (accepts == Accepts::Bool && type != ElementType::Bool))
    return node.emitError() << "element type " << elementName(type) << " is not supported; "
                            << (accepts == Accepts::Float ? "a floating-point type" : "bool") << " is";
  return success();
}

/// Adds a unary operator written as a function (algebra, node, x).
template <typename Function> void addUnary(OpRegistry &registry, StringRef name, Accepts accepts, Function function) {
  registry[name] = [=](NodeImporter &node) -> LogicalResult {
    if (failed(checkAccepts(node, accepts)))
      return failure();
    ElementType type = node.input(0).type;
    return importElementwise(
        node, {0}, type, type, [&](EmitAlgebra &a, ValueRange x) -> Value { return function(a, node, x[0]); },
        [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, node, x[0]); });
  };
}

/// Adds a test of a floating-point number, written as a function (algebra, node, x) that gives a bool.
template <typename Function> void addTest(OpRegistry &registry, StringRef name, Function function) {
  registry[name] = [=](NodeImporter &node) -> LogicalResult {
    if (failed(checkAccepts(node, Accepts::Float)))
      return failure();
    return importElementwise(
        node, {0}, node.type(0), ElementType::Bool,
        [&](EmitAlgebra &a, ValueRange x) -> Value { return function(a, node, x[0]); },
        [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, node, x[0]); });
  };
}

/// Before version 7 the second operand broadcasts only if an attribute says so,
/// from the dimension `axis` on.
LogicalResult alignOldBroadcast(NodeImporter &node) {
  if (node.opset >= 7 || !node.getInt("broadcast", 0) || !node.hasAttribute("axis"))
    return success();
  int64_t rank = node.input(0).rank();
  FailureOr<int64_t> axis = node.normalizeAxis(node.getInt("axis", 0), rank);
  if (failed(axis))
    return failure();
  Shape shape = node.input(1).shape;
  if (*axis + int64_t(shape.size()) > rank)
    return node.emitError() << "shape " << toString(shape) << " does not fit at axis " << *axis << " of "
                            << toString(node.input(0).shape);
  shape.append(rank - *axis - shape.size(), 1);
  node.reshapeInput(1, shape);
  return success();
}

/// Adds a binary operator written as a function (algebra, x, y). With
/// `givesBool` it is a comparison.
template <typename Function>
void addBinary(OpRegistry &registry, StringRef name, Accepts accepts, bool givesBool, Function function) {
  registry[name] = [=](NodeImporter &node) -> LogicalResult {
    if (failed(checkAccepts(node, accepts)) || failed(checkSameType(node, {0, 1})) || failed(alignOldBroadcast(node)))
      return failure();
    ElementType type = node.input(0).type;
    return importElementwise(
        node, {0, 1}, type, givesBool ? ElementType::Bool : type,
        [&](EmitAlgebra &a, ValueRange x) -> Value { return function(a, x[0], x[1]); },
        [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, x[0], x[1]); });
  };
}

/// Adds an operator on any number of operands that are combined from left to
/// right; the mean divides at the end.
template <typename Function> void addVariadic(OpRegistry &registry, StringRef name, bool isMean, Function function) {
  registry[name] = [=](NodeImporter &node) -> LogicalResult {
    SmallVector<unsigned> operands = llvm::to_vector(llvm::seq<unsigned>(0, node.numInputs()));
    if (failed(checkSameType(node, operands)))
      return failure();
    auto combine = [&](auto &algebra, auto scalars) {
      auto result = scalars[0];
      for (size_t which = 1; which < scalars.size(); ++which)
        result = function(algebra, result, scalars[which]);
      return isMean ? algebra.div(result, algebra.constant(scalars.size())) : result;
    };
    ElementType type = node.input(0).type;
    return importElementwise(
        node, operands, type, type, [&](EmitAlgebra &a, ValueRange x) { return combine(a, SmallVector<Value>(x)); },
        [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return combine(a, x); });
  };
}

/// Powers with exponents that have a cheaper form, as PyTorch computes them.
template <typename Algebra>
typename Algebra::Scalar constantPower(Algebra &algebra, typename Algebra::Scalar x, double exponent) {
  if (exponent == 0.5)
    return algebra.sqrt(x);
  auto result = x;
  for (int factor = 1; factor < int(exponent); ++factor)
    result = algebra.mul(result, x);
  return result;
}

LogicalResult importPow(NodeImporter &node) {
  if (failed(alignOldBroadcast(node)))
    return failure();
  ElementType type = node.input(0).type;
  const HostTensor *exponent = node.constant(1);
  if (exponent && exponent->isSplat()) {
    double value = exponent->getDouble(0);
    FailureOr<Shape> shape = commonShape(node, {0, 1});
    bool isCheap = value == 1 || value == 2 || value == 3 || (value == 0.5 && isFloat(type));
    if (succeeded(shape) && *shape == node.input(0).shape && isCheap)
      return importElementwise(
          node, {0}, type, type, [&](EmitAlgebra &a, ValueRange x) -> Value { return constantPower(a, x[0], value); },
          [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return constantPower(a, x[0], value); });
  }
  // The exponent may have a type of its own. Where exactly one side is
  // floating-point, so is the computation.
  ElementType exponentType = node.input(1).type;
  ElementType computed = !isFloat(type) && isFloat(exponentType) ? exponentType : type;
  return importElementwise(
      node, {0, 1}, computed, type,
      [&](EmitAlgebra &a, ValueRange x) -> Value {
        Value base = EmitAlgebra(a.builder, a.loc, type).convert(x[0], computed);
        Value power = EmitAlgebra(a.builder, a.loc, exponentType).convert(x[1], computed);
        return a.convert(a.pow(base, power), type);
      },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) {
        HostScalar base = HostAlgebra(type).convert(x[0], computed);
        HostScalar power = HostAlgebra(exponentType).convert(x[1], computed);
        return a.convert(a.pow(base, power), type);
      });
}

LogicalResult importWhere(NodeImporter &node) {
  if (node.input(0).type != ElementType::Bool)
    return node.emitError() << "its condition must be bool, not " << elementName(node.input(0).type);
  if (failed(checkSameType(node, {1, 2})))
    return failure();
  ElementType type = node.input(1).type;
  return importElementwise(
      node, {0, 1, 2}, type, type, [](EmitAlgebra &a, ValueRange x) -> Value { return a.select(x[0], x[1], x[2]); },
      [](HostAlgebra &a, ArrayRef<HostScalar> x) { return a.select(x[0], x[1], x[2]); });
}

LogicalResult importCast(NodeImporter &node) {
  std::optional<ElementType> to = elementTypeFromOnnx(node.getInt("to", 0));
  if (!to)
    return node.emitError() << "casts to an element type that is not supported";
  ElementType from = node.input(0).type;
  if (from == *to) {
    node.forward(0, 0);
    return success();
  }
  return importElementwise(
      node, {0}, from, *to, [&](EmitAlgebra &a, ValueRange x) -> Value { return a.convert(x[0], *to); },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return a.convert(x[0], *to); });
}

/// Clip takes its limits as attributes before version 11, as optional operands
/// since.
LogicalResult importClip(NodeImporter &node) {
  ElementType type = node.input(0).type;
  SmallVector<unsigned> operands{0};
  std::optional<double> low, high;
  std::optional<unsigned> lowOperand, highOperand;
  if (node.opset < 11) {
    if (node.hasAttribute("min"))
      low = node.getFloat("min", 0);
    if (node.hasAttribute("max"))
      high = node.getFloat("max", 0);
  } else {
    if (node.hasInput(1)) {
      lowOperand = operands.size();
      operands.push_back(1);
    }
    if (node.hasInput(2)) {
      highOperand = operands.size();
      operands.push_back(2);
    }
  }
  if (failed(checkSameType(node, operands)))
    return failure();
  auto clip = [&](auto &algebra, auto x) {
    auto result = x[0];
    if (low || lowOperand)
      result = algebra.max(result, low ? algebra.constant(*low) : x[*lowOperand]);
    if (high || highOperand)
      result = algebra.min(result, high ? algebra.constant(*high) : x[*highOperand]);
    return result;
  };
  return importElementwise(
      node, operands, type, type, [&](EmitAlgebra &a, ValueRange x) { return clip(a, SmallVector<Value>(x)); },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return clip(a, x); });
}

/// The remainder has the sign of the divisor as Python's has or, with `fmod`, of the dividend as C's has.
LogicalResult importMod(NodeImporter &node) {
  if (failed(checkSameType(node, {0, 1})))
    return failure();
  ElementType type = node.type(0);
  bool isC = node.getInt("fmod", 0);
  if (isFloat(type) && !isC)
    return node.emitError() << "needs fmod = 1 for floating-point operands";
  auto function = [&](auto &a, auto x) {
    auto remainder = a.rem(x[0], x[1]);
    if (isC || isUnsigned(type))
      return remainder;
    auto zero = a.constant(0);
    auto signsDiffer = a.logicalXor(a.compare(Compare::Less, remainder, zero), a.compare(Compare::Less, x[1], zero));
    auto isInexact = a.logicalNot(a.compare(Compare::Equal, remainder, zero));
    return a.select(a.logicalAnd(signsDiffer, isInexact), a.add(remainder, x[1]), remainder);
  };
  return importElementwise(
      node, {0, 1}, type, type, [&](EmitAlgebra &a, ValueRange x) { return function(a, SmallVector<Value>(x)); },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, x); });
}

LogicalResult importBitShift(NodeImporter &node) {
  ElementType type = node.type(0);
  std::string direction = node.getString("direction", "");
  if (failed(checkSameType(node, {0, 1})))
    return failure();
  if (!isUnsigned(type) || (direction != "LEFT" && direction != "RIGHT"))
    return node.emitError() << "needs unsigned operands and the direction LEFT or RIGHT";
  auto function = [&](auto &a, auto x) {
    return direction == "LEFT" ? a.shiftLeft(x[0], x[1]) : a.shiftRight(x[0], x[1]);
  };
  return importElementwise(
      node, {0, 1}, type, type, [&](EmitAlgebra &a, ValueRange x) { return function(a, SmallVector<Value>(x)); },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, x); });
}

/// PRelu's slope broadcasts to the first operand; before version 7 it belongs
/// to the channels, dimension 1.
LogicalResult importPRelu(NodeImporter &node) {
  if (failed(checkSameType(node, {0, 1})))
    return failure();
  if (node.opset < 7 && node.input(0).rank() > 1 && node.input(1).rank() == 1) {
    Shape shape(node.input(0).rank() - 1, 1);
    shape.front() = node.input(1).shape.front();
    node.reshapeInput(1, shape);
  }
  auto function = [](auto &a, auto x) {
    return a.select(a.compare(Compare::Less, x[0], a.constant(0)), a.mul(x[0], x[1]), x[0]);
  };
  ElementType type = node.input(0).type;
  return importElementwise(
      node, {0, 1}, type, type, [&](EmitAlgebra &a, ValueRange x) { return function(a, SmallVector<Value>(x)); },
      [&](HostAlgebra &a, ArrayRef<HostScalar> x) { return function(a, x); });
}

} // namespace

void registerElementwise(OpRegistry &registry) {
  auto any = Accepts::Any, real = Accepts::Float, boolean = Accepts::Bool;
  addBinary(registry, "Add", any, false, [](auto &a, auto x, auto y) { return a.add(x, y); });
  addBinary(registry, "Sub", any, false, [](auto &a, auto x, auto y) { return a.sub(x, y); });
  addBinary(registry, "Mul", any, false, [](auto &a, auto x, auto y) { return a.mul(x, y); });
  addBinary(registry, "Div", any, false, [](auto &a, auto x, auto y) { return a.div(x, y); });
  addBinary(registry, "And", boolean, false, [](auto &a, auto x, auto y) { return a.logicalAnd(x, y); });
  addBinary(registry, "Or", boolean, false, [](auto &a, auto x, auto y) { return a.logicalOr(x, y); });
  addBinary(registry, "Xor", boolean, false, [](auto &a, auto x, auto y) { return a.logicalXor(x, y); });
  addBinary(registry, "Equal", any, true, [](auto &a, auto x, auto y) { return a.compare(Compare::Equal, x, y); });
  addBinary(registry, "Less", any, true, [](auto &a, auto x, auto y) { return a.compare(Compare::Less, x, y); });
  addBinary(registry, "LessOrEqual", any, true,
            [](auto &a, auto x, auto y) { return a.compare(Compare::LessOrEqual, x, y); });
  addBinary(registry, "Greater", any, true, [](auto &a, auto x, auto y) { return a.compare(Compare::Greater, x, y); });
  addBinary(registry, "GreaterOrEqual", any, true,
            [](auto &a, auto x, auto y) { return a.compare(Compare::GreaterOrEqual, x, y); });

  addVariadic(registry, "Max", false, [](auto &a, auto x, auto y) { return a.max(x, y); });
  addVariadic(registry, "Min", false, [](auto &a, auto x, auto y) { return a.min(x, y); });
  addVariadic(registry, "Sum", false, [](auto &a, auto x, auto y) { return a.add(x, y); });
  addVariadic(registry, "Mean", true, [](auto &a, auto x, auto y) { return a.add(x, y); });

  addUnary(registry, "Neg", any, [](auto &a, auto &, auto x) { return a.neg(x); });
  addUnary(registry, "Abs", any, [](auto &a, auto &, auto x) { return a.abs(x); });
  addUnary(registry, "Not", boolean, [](auto &a, auto &, auto x) { return a.logicalNot(x); });
  addUnary(registry, "Sqrt", real, [](auto &a, auto &, auto x) { return a.sqrt(x); });
  addUnary(registry, "Exp", real, [](auto &a, auto &, auto x) { return a.exp(x); });
  addUnary(registry, "Log", real, [](auto &a, auto &, auto x) { return a.log(x); });
  addUnary(registry, "Tanh", real, [](auto &a, auto &, auto x) { return a.tanh(x); });
  addUnary(registry, "Erf", real, [](auto &a, auto &, auto x) { return a.erf(x); });
  addUnary(registry, "Sin", real, [](auto &a, auto &, auto x) { return a.sin(x); });
  addUnary(registry, "Cos", real, [](auto &a, auto &, auto x) { return a.cos(x); });
  addUnary(registry, "Tan", real, [](auto &a, auto &, auto x) { return a.tan(x); });
  addUnary(registry, "Asin", real, [](auto &a, auto &, auto x) { return a.asin(x); });
  addUnary(registry, "Acos", real, [](auto &a, auto &, auto x) { return a.acos(x); });
  addUnary(registry, "Atan", real, [](auto &a, auto &, auto x) { return a.atan(x); });
  addUnary(registry, "Sinh", real, [](auto &a, auto &, auto x) { return a.sinh(x); });
  addUnary(registry, "Cosh", real, [](auto &a, auto &, auto x) { return a.cosh(x); });
  addUnary(registry, "Asinh", real, [](auto &a, auto &, auto x) { return a.asinh(x); });
  addUnary(registry, "Acosh", real, [](auto &a, auto &, auto x) { return a.acosh(x); });
  addUnary(registry, "Atanh", real, [](auto &a, auto &, auto x) { return a.atanh(x); });
  addUnary(registry, "Floor", real, [](auto &a, auto &, auto x) { return a.floor(x); });
  addUnary(registry, "Ceil", real, [](auto &a, auto &, auto x) { return a.ceil(x); });
  addUnary(registry, "Round", real, [](auto &a, auto &, auto x) { return a.roundEven(x); });
  addUnary(registry, "Reciprocal", real, [](auto &a, auto &, auto x) { return a.div(a.constant(1), x); });
  addUnary(registry, "Relu", any, [](auto &a, auto &, auto x) { return a.max(x, a.constant(0)); });
  addUnary(registry, "Sigmoid", real,
           [](auto &a, auto &, auto x) { return a.div(a.constant(1), a.add(a.constant(1), a.exp(a.neg(x)))); });
  addUnary(registry, "Softplus", real, [](auto &a, auto &, auto x) { return a.log(a.add(a.exp(x), a.constant(1))); });
  addUnary(registry, "Sign", any, [](auto &a, auto &, auto x) {
    auto zero = a.constant(0);
    auto positive = a.select(a.compare(Compare::Greater, x, zero), a.constant(1), zero);
    return a.select(a.compare(Compare::Less, x, zero), a.constant(-1), positive);
  });
  addUnary(registry, "LeakyRelu", real, [](auto &a, auto &node, auto x) {
    auto scaled = a.mul(a.constant(node.getFloat("alpha", 0.01f)), x);
    return a.select(a.compare(Compare::Less, x, a.constant(0)), scaled, x);
  });
  addUnary(registry, "Elu", real, [](auto &a, auto &node, auto x) {
    auto scaled = a.mul(a.constant(node.getFloat("alpha", 1)), a.sub(a.exp(x), a.constant(1)));
    return a.select(a.compare(Compare::Less, x, a.constant(0)), scaled, x);
  });
  addUnary(registry, "Softsign", real,
           [](auto &a, auto &, auto x) { return a.div(x, a.add(a.constant(1), a.abs(x))); });
  addUnary(registry, "Selu", real, [](auto &a, auto &node, auto x) {
    double alpha = node.getFloat("alpha", 1.67326319217681884765625);
    double gamma = node.getFloat("gamma", 1.05070102214813232421875);
    auto negative = a.mul(a.constant(alpha), a.sub(a.exp(x), a.constant(1)));
    return a.mul(a.constant(gamma), a.select(a.compare(Compare::Greater, x, a.constant(0)), x, negative));
  });
  addUnary(registry, "ThresholdedRelu", real, [](auto &a, auto &node, auto x) {
    return a.select(a.compare(Compare::Greater, x, a.constant(node.getFloat("alpha", 1))), x, a.constant(0));
  });
  auto hardSigmoid = [](auto &a, auto x, double alpha, double beta) {
    auto line = a.add(a.mul(a.constant(alpha), x), a.constant(beta));
    return a.max(a.constant(0), a.min(a.constant(1), line));
  };
  addUnary(registry, "HardSigmoid", real, [=](auto &a, auto &node, auto x) {
    return hardSigmoid(a, x, node.getFloat("alpha", 0.2f), node.getFloat("beta", 0.5));
  });
  addUnary(registry, "HardSwish", real,
           [=](auto &a, auto &, auto x) { return a.mul(x, hardSigmoid(a, x, 1.0 / 6.0, 0.5)); });

  addUnary(registry, "Shrink", real, [](auto &a, auto &node, auto x) {
    auto bias = a.constant(node.getFloat("bias", 0)), zero = a.constant(0);
    double lambda = node.getFloat("lambd", 0.5);
    auto above = a.select(a.compare(Compare::Greater, x, a.constant(lambda)), a.sub(x, bias), zero);
    return a.select(a.compare(Compare::Less, x, a.constant(-lambda)), a.add(x, bias), above);
  });
  addTest(registry, "IsNaN", [](auto &a, auto &, auto x) { return a.logicalNot(a.compare(Compare::Equal, x, x)); });
  addTest(registry, "IsInf", [](auto &a, auto &node, auto x) {
    double infinity = std::numeric_limits<double>::infinity();
    // What must not be found is compared with a number that no infinity equals.
    double high = node.getInt("detect_positive", 1) ? infinity : 0,
           low = node.getInt("detect_negative", 1) ? -infinity : 0;
    auto isInfinite =
        a.logicalOr(a.compare(Compare::Equal, x, a.constant(high)), a.compare(Compare::Equal, x, a.constant(low)));
    return a.logicalAnd(isInfinite, a.logicalNot(a.compare(Compare::Equal, x, a.constant(0))));
  });

  registry["BitShift"] = importBitShift;
  registry["Mod"] = importMod;
  registry["Pow"] = importPow;
  registry["Where"] = importWhere;
  registry["Cast"] = importCast;
  registry["Clip"] = importClip;
  registry["PRelu"] = importPRelu;
}

} // namespace st::onnximport
