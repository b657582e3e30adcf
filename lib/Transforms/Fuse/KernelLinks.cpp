//===- KernelLinks.cpp - How kernels get their data from each other -------------------------------------------===//

#include "Transforms/Fuse/KernelLinks.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace st;

TypedAttr st::getPadValue(tensor::PadOp pad) {
  Attribute value;
  Value padding = pad.getConstantPaddingValue();
  if (!padding || !matchPattern(padding, m_Constant(&value)) || !pad.getResultType().hasStaticShape() ||
      llvm::any_of(pad.getStaticLow(), ShapedType::isDynamic) ||
      llvm::any_of(pad.getStaticHigh(), ShapedType::isDynamic))
    return {};
  // A negative amount cuts off.
  auto isNegative = [](int64_t amount) { return amount < 0; };
  if (llvm::any_of(pad.getStaticLow(), isNegative) || llvm::any_of(pad.getStaticHigh(), isNegative))
    return {};
  return cast<TypedAttr>(value);
}

bool st::isLinkOp(Operation *op) {
  if (auto pad = dyn_cast_or_null<tensor::PadOp>(op))
    return bool(getPadValue(pad));
  return isa_and_nonnull<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op) &&
         cast<RankedTensorType>(op->getResult(0).getType()).hasStaticShape();
}

std::optional<KernelLink> st::findLink(Value operand) {
  KernelLink link;
  while (isLinkOp(operand.getDefiningOp())) {
    link.chain.insert(link.chain.begin(), operand.getDefiningOp());
    operand = operand.getDefiningOp()->getOperand(0);
  }
  if (!operand.getDefiningOp<KernelOp>())
    return std::nullopt;
  link.result = cast<OpResult>(operand);
  return link;
}

static SmallVector<ReassociationIndices> getGroups(Operation *reshape) {
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(reshape))
    return collapse.getReassociationIndices();
  return cast<tensor::ExpandShapeOp>(reshape).getReassociationIndices();
}

/// `type` on the other side of `reshape`, which has `shape`.
static std::optional<ItensorType> regroup(ItensorType type, Operation *reshape, ArrayRef<int64_t> shape) {
  return reassociate(type, getGroups(reshape), shape);
}

namespace {
/// The types of a link's data: forwards from the producer as far as reassociation goes, backwards from the reader.
struct LinkTypes {
  LinkTypes(const KernelLink &link, ItensorType source, ItensorType result);

  SmallVector<std::optional<ItensorType>> forwards, backwards;
  /// The padding in the chain, and where; -1 for none.
  tensor::PadOp pad;
  int64_t padIndex = -1;
  bool hasSeveralPads = false;
};
} // namespace

LinkTypes::LinkTypes(const KernelLink &link, ItensorType source, ItensorType result)
    : forwards(link.chain.size() + 1), backwards(link.chain.size() + 1) {
  int64_t size = link.chain.size();
  for (auto [index, op] : llvm::enumerate(link.chain))
    if (auto padOp = dyn_cast<tensor::PadOp>(op)) {
      hasSeveralPads |= padIndex >= 0;
      pad = padOp;
      padIndex = index;
    }
  if (hasSeveralPads)
    return;
  forwards[0] = source;
  for (int64_t index = 0; index < size && forwards[index] && index != padIndex; ++index)
    forwards[index + 1] = regroup(*forwards[index], link.chain[index],
                                  cast<RankedTensorType>(link.chain[index]->getResult(0).getType()).getShape());
  backwards[size] = result;
  for (int64_t index = size - 1; index >= 0 && backwards[index + 1] && index != padIndex; --index)
    backwards[index] = regroup(*backwards[index + 1], link.chain[index],
                               cast<RankedTensorType>(link.chain[index]->getOperand(0).getType()).getShape());
}

/// A stream of the whole tensor of `shape` in one slice.
static ItensorType getWhole(ItensorType like, ArrayRef<int64_t> shape) {
  MLIRContext *context = like.getContext();
  SmallVector<AffineExpr> zeros(shape.size(), getAffineConstantExpr(0, context));
  return ItensorType::get(context, shape, like.getScalarType(), shape, /*tripCounts=*/{}, /*steps=*/{},
                          AffineMap::get(0, 0, zeros, context));
}

