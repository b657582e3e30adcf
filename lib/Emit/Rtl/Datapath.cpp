//===- Datapath.cpp - A task's pipelines as wires and registers -----------------------------------------------===//

#include "Emit/Rtl/Datapath.h"
#include "Analysis/Operators.h"
#include "Support/Units.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace st;
using namespace st::rtl;

unsigned st::rtl::tokenBits(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    return vector.getNumElements() * vector.getElementTypeBitWidth();
  return type.getIntOrFloatBitWidth();
}

//===----------------------------------------------------------------------------------------------------------===//
// Nets
//===----------------------------------------------------------------------------------------------------------===//

static std::string range(unsigned width) { return "[" + std::to_string(width - 1) + ":0]"; }

static std::string literal(int64_t value, unsigned width) {
  if (width < 64)
    value &= (int64_t(1) << width) - 1;
  return std::to_string(width) + "'d" + std::to_string(static_cast<uint64_t>(value));
}

Net *Datapath::addNet(StringRef hint, const std::string &expression, unsigned width, int64_t stage, int64_t arrival) {
  std::string key = std::to_string(current) + "|" + std::to_string(stage) + "|" + std::to_string(arrival) + "|" +
                    std::to_string(width) + "|" + expression;
  Net *&net = shared[key];
  if (net)
    return net;
  net = &nets.emplace_back();
  net->name = names.declare(("p" + Twine(current) + "_" + hint).str());
  net->source = expression;
  net->width = width;
  net->stage = stage;
  net->arrival = std::max(stage, arrival);
  lines.push_back("wire " + range(width) + " " + net->name + " = " + expression + ";");
  return net;
}

Net *Datapath::constantNet(int64_t value, unsigned width) {
  Net *net = &nets.emplace_back();
  net->constant = value;
  int64_t magnitude = value < 0 ? ~value : value;
  net->width = std::min<unsigned>(width, magnitude == 0 ? 1 : llvm::Log2_64(magnitude) + 2);
  return net;
}

std::string Datapath::at(Net *net, int64_t stage) {
  if (net->constant)
    return literal(*net->constant, net->width);
  net->usedBits = net->width;
  return delayed(net, stage);
}

std::string Datapath::delayed(Net *net, int64_t stage) {
  assert(stage >= net->stage && "a value is used before it is there");
  int64_t delay = stage - net->stage;
  auto name = [&](int64_t count) { return count == 0 ? net->name : net->name + "_d" + std::to_string(count); };
  for (; net->delays < delay; ++net->delays) {
    lines.push_back("reg " + range(net->width) + " " + name(net->delays + 1) + ";");
    transfers.push_back(name(net->delays + 1) + " <= " + name(net->delays) + ";");
  }
  if (delay > 0)
    ++net->taps[delay];
  return name(delay);
}

std::string Datapath::at(Net *net, int64_t stage, unsigned bits) {
  if (net->constant)
    return literal(*net->constant, bits);
  net->usedBits = std::max(net->usedBits, std::min(bits, net->width));
  std::string name = delayed(net, stage);
  if (bits == net->width)
    return name;
  if (bits < net->width) {
    partlyUsed.insert(name);
    return name + range(bits);
  }
  std::string sign = name + "[" + std::to_string(net->width - 1) + "]";
  return "{{" + std::to_string(bits - net->width) + "{" + sign + "}}, " + name + "}";
}

