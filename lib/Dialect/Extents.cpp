//===- Extents.cpp - Sums of named sizes: arithmetic and syntax -----------------------------------------------===//

#include "Dialect/StDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace mlir;
using namespace st;

//===----------------------------------------------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------------------------------------------===//

namespace {
/// A sum while it is being computed; names are sorted by the map.
struct Sum {
  std::map<std::string, int64_t> terms;
  int64_t constant = 0;

  void add(ExtentAttr extent, int64_t factor) {
    for (auto [name, coefficient] : llvm::zip(extent.getNames(), extent.getCoefficients()))
      terms[name.str()] += coefficient * factor;
    constant += extent.getConstant() * factor;
  }

  ExtentAttr finish(MLIRContext *context, int64_t divisor = 1) const {
    SmallVector<StringAttr> names;
    SmallVector<int64_t> coefficients;
    for (const auto &[name, coefficient] : terms)
      if (coefficient != 0) {
        names.push_back(StringAttr::get(context, name));
        coefficients.push_back(coefficient);
      }
    return ExtentAttr::get(context, names, coefficients, constant, divisor);
  }
};
} // namespace

ExtentAttr ExtentAttr::getConstant(MLIRContext *context, int64_t value) {
  return ExtentAttr::get(context, ArrayRef<StringAttr>{}, ArrayRef<int64_t>{}, value, 1);
}

ExtentAttr ExtentAttr::getSize(StringAttr name) {
  return ExtentAttr::get(name.getContext(), ArrayRef<StringAttr>{name}, ArrayRef<int64_t>{1}, 0, 1);
}

ExtentAttr ExtentAttr::plus(ExtentAttr other) const {
  assert(getDivisor() == 1 && other.getDivisor() == 1 && "quotients are not added");
  Sum sum;
  sum.add(*this, 1);
  sum.add(other, 1);
  return sum.finish(getContext());
}

ExtentAttr ExtentAttr::plus(int64_t value) const { return value == 0 ? *this : plus(getConstant(getContext(), value)); }

ExtentAttr ExtentAttr::times(int64_t factor) const {
  assert(getDivisor() == 1 && "quotients are not multiplied");
  Sum sum;
  sum.add(*this, factor);
  return sum.finish(getContext());
}

ExtentAttr ExtentAttr::dividedBy(int64_t value) const {
  assert(getDivisor() == 1 && value > 0 && "expected a sum and a positive divisor");
  auto divides = [&](int64_t number) { return number % value == 0; };
  if (!llvm::all_of(getCoefficients(), divides) || !divides(getConstant()))
    return {};
  auto coefficients = llvm::map_to_vector(getCoefficients(), [&](int64_t number) { return number / value; });
  return ExtentAttr::get(getContext(), getNames(), coefficients, getConstant() / value, 1);
}

ExtentAttr ExtentAttr::ceilDiv(int64_t step) const {
  assert(getDivisor() == 1 && step > 0 && "expected a sum and a positive step");
  if (isConstant())
    return getConstant(getContext(), llvm::divideCeilSigned(std::max<int64_t>(getConstant(), 0), step));
  if (ExtentAttr exact = dividedBy(step))
    return exact;
  return ExtentAttr::get(getContext(), getNames(), getCoefficients(), getConstant(), step);
}

int64_t ExtentAttr::evaluate(llvm::function_ref<int64_t(StringRef)> sizeOf) const {
  int64_t value = getConstant();
  for (auto [name, coefficient] : llvm::zip(getNames(), getCoefficients()))
    value += coefficient * sizeOf(name.getValue());
  return llvm::divideCeilSigned(std::max<int64_t>(value, 0), getDivisor());
}

//===----------------------------------------------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------------------------------------------===//

/// Names that are no identifiers stand in quotes, and so do those that are keywords here.
static void printName(raw_ostream &stream, StringRef name) {
  bool isIdentifier = !name.empty() && (llvm::isAlpha(name.front()) || name.front() == '_') && name != "ceildiv" &&
                      name != "max" && llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (isIdentifier)
    stream << name;
  else
    stream << '"' << name << '"';
}