/// The tensor collected in a buffer, and streamed again in its other shape: where no tile before is a tile after.
static std::optional<Connection> collectWhole(const KernelLink &link, ItensorType source, ItensorType result) {
  // A slice of the whole tensor has one shape in all runs.
  if (source.hasRunTimeSizes() || result.hasRunTimeSizes())
    return std::nullopt;
  Connection connection;
  Builder builder(source.getContext());
  ItensorType whole = getWhole(source, source.getDataShape());
  if (relate(source, whole) == Relation::Incompatible)
    return std::nullopt;
  connection.steps.push_back({whole, {}, {}, {}});
  for (Operation *reshape : link.chain) {
    if (isa<tensor::PadOp>(reshape))
      return std::nullopt;
    whole = getWhole(source, cast<RankedTensorType>(reshape->getResult(0).getType()).getShape());
    connection.steps.push_back({whole, getReassociationIndicesAttribute(builder, getGroups(reshape)), {}, {}});
  }
  if (relate(whole, result) == Relation::Incompatible)
    return std::nullopt;
  connection.steps.push_back({result, {}, {}, {}});
  connection.bytes = inferPingPongConverter(source, connection.steps.front().type).bytes;
  // Only a single reshape is a view of one buffer.
  if (link.chain.size() > 1)
    connection.bytes += inferPingPongConverter(whole, result).bytes;
  return connection;
}

std::optional<Connection> st::connectThrough(const KernelLink &link, ItensorType source, ItensorType result) {
  LinkTypes types(link, source, result);
  if (types.hasSeveralPads)
    return std::nullopt;
  std::optional<Connection> best;
  // The converter stands in place of the padding, or after any number of reshapes.
  for (int64_t at = 0, size = link.chain.size(); at <= size; ++at) {
    if (types.padIndex >= 0 && at != types.padIndex)
      continue;
    int64_t after = types.padIndex >= 0 ? at + 1 : at;
    if (!types.forwards[at] || !types.backwards[after])
      continue;
    ItensorType from = *types.forwards[at], to = *types.backwards[after];
    Connection connection;
    auto addReshapes = [&](int64_t first, int64_t last, ArrayRef<std::optional<ItensorType>> known) {
      Builder builder(source.getContext());
      for (int64_t index = first; index < last; ++index)
        connection.steps.push_back(
            {*known[index + 1], getReassociationIndicesAttribute(builder, getGroups(link.chain[index])), {}, {}});
    };
    addReshapes(0, at, types.forwards);
    Connection::Step converter{to, {}, {}, {}};
    if (types.pad) {
      converter.padding = {SmallVector<int64_t>(types.pad.getStaticLow()),
                           SmallVector<int64_t>(types.pad.getStaticHigh())};
      converter.pad = getPadValue(types.pad);
      if (whyNotProducer(from))
        continue;
      connection.bytes = inferConverter(from, to, converter.padding).bytes;
      connection.steps.push_back(converter);
    } else {
      Relation relation = relate(from, to);
      if (relation == Relation::Incompatible)
        continue;
      if (relation != Relation::Equal) {
        connection.bytes = inferConverter(from, to).bytes;
        connection.steps.push_back(converter);
      }
    }
    addReshapes(after, size, types.backwards);
    if (!best || connection.bytes < best->bytes)
      best = std::move(connection);
  }
  return best || link.chain.empty() ? best : collectWhole(link, source, result);
}

Value st::createConnection(OpBuilder &builder, Location loc, const Connection &connection, Value source) {
  for (const Connection::Step &step : connection.steps) {
    if (step.reassociation) {
      source = ItensorReassociateOp::create(builder, loc, step.type, source, step.reassociation);
      continue;
    }
    auto converter = ItensorConverterOp::create(builder, loc, step.type, source);
    if (step.pad) {
      converter.setLow(step.padding.low);
      converter.setHigh(step.padding.high);
      converter.setPadAttr(step.pad);
    }
    source = converter;
  }
  return source;
}
