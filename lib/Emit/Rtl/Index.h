//===- Index.h - Index arithmetic of a task as affine forms of its counters ------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_INDEX_H
#define ST_EMIT_RTL_INDEX_H

#include "mlir/IR/AffineExpr.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace st::rtl {

/// Bits that hold 0 to `max`; at least one.
unsigned bitsFor(int64_t max);

/// A wire or register that holds 0 to `max`: a counter, or what cannot be written as an affine form of counters.
struct Atom {
  std::string name;
  int64_t max = 0;
};

/// A sum of atoms times constants, plus a constant.
struct Index {
  Index(int64_t constant = 0) : constant(constant) {}

  /// Atom numbers, rising, and their coefficients, none of which is 0.
  llvm::SmallVector<std::pair<unsigned, int64_t>, 4> terms;
  int64_t constant = 0;

  bool isConstant() const { return terms.empty(); }
  friend bool operator==(const Index &a, const Index &b) { return a.constant == b.constant && a.terms == b.terms; }
};

/// The atoms of a task, and arithmetic on forms of them.
class IndexSpace {
public:
  Index addAtom(std::string name, int64_t max);

  static Index add(const Index &a, const Index &b, int64_t factor = 1);
  static Index scale(const Index &a, int64_t factor);
  int64_t min(const Index &index) const;
  int64_t max(const Index &index) const;

  /// Quotient (rounded down) and remainder by a positive constant. Where no form says them, a new wire does. None
  /// where the dividend can be negative.
  std::optional<Index> divide(const Index &a, int64_t divisor);
  std::optional<Index> remainder(const Index &a, int64_t divisor);
  std::optional<Index> evaluate(mlir::AffineExpr expression, llvm::ArrayRef<Index> dims, llvm::ArrayRef<Index> symbols);

  /// The form in `bits` bits, modulo 2^bits.
  std::string print(const Index &index, unsigned bits) const;
  /// Lines that declare the wires that division needed.
  llvm::ArrayRef<std::string> wires() const { return wireLines; }
  /// Bits of adders and comparisons that the forms printed so far take: what estimates count.
  int64_t adderBits() const { return printedAdderBits; }
  llvm::ArrayRef<Atom> atoms() const { return atomList; }

private:
  /// The part of `a` whose coefficients `divisor` divides, when the rest stays between 0 and divisor - 1.
  std::optional<std::pair<Index, Index>> split(const Index &a, int64_t divisor) const;
  std::optional<Index> addWire(const Index &a, int64_t divisor, char symbol, int64_t max);

  std::vector<Atom> atomList;
  std::vector<std::string> wireLines;
  mutable int64_t printedAdderBits = 0;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_INDEX_H