void Datapath::countRegisters() {
  // Pipelines that delay the same wire share its registers, and bits that are only rewired continue their chain.
  llvm::MapVector<StringRef, std::pair<unsigned, std::set<int64_t>>> chains;
  llvm::DenseSet<std::pair<const Net *, int64_t>> passed;
  for (const Net &net : nets)
    if (net.wiredFrom && !net.taps.empty() && net.wiredFrom->taps.lookup(net.wiredAt) == 1)
      passed.insert({net.wiredFrom, net.wiredAt});
  for (const Net &net : nets) {
    const Net *root = &net;
    int64_t offset = 0;
    if (net.wiredFrom && passed.contains({net.wiredFrom, net.wiredAt})) {
      root = net.wiredFrom;
      offset = net.wiredAt;
    }
    auto &[width, taps] = chains[root->source.empty() ? StringRef(root->name) : StringRef(root->source)];
    width = root == &net ? std::max(width, net.usedBits) : std::min(width, net.usedBits);
    for (auto [tap, uses] : net.taps)
      if (!passed.contains({&net, tap}))
        taps.insert(offset + tap);
  }
  for (const auto &chain : chains) {
    auto [width, taps] = chain.second;
    int64_t from = 0;
    for (int64_t tap : taps) {
      // Three or more that nobody looks into are a shift register.
      constexpr int64_t shortest = 3;
      if (tap - from >= shortest)
        features.shiftRegisters += width;
      else
        features.registerBits += (tap - from) * width;
      from = tap;
    }
  }
}

Net *Datapath::indexNet(unsigned pipeline, const Index &index, unsigned bits) {
  if (index.isConstant()) {
    Net *net = constantNet(index.constant, 64);
    net->width = bits;
    return net;
  }
  unsigned before = std::exchange(current, pipeline);
  Net *net = addNet("index", space.print(index, bits), bits, 0, 0);
  current = before;
  return net;
}

void Datapath::extendDepth(int64_t cycles) {
  Pipeline &pipeline = control.pipelines[current];
  pipeline.depth = std::max(pipeline.depth, cycles);
}

//===----------------------------------------------------------------------------------------------------------===//
// Values of the IR
//===----------------------------------------------------------------------------------------------------------===//

LogicalResult Datapath::unsupported(Operation *op) {
  return op->emitOpError("has no RTL form: the RTL back end covers additions, subtractions, products, minima, maxima, "
                         "comparisons, selections, logic, shifts and conversions of integers; compile with --emit hls "
                         "for the rest");
}

FailureOr<Bound> Datapath::boundOf(Value value) {
  auto found = env.find(value);
  if (found != env.end())
    return found->second;
  Bound bound;
  Attribute attribute;
  if (matchPattern(value, m_Constant(&attribute))) {
    if (auto integer = dyn_cast<IntegerAttr>(attribute)) {
      if (integer.getValue().getSignificantBits() > 64)
        return value.getDefiningOp()->emitOpError("has more bits than the RTL back end computes with: 64");
      unsigned width = value.getType().isIndex() ? 64 : integer.getValue().getBitWidth();
      bound.net = constantNet(integer.getValue().getSExtValue(), width);
      return bound;
    }
    if (auto splat = dyn_cast<SplatElementsAttr>(attribute); splat && isa<IntegerType>(splat.getElementType())) {
      APInt element = splat.getSplatValue<APInt>();
      Bound lane;
      lane.net = constantNet(element.getSExtValue(), element.getBitWidth());
      bound.lanes.assign(splat.getNumElements(), lane);
      return bound;
    }
    if (auto real = dyn_cast<FloatAttr>(attribute); real && real.getValue().bitcastToAPInt().getBitWidth() <= 64) {
      APInt bits = real.getValue().bitcastToAPInt();
      bound.net = constantNet(bits.getSExtValue(), bits.getBitWidth());
      return bound;
    }
  }
  if (value.getType().isIndex()) {
    if (std::optional<Index> index = resolver.resolve(value)) {
      int64_t largest = std::max(space.max(*index), -space.min(*index) - 1);
      bound.net = indexNet(current, *index, bitsFor(std::max<int64_t>(largest, 0)) + 1);
      return bound;
    }
  }
  Operation *op = value.getDefiningOp();
  return (op ? op : task.getOperation())->emitOpError("gives a value that has no RTL form");
}

int64_t Datapath::arrivalOf(const Bound &bound) const {
  int64_t arrival = bound.net ? bound.net->arrival : bound.arrival;
  for (const Bound &lane : bound.lanes)
    arrival = std::max(arrival, arrivalOf(lane));
  return arrival;
}