std::string ExtentAttr::str() const {
  std::string text;
  llvm::raw_string_ostream stream(text);
  for (auto [index, term] : llvm::enumerate(llvm::zip(getNames(), getCoefficients()))) {
    int64_t coefficient = std::get<1>(term), size = std::abs(coefficient);
    stream << (coefficient < 0 ? (index ? " - " : "-") : index ? " + " : "");
    if (size != 1 || (index == 0 && coefficient < 0))
      stream << size << " * ";
    printName(stream, std::get<0>(term).getValue());
  }
  if (isConstant())
    stream << getConstant();
  else if (getConstant() != 0)
    stream << (getConstant() < 0 ? " - " : " + ") << std::abs(getConstant());
  if (getDivisor() == 1)
    return text;
  bool isOneTerm = getNames().size() == 1 && getConstant() == 0;
  return (isOneTerm ? text : "(" + text + ")") + " ceildiv " + std::to_string(getDivisor());
}

/// `2 * P`, `P` or `2`.
static ParseResult parseTerm(AsmParser &parser, bool isNegative, Sum &sum) {
  int64_t sign = isNegative ? -1 : 1, number;
  std::string name;
  OptionalParseResult parsed = parser.parseOptionalInteger(number);
  if (parsed.has_value()) {
    if (failed(*parsed))
      return failure();
    if (failed(parser.parseOptionalStar())) {
      sum.constant += sign * number;
      return success();
    }
    sign *= number;
  }
  if (parser.parseKeywordOrString(&name))
    return failure();
  sum.terms[name] += sign;
  return success();
}

FailureOr<ExtentAttr> ExtentAttr::parseInline(AsmParser &parser) {
  Sum sum;
  bool hasParentheses = succeeded(parser.parseOptionalLParen());
  if (parseTerm(parser, succeeded(parser.parseOptionalMinus()), sum))
    return failure();
  while (true) {
    bool isNegative = false;
    if (failed(parser.parseOptionalPlus())) {
      if (failed(parser.parseOptionalMinus()))
        break;
      isNegative = true;
    }
    if (parseTerm(parser, isNegative, sum))
      return failure();
  }
  int64_t divisor = 1;
  if (hasParentheses && parser.parseRParen())
    return failure();
  if (succeeded(parser.parseOptionalKeyword("ceildiv"))) {
    if (parser.parseInteger(divisor))
      return failure();
    if (divisor < 1)
      return parser.emitError(parser.getCurrentLocation(), "divides by ") << divisor;
  }
  ExtentAttr extent = sum.finish(parser.getContext());
  return divisor == 1 ? extent : extent.ceilDiv(divisor);
}

Attribute ExtentAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<ExtentAttr> extent = parseInline(parser);
  if (failed(extent) || parser.parseGreater())
    return {};
  return *extent;
}

void ExtentAttr::print(AsmPrinter &printer) const { printer << "<" << str() << ">"; }

LogicalResult ExtentAttr::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<StringAttr> names,
                                 ArrayRef<int64_t> coefficients, int64_t constant, int64_t divisor) {
  if (names.size() != coefficients.size())
    return emitError() << "has " << names.size() << " names but " << coefficients.size() << " coefficients";
  if (divisor < 1)
    return emitError() << "divides by " << divisor;
  return success();
}

LogicalResult SizeRangeAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t minimum, int64_t maximum,
                                    int64_t divisor) {
  if (minimum < 0 || maximum < std::max<int64_t>(minimum, 1))
    return emitError() << "a size runs from 0 or more to a maximum of at least 1, but not from " << minimum << " to "
                       << maximum;
  if (divisor < 1)
    return emitError() << "a size is a multiple of a positive number, but not of " << divisor;
  return success();
}
