// Einsum: one sum of products per pair of operands.

#include "Import/Onnx/TensorAlgebra.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace st::onnximport {
namespace {

/// One label per dimension: letters, and '0', '1', ... for the dimensions of an ellipsis, the last being '0'.
using Labels = std::string;

struct Equation {
  std::vector<Labels> operands;
  Labels result;
};

/// The labels of `term` for a tensor of rank `rank` (of any, where it is negative, with `ellipsis` dimensions for
/// "...").
FailureOr<Labels> readTerm(NodeImporter &node, StringRef term, int64_t rank, int64_t ellipsis) {
  auto [before, after] = term.split("...");
  bool hasEllipsis = term.contains("...");
  if (!llvm::all_of(before.str() + after.str(), llvm::isAlpha))
    return node.emitError() << "the term '" << term << "' of its equation is not made of letters";
  int64_t letters = before.size() + after.size();
  if (rank >= 0)
    ellipsis = rank - letters;
  if (hasEllipsis ? ellipsis < 0 || ellipsis > 10 : rank >= 0 && ellipsis != 0)
    return node.emitError() << "the term '" << term << "' of its equation does not fit a tensor of rank " << rank;
  Labels labels = before.str();
  if (hasEllipsis)
    for (int64_t dim = ellipsis; dim-- > 0;)
      labels += char('0' + dim);
  return labels + after.str();
}

FailureOr<Equation> readEquation(NodeImporter &node) {
  std::string text = node.getString("equation", "");
  llvm::erase(text, ' ');
  bool isExplicit = StringRef(text).contains("->");
  auto [left, right] = StringRef(text).split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  if (terms.size() != node.numInputs())
    return node.emitError() << "its equation '" << text << "' has " << terms.size() << " terms for " << node.numInputs()
                            << " operands";
  Equation equation;
  int64_t widestEllipsis = 0;
  for (auto [index, term] : llvm::enumerate(terms)) {
    FailureOr<Labels> labels = readTerm(node, term, node.input(index).rank(), 0);
    if (failed(labels))
      return failure();
    widestEllipsis = std::max<int64_t>(widestEllipsis, llvm::count_if(*labels, llvm::isDigit));
    equation.operands.push_back(*labels);
  }
  if (isExplicit) {
    FailureOr<Labels> labels = readTerm(node, right, -1, widestEllipsis);
    if (failed(labels))
      return failure();
    equation.result = *labels;
  } else {
    // Without a result's term: the ellipsis, then what occurs once, in alphabetic order.
    for (int64_t dim = widestEllipsis; dim-- > 0;)
      equation.result += char('0' + dim);
    std::string all;
    for (const Labels &labels : equation.operands)
      all += labels;
    llvm::sort(all);
    for (char label : all)
      if (llvm::isAlpha(label) && llvm::count(all, label) == 1)
        equation.result += label;
  }
  for (char label : equation.result)
    if (llvm::count(equation.result, label) != 1 ||
        llvm::none_of(equation.operands, [&](const Labels &labels) { return StringRef(labels).contains(label); }))
      return node.emitError() << "the result of its equation '" << text << "' is not valid";
  return equation;
}

struct LabelledTensor {
  Value tensor;
  Labels labels;
};

/// The product of `factors`, summed over the labels that `result` does not have.
FailureOr<LabelledTensor> contract(NodeImporter &node, ArrayRef<LabelledTensor> factors, const Labels &result) {
  Labels loops = result;
  std::map<char, int64_t> extents;
  for (const LabelledTensor &factor : factors)
    for (auto [label, extent] : llvm::zip_equal(factor.labels, shapeOf(factor.tensor))) {
      if (!StringRef(loops).contains(label))
        loops += label;
      int64_t &known = extents.try_emplace(label, extent).first->second;
      if (known != extent && known != 1 && extent != 1)
        return node.emitError() << "a dimension of its equation is both " << known << " and " << extent;
      known = std::max(known, extent);
    }
  MLIRContext *context = node.builder.getContext();
  ElementType type = node.type(0);
  Shape shape;
  for (char label : result)
    shape.push_back(extents[label]);
  SmallVector<Factor> products;
  for (const LabelledTensor &factor : factors) {
    SmallVector<AffineExpr> position;
    for (auto [label, extent] : llvm::zip_equal(factor.labels, shapeOf(factor.tensor)))
      position.push_back(extent == extents[label] ? getAffineDimExpr(loops.find(label), context)
                                                  : getAffineConstantExpr(0, context));
    products.push_back({factor.tensor, type, AffineMap::get(loops.size(), 0, position, context)});
  }
  Value product = emitSumOfProducts(node.builder, node.loc, products, shape, type, loops.size() - result.size());
  return LabelledTensor{product, result};
}

LogicalResult importEinsum(NodeImporter &node) {
  FailureOr<Equation> equation = readEquation(node);
  if (failed(equation))
    return failure();
  SmallVector<LabelledTensor> operands;
  for (unsigned index = 0; index < node.numInputs(); ++index) {
    if (node.type(index) != node.type(0))
      return node.emitError() << "operands of types " << elementName(node.type(0)) << " and "
                              << elementName(node.type(index)) << "; insert a Cast";
    operands.push_back({node.value(index), equation->operands[index]});
  }
  LabelledTensor product = operands.front();
  // Pairs from left to right; what neither a later operand nor the result has is summed at once.
  for (size_t index = 1; index + 1 < operands.size(); ++index) {
    Labels needed = equation->result, kept;
    for (size_t later = index + 1; later < operands.size(); ++later)
      needed += operands[later].labels;
    for (char label : product.labels + operands[index].labels)
      if (StringRef(needed).contains(label) && !StringRef(kept).contains(label))
        kept += label;
    FailureOr<LabelledTensor> next = contract(node, {product, operands[index]}, kept);
    if (failed(next))
      return failure();
    product = *next;
  }
  SmallVector<LabelledTensor> last{product};
  if (operands.size() > 1)
    last.push_back(operands.back());
  FailureOr<LabelledTensor> result = contract(node, last, equation->result);
  if (failed(result))
    return failure();
  node.setOutput(0, node.type(0), result->tensor);
  return success();
}

} // namespace

void registerEinsum(OpRegistry &registry) { registry["Einsum"] = importEinsum; }

} // namespace st::onnximport