Net *Datapath::materialize(Bound &bound, int64_t stage) {
  if (bound.accumulator && (!bound.net || bound.net->stage > stage))
    bound.net = readBuffer(*bound.accumulator, bound.row, bound.bank, stage);
  else if (!bound.net && bound.left)
    bound.net = addMultiplier(bound.left, bound.right, bound.start, bound.width, bound.arrival - bound.start);
  return bound.net;
}

//===----------------------------------------------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------------------------------------------===//

/// Whether a DSP slice multiplies factors of these widths, either way round.
static bool fitsSlice(unsigned a, unsigned b) { return std::max(a, b) <= 27 && std::min(a, b) <= 18; }

Net *Datapath::addMultiplier(Net *left, Net *right, int64_t start, unsigned width, int64_t latency) {
  if (left->width < right->width)
    std::swap(left, right);
  int64_t stages = std::clamp<int64_t>(latency, 1, 3);
  bool isNarrow = fitsSlice(left->width, right->width);
  if (!isNarrow)
    stages = std::max<int64_t>(stages, 2);
  std::string a = at(left, start), b = at(right, start);
  std::string key = "product|" + std::to_string(current) + "|" + std::to_string(start) + "|" + a + "|" + b;
  Net *&net = shared[key];
  if (net)
    return net;
  net = &nets.emplace_back();
  net->name = names.declare(("p" + Twine(current) + "_product").str());
  net->width = width;
  net->stage = start + stages;
  net->arrival = start + std::max(stages, latency);
  lines.push_back("wire " + range(width) + " " + net->name + ";");
  std::string sizes = "#(.A_WIDTH(" + std::to_string(left->width) + "), .B_WIDTH(" + std::to_string(right->width) +
                      "), .P_WIDTH(" + std::to_string(width) + "), .STAGES(" + std::to_string(stages) + ")";
  if (isNarrow) {
    lines.push_back("st_multiply_add " + sizes + ", .C_WIDTH(1), .HAS_SUM(0)) multiplier_" +
                    std::to_string(multipliers++) + " (.clk(clk), .enable(go), .a(" + a + "), .b(" + b +
                    "), .c(1'b0), .p(" + net->name + "));");
    ++features.dsp;
    return net;
  }
  lines.push_back("st_multiply " + sizes + ") multiplier_" + std::to_string(multipliers++) +
                  " (.clk(clk), .enable(go), .a(" + a + "), .b(" + b + "), .p(" + net->name + "));");
  for (unsigned i = 0; i < left->width; i += 26)
    for (unsigned j = 0; j < right->width; j += 17)
      if (i + j < width) {
        ++features.dsp;
        if (i + j != 0)
          features.adderBits += width - i - j;
      }
  features.registerBits += width;
  return net;
}

Net *Datapath::addMultiplyAdd(const Bound &product, Net *summand, unsigned width) {
  Net *left = product.left, *right = product.right;
  if (left->width < right->width)
    std::swap(left, right);
  int64_t stages = product.arrival - product.start;
  Net *net = &nets.emplace_back();
  net->name = names.declare(("p" + Twine(current) + "_sum").str());
  net->width = width;
  net->stage = net->arrival = product.arrival + 1;
  std::string c = at(summand, product.arrival);
  lines.push_back("wire " + range(width) + " " + net->name + ";");
  lines.push_back("st_multiply_add #(.A_WIDTH(" + std::to_string(left->width) + "), .B_WIDTH(" +
                  std::to_string(right->width) + "), .C_WIDTH(" + std::to_string(summand->width) + "), .P_WIDTH(" +
                  std::to_string(width) + "), .STAGES(" + std::to_string(stages) + ")) multiplier_" +
                  std::to_string(multipliers++) + " (.clk(clk), .enable(go), .a(" + at(left, product.start) + "), .b(" +
                  at(right, product.start) + "), .c(" + c + "), .p(" + net->name + "));");
  ++features.dsp;
  return net;
}

//===----------------------------------------------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// An operation's expression and the bits of its result.
struct Formula {
  std::string text;
  unsigned width;
};
} // namespace

