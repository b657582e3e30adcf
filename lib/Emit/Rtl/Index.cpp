//===- Index.cpp - Index arithmetic of a task as affine forms of its counters ---------------------------------===//

#include "Emit/Rtl/Index.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace st::rtl;

unsigned st::rtl::bitsFor(int64_t max) { return max <= 1 ? 1 : llvm::Log2_64(max) + 1; }

Index IndexSpace::addAtom(std::string name, int64_t max) {
  if (max == 0)
    return Index(0);
  Index index;
  index.terms.push_back({static_cast<unsigned>(atomList.size()), 1});
  atomList.push_back({std::move(name), max});
  return index;
}

Index IndexSpace::add(const Index &a, const Index &b, int64_t factor) {
  Index sum(a.constant + factor * b.constant);
  auto left = a.terms.begin(), right = b.terms.begin();
  while (left != a.terms.end() || right != b.terms.end()) {
    if (right == b.terms.end() || (left != a.terms.end() && left->first < right->first)) {
      sum.terms.push_back(*left++);
      continue;
    }
    int64_t coefficient = factor * right->second;
    if (left != a.terms.end() && left->first == right->first)
      coefficient += left++->second;
    if (coefficient != 0)
      sum.terms.push_back({right->first, coefficient});
    ++right;
  }
  return sum;
}

Index IndexSpace::scale(const Index &a, int64_t factor) { return add(Index(0), a, factor); }

int64_t IndexSpace::min(const Index &index) const {
  int64_t least = index.constant;
  for (auto [atom, coefficient] : index.terms)
    least += std::min<int64_t>(0, coefficient * atomList[atom].max);
  return least;
}

int64_t IndexSpace::max(const Index &index) const {
  int64_t most = index.constant;
  for (auto [atom, coefficient] : index.terms)
    most += std::max<int64_t>(0, coefficient * atomList[atom].max);
  return most;
}

std::optional<std::pair<Index, Index>> IndexSpace::split(const Index &a, int64_t divisor) const {
  Index multiple(llvm::divideFloorSigned(a.constant, divisor) * divisor);
  Index rest(a.constant - multiple.constant);
  for (auto term : a.terms)
    (term.second % divisor == 0 ? multiple : rest).terms.push_back(term);
  if (min(rest) < 0 || max(rest) >= divisor)
    return std::nullopt;
  return std::make_pair(multiple, rest);
}

std::optional<Index> IndexSpace::addWire(const Index &a, int64_t divisor, char symbol, int64_t max) {
  if (min(a) < 0)
    return std::nullopt;
  unsigned bits = std::max(bitsFor(this->max(a)), bitsFor(divisor));
  std::string expression =
      "(" + print(a, bits) + ") " + symbol + " " + std::to_string(bits) + "'d" + std::to_string(divisor);
  unsigned resultBits = bitsFor(max);
  std::string definition = " = " + std::to_string(resultBits) + "'(" + expression + ");";
  for (auto [number, line] : llvm::enumerate(wireLines))
    if (llvm::StringRef(line).ends_with(definition)) {
      std::string name = "index_" + std::to_string(number);
      for (auto [atom, entry] : llvm::enumerate(atomList))
        if (entry.name == name) {
          Index found;
          found.terms.push_back({static_cast<unsigned>(atom), 1});
          return found;
        }
    }
  std::string name = "index_" + std::to_string(wireLines.size());
  wireLines.push_back("wire [" + std::to_string(resultBits - 1) + ":0] " + name + definition);
  return addAtom(name, max);
}

std::optional<Index> IndexSpace::divide(const Index &a, int64_t divisor) {
  if (auto parts = split(a, divisor)) {
    Index quotient(parts->first.constant / divisor);
    for (auto [atom, coefficient] : parts->first.terms)
      quotient.terms.push_back({atom, coefficient / divisor});
    return quotient;
  }
  return addWire(a, divisor, '/', max(a) / divisor);
}

std::optional<Index> IndexSpace::remainder(const Index &a, int64_t divisor) {
  if (auto parts = split(a, divisor))
    return parts->second;
  return addWire(a, divisor, '%', divisor - 1);
}

std::optional<Index> IndexSpace::evaluate(AffineExpr expression, llvm::ArrayRef<Index> dims,
                                          llvm::ArrayRef<Index> symbols) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expression))
    return Index(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expression))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expression))
    return symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expression);
  std::optional<Index> left = evaluate(binary.getLHS(), dims, symbols);
  std::optional<Index> right = evaluate(binary.getRHS(), dims, symbols);
  if (!left || !right)
    return std::nullopt;
  if (expression.getKind() == AffineExprKind::Add)
    return add(*left, *right);
  if (expression.getKind() == AffineExprKind::Mul) {
    if (!right->isConstant())
      std::swap(left, right);
    return right->isConstant() ? std::optional<Index>(scale(*left, right->constant)) : std::nullopt;
  }
  if (!right->isConstant() || right->constant <= 0)
    return std::nullopt;
  if (expression.getKind() == AffineExprKind::Mod)
    return remainder(*left, right->constant);
  if (expression.getKind() == AffineExprKind::CeilDiv)
    left = add(*left, Index(right->constant - 1));
  return divide(*left, right->constant);
}

/// `value` times `factor` as a sum of shifts; adds its summands to `terms`.
static std::string printMultiple(const std::string &value, unsigned bits, uint64_t factor, unsigned &terms) {
  std::string text;
  for (unsigned bit = 0; bit < bits && bit < 63; ++bit) {
    if (!(factor >> bit & 1))
      continue;
    text += (text.empty() ? "" : " + ");
    text += bit == 0 ? value : "(" + value + " << " + std::to_string(bit) + ")";
    ++terms;
  }
  return text;
}

std::string IndexSpace::print(const Index &index, unsigned bits) const {
  std::string width = std::to_string(bits);
  uint64_t mask = bits >= 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
  std::string text;
  unsigned terms = 0;
  for (auto [atom, coefficient] : index.terms) {
    std::string value = width + "'(" + atomList[atom].name + ")";
    std::string multiple = printMultiple(value, bits, std::abs(coefficient), terms);
    if (multiple.empty())
      continue;
    if (coefficient < 0)
      text += (text.empty() ? width + "'d0 - (" : " - (") + multiple + ")";
    else
      text += (text.empty() ? "" : " + ") + multiple;
  }
  uint64_t constant = static_cast<uint64_t>(index.constant) & mask;
  if (constant != 0 || text.empty()) {
    text += (text.empty() ? "" : " + ") + width + "'d" + std::to_string(constant);
    ++terms;
  }
  printedAdderBits += std::max(0u, terms - 1) * bits;
  return text;
}