static std::string compare(arith::CmpIPredicate predicate, const std::string &a, const std::string &b) {
  auto isSigned = [&](StringRef symbol) { return "$signed(" + a + ") " + symbol.str() + " $signed(" + b + ")"; };
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a + " == " + b;
  case arith::CmpIPredicate::ne:
    return a + " != " + b;
  case arith::CmpIPredicate::slt:
    return isSigned("<");
  case arith::CmpIPredicate::sle:
    return isSigned("<=");
  case arith::CmpIPredicate::sgt:
    return isSigned(">");
  case arith::CmpIPredicate::sge:
    return isSigned(">=");
  case arith::CmpIPredicate::ult:
    return a + " < " + b;
  case arith::CmpIPredicate::ule:
    return a + " <= " + b;
  case arith::CmpIPredicate::ugt:
    return a + " > " + b;
  case arith::CmpIPredicate::uge:
    return a + " >= " + b;
  }
  llvm_unreachable("unknown predicate");
}

LogicalResult Datapath::addScalar(Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return unsupported(op);
  Value result = op->getResult(0);
  if (!result.getType().isIntOrIndex() && !isa<arith::SelectOp>(op))
    return unsupported(op);
  SmallVector<Bound> operands;
  for (Value operand : op->getOperands()) {
    FailureOr<Bound> bound = boundOf(operand);
    if (failed(bound))
      return failure();
    if (!bound->lanes.empty())
      return unsupported(op);
    operands.push_back(std::move(*bound));
  }
  FailureOr<int64_t> latency = getOperatorLatency(op, device);
  if (failed(latency))
    return failure();
  unsigned bits = result.getType().isIndex() ? 64 : result.getType().getIntOrFloatBitWidth();
  int64_t start = 0;
  for (const Bound &operand : operands)
    start = std::max(start, arrivalOf(operand));

  // A product waits for the sum that may take it into its slice.
  if (isa<arith::MulIOp>(op)) {
    Bound product;
    product.left = materialize(operands[0], start);
    product.right = materialize(operands[1], start);
    product.start = start;
    product.width = std::min(bits, product.left->width + product.right->width);
    product.arrival = start + std::max<int64_t>(1, *latency);
    if (!fitsSlice(product.left->width, product.right->width) && *latency < 2)
      return op->emitOpError("needs two cycles in RTL, but the device's 'int.mul' takes one at this clock; choose a "
                             "higher --clock");
    env[result] = product;
    return success();
  }
  if (isa<arith::AddIOp>(op))
    for (unsigned side = 0; side < 2; ++side) {
      Bound &product = operands[side], &other = operands[1 - side];
      bool fuses = !product.net && product.left && op->getOperand(side).hasOneUse() && product.arrival == start &&
                   product.arrival - product.start <= 3 && *latency == 1 && bits <= 48 &&
                   fitsSlice(product.left->width, product.right->width);
      if (!fuses)
        continue;
      Net *summand = materialize(other, start);
      Bound sum;
      sum.net = addMultiplyAdd(product, summand, std::min(bits, std::max(product.width, summand->width) + 1));
      env[result] = sum;
      return success();
    }

  SmallVector<Net *> nets;
  for (Bound &operand : operands)
    nets.push_back(materialize(operand, start));
  // A conversion that keeps the bits is the same wire.
  if (isa<arith::ExtSIOp, arith::IndexCastOp>(op) || (isa<arith::TruncIOp>(op) && bits >= nets[0]->width)) {
    env[result].net = nets[0];
    return success();
  }
  unsigned widest = 1;
  for (Net *net : nets)
    widest = std::max(widest, net->width);
  auto text = [&](unsigned number, unsigned width) { return at(nets[number], start, width); };
  auto sum = [&](const char *symbol) {
    unsigned width = std::min(bits, widest + 1);
    features.adderBits += width;
    return Formula{text(0, width) + symbol + text(1, width), width};
  };
  auto gate = [&](const char *symbol) {
    features.logicBits += widest;
    return Formula{text(0, widest) + symbol + text(1, widest), widest};
  };
  auto extremum = [&](arith::CmpIPredicate predicate) {
    features.compareBits += widest;
    features.logicBits += widest;
    std::string a = text(0, widest), b = text(1, widest);
    return Formula{"(" + compare(predicate, a, b) + ") ? " + a + " : " + b, widest};
  };
  // A shift takes the low bits of its amount; larger ones have no defined result.
  auto shift = [&](const char *symbol, bool isSigned) {
    std::string value = text(0, bits);
    if (!nets[1]->constant)
      features.shiftBits += bits * bitsFor(bits - 1);
    std::string amount = nets[1]->constant ? literal(*nets[1]->constant, bitsFor(bits))
                                           : at(nets[1], start, std::min(bits, bitsFor(bits - 1)));
    return Formula{(isSigned ? "$signed(" + value + ")" : value) + symbol + amount, bits};
  };
  std::optional<Formula> formula =
      TypeSwitch<Operation *, std::optional<Formula>>(op)
          .Case([&](arith::AddIOp) { return sum(" + "); })
          .Case([&](arith::SubIOp) { return sum(" - "); })
          .Case([&](arith::AndIOp) { return gate(" & "); })
          .Case([&](arith::OrIOp) { return gate(" | "); })
          .Case([&](arith::XOrIOp) { return gate(" ^ "); })
          .Case([&](arith::MaxSIOp) { return extremum(arith::CmpIPredicate::sgt); })
          .Case([&](arith::MinSIOp) { return extremum(arith::CmpIPredicate::slt); })
          .Case([&](arith::MaxUIOp) { return extremum(arith::CmpIPredicate::ugt); })
          .Case([&](arith::MinUIOp) { return extremum(arith::CmpIPredicate::ult); })
          .Case([&](arith::CmpIOp cmp) {
            features.compareBits += widest;
            return Formula{compare(cmp.getPredicate(), text(0, widest), text(1, widest)), 1};
          })
          .Case([&](arith::SelectOp) {
            unsigned width = std::max(nets[1]->width, nets[2]->width);
            features.logicBits += width;
            return Formula{text(0, 1) + " ? " + text(1, width) + " : " + text(2, width), width};
          })
          .Case([&](arith::ShLIOp) {
            if (!nets[1]->constant || nets[0]->constant)
              return shift(" << ", false);
            // Zeros below the bits that stay.
            unsigned amount = std::clamp<int64_t>(*nets[1]->constant, 0, bits - 1);
            unsigned width = std::min(bits, nets[0]->width + amount);
            std::string kept = text(0, width - amount);
            return Formula{amount == 0 ? kept : "{" + kept + ", " + std::to_string(amount) + "'b0}", width};
          })
          .Case([&](arith::ShRUIOp) { return shift(" >> ", false); })
          .Case([&](arith::ShRSIOp) {
            if (!nets[1]->constant || nets[0]->constant)
              return shift(" >>> ", true);
            // The bits that stay.
            int64_t highest = nets[0]->width - 1, lowest = std::clamp<int64_t>(*nets[1]->constant, 0, highest);
            std::string whole = at(nets[0], start);
            partlyUsed.insert(whole);
            return Formula{whole + "[" + std::to_string(highest) + ":" + std::to_string(lowest) + "]",
                           static_cast<unsigned>(highest - lowest + 1)};
          })
          .Case([&](arith::ExtUIOp) {
            unsigned from = op->getOperand(0).getType().getIntOrFloatBitWidth();
            return Formula{"{1'b0, " + text(0, from) + "}", std::min(bits, from + 1)};
          })
          .Case([&](arith::TruncIOp) {
            return Formula{text(0, bits), bits};
          })
          .Default([](Operation *) { return std::nullopt; });
  if (!formula)
    return unsupported(op);
  Bound bound;
  bound.net = addNet(op->getName().stripDialect(), formula->text, formula->width, start, start + *latency);
  bool isWiring = isa<arith::TruncIOp>(op) || (isa<arith::ShLIOp, arith::ShRSIOp>(op) && nets[1]->constant);
  if (isWiring && !nets[0]->constant) {
    bound.net->wiredFrom = nets[0];
    bound.net->wiredAt = start - nets[0]->stage;
  }
  env[result] = bound;
  return success();
}
