//===- ScalarAgreementTest.cpp - The C++ of scalar operations means what the reference computes ---------------===//
//
// Every operation that the reference lists is printed for every type that it exists on, and every conversion between
// two types; one program made of all of them is built with g++, and its results are held against the reference's.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Emit/Common/Expression.h"
#include "Emit/Common/ScalarOperations.h"
#include "Emit/Hls/RuntimeFiles.h"
#include "Reference/Reference.h"
#include "Support/FileSystem.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace st;

namespace {

/// A number format: its name in the IR, and in C++ where it lies in memory.
struct Format {
  const char *name;
  int bytes;
  bool isFloat;
};
const Format formats[] = {{"f32", 4, true}, {"f64", 8, true},  {"f16", 2, true},  {"bf16", 2, true}, {"i1", 1, false},
                          {"i8", 1, false}, {"i16", 2, false}, {"i32", 4, false}, {"i64", 8, false}};

bool isHalf(const Format &format) { return format.bytes == 2 && format.isFloat; }

/// An operation on operands of `from` that gives a `to`.
struct Case {
  std::string op, attributes;
  unsigned operands;
  const Format *from, *to;
};

/// The numbers that operations are tried on, in pairs of each with each.
const double floats[] = {0.0, 1.0, -1.0, 0.5, -2.25, 3.0, 7.5, -100.0, 0.001, 2.5, INFINITY, -INFINITY, NAN};
const int64_t integers[] = {0, 1, -1, 2, -3, 5, 7, -8, 100, -128, 127, 32767, -2147483648LL, 0x123456789abcdefLL};

/// Operations of which some pairs have no meaning: division by zero, a quotient that does not fit, long shifts.
bool hasMeaning(const Case &test, int64_t x, int64_t y) {
  llvm::StringRef op = test.op;
  int64_t bits = 8 * test.from->bytes;
  if (op.contains("div") || op.contains("rem"))
    return y != 0 && y != -1;
  if (op.contains(".sh"))
    return y >= 0 && y < bits;
  return true;
}

void put(std::vector<char> &bytes, const Format &format, double number, int64_t integer) {
  auto append = [&](auto value) {
    bytes.insert(bytes.end(), reinterpret_cast<char *>(&value), reinterpret_cast<char *>(&value + 1));
  };
  if (!format.isFloat) {
    integer = format.name == llvm::StringRef("i1") ? integer & 1 : integer;
    bytes.insert(bytes.end(), reinterpret_cast<char *>(&integer), reinterpret_cast<char *>(&integer) + format.bytes);
  } else if (format.bytes == 4) {
    append(float(number));
  } else if (format.bytes == 8) {
    append(number);
  } else {
    llvm::APFloat value(number);
    bool losesInfo;
    value.convert(format.name[0] == 'b' ? llvm::APFloat::BFloat() : llvm::APFloat::IEEEhalf(),
                  llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    append(uint16_t(value.bitcastToAPInt().getZExtValue()));
  }
}

struct Operands {
  std::vector<char> x, y;
  int64_t count = 0;
};

Operands operandsFor(const Case &test) {
  Operands operands;
  auto add = [&](double number, int64_t integer, double otherNumber, int64_t otherInteger) {
    put(operands.x, *test.from, number, integer);
    put(operands.y, *test.from, otherNumber, otherInteger);
    ++operands.count;
  };
  // Conversions to integers are defined where the number fits.
  bool fits = test.from->isFloat && !test.to->isFloat && llvm::StringRef(test.op).contains("fpto");
  bool isUnsigned = llvm::StringRef(test.op).contains("fptoui");
  if (test.from->isFloat) {
    for (double x : floats)
      for (double y : floats)
        if (!fits || (std::fabs(x) < (test.to->name == llvm::StringRef("i1") ? 0.9 : 101) && (!isUnsigned || x > -1)))
          add(x, 0, y, 0);
    return operands;
  }
  uint64_t mask = test.from->bytes == 8 ? ~uint64_t(0) : (uint64_t(1) << 8 * test.from->bytes) - 1;
  for (int64_t x : integers)
    for (int64_t y : integers) {
      auto narrow = [&](int64_t value) {
        if (test.from->name == llvm::StringRef("i1"))
          return value & 1;
        uint64_t bits = uint64_t(value) & mask;
        return llvm::SignExtend64(bits, 8 * test.from->bytes);
      };
      if (hasMeaning(test, narrow(x), narrow(y)))
        add(0, narrow(x), 0, narrow(y));
    }
  return operands;
}

std::vector<Case> allCases() {
  std::vector<Case> cases;
  auto add = [&](llvm::StringRef op, unsigned operands, bool isFloat, std::string attributes, bool givesBit) {
    for (const Format &format : formats) {
      bool isBit = format.name == llvm::StringRef("i1");
      // Those have no meaning on bits.
      if (format.isFloat != isFloat ||
          (isBit && (op.contains("div") || op.contains("rem") || op.contains(".sh") || op.contains("math."))))
        continue;
      cases.push_back({op.str(), attributes, operands, &format, givesBit ? &formats[4] : &format});
    }
  };
#define FLOAT_UNARY(OP, NAME, VALUE) add(OP::getOperationName(), 1, true, "", false);
#define FLOAT_BINARY(OP, NAME, VALUE) add(OP::getOperationName(), 2, true, "", false);
#define FLOAT_TEST(OP, NAME, VALUE) add(OP::getOperationName(), 1, true, "", true);
#define INTEGER_UNARY(OP, NAME, VALUE) add(OP::getOperationName(), 1, false, "", false);
#define INTEGER_BINARY(OP, NAME, VALUE) add(OP::getOperationName(), 2, false, "", false);
#define INTEGER_DIVISION(OP, NAME, VALUE) add(OP::getOperationName(), 2, false, "", false);
#define FLOAT_COMPARISON(PREDICATE, VALUE)                                                                             \
  add("arith.cmpf", 2, true, " <{predicate = " + std::to_string(int(arith::CmpFPredicate::PREDICATE)) + " : i64}>",    \
      true);
#define INTEGER_COMPARISON(PREDICATE, VALUE)                                                                           \
  add("arith.cmpi", 2, false, " <{predicate = " + std::to_string(int(arith::CmpIPredicate::PREDICATE)) + " : i64}>",   \
      true);
#include "Reference/Scalars.def"
  for (const Format &from : formats)
    for (const Format &to : formats) {
      auto convert = [&](llvm::StringRef op) { cases.push_back({op.str(), "", 1, &from, &to}); };
      llvm::StringRef fromName = from.name, toName = to.name;
      if (from.isFloat && to.isFloat && from.bytes < to.bytes)
        convert("arith.extf");
      if (from.isFloat && to.isFloat && from.bytes > to.bytes)
        convert("arith.truncf");
      if (from.isFloat && !to.isFloat && toName != "i1")
        convert("arith.fptosi"), convert("arith.fptoui");
      if (!from.isFloat && to.isFloat)
        convert("arith.sitofp"), convert("arith.uitofp");
      bool isNarrower = from.bytes < to.bytes || (fromName == "i1" && toName == "i8");
      bool isWider = from.bytes > to.bytes || (fromName == "i8" && toName == "i1");
      if (!from.isFloat && !to.isFloat && isNarrower)
        convert("arith.extsi"), convert("arith.extui");
      if (!from.isFloat && !to.isFloat && isWider)
        convert("arith.trunci");
      if (from.bytes == to.bytes && from.isFloat != to.isFloat)
        convert("arith.bitcast");
    }
  return cases;
}

/// The operation, in a function on scalars.
std::string scalarText(const Case &test) {
  std::string from = test.from->name;
  return "\"" + test.op + "\"(" + (test.operands == 2 ? "%x, %y" : "%x") + ")" + test.attributes + " : (" +
         (test.operands == 2 ? from + ", " + from : from) + ") -> " + test.to->name;
}

class Agreement : public ::testing::Test {
protected:
  Agreement() : context(registry(), MLIRContext::Threading::DISABLED) {
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) { messages += diagnostic.str() + "\n"; });
  }
  static DialectRegistry registry() {
    DialectRegistry registry;
    registerAllDialects(registry);
    return registry;
  }

  /// The C++ of the operation on x and y.
  std::optional<std::string> print(const Case &test) {
    std::string from = test.from->name;
    auto module =
        parseSourceString<ModuleOp>("func.func @f(%x: " + from + ", %y: " + from + ") -> " + test.to->name +
                                        " {\n %r = " + scalarText(test) + "\n return %r : " + test.to->name + "\n}",
                                    &context);
    if (!module)
      return std::nullopt;
    Operation *op = &(*module->getOps<func::FuncOp>().begin()).getBody().front().front();
    SmallVector<Expression> operands{{"x"}, {"y"}};
    operands.resize(test.operands);
    std::optional<Expression> printed = printScalarOperation(op, operands);
    return printed ? std::optional(printed->text) : std::nullopt;
  }

  /// What the reference computes. Formats of 2 bytes go through i16, because arrays know no bf16.
  std::vector<char> compute(const Case &test, const Operands &operands) {
    auto outside = [](const Format &format) { return isHalf(format) ? std::string("i16") : std::string(format.name); };
    std::string from = outside(*test.from), to = outside(*test.to), size = std::to_string(operands.count);
    std::string in = "tensor<" + size + "x" + from + ">", out = "tensor<" + size + "x" + to + ">";
    std::string body;
    for (const char *name : {"x", "y"})
      body += isHalf(*test.from)
                  ? std::string("%") + name + " = arith.bitcast %" + name + "0 : i16 to " + test.from->name + "\n"
                  : "";
    body += "%r = " + scalarText(test) + "\n";
    std::string yielded = "%r";
    if (isHalf(*test.to)) {
      body += std::string("%s = arith.bitcast %r : ") + test.to->name + " to i16\n";
      yielded = "%s";
    }
    std::string suffix = isHalf(*test.from) ? "0" : "";
    auto module = parseSourceString<ModuleOp>(
        "func.func @main(%a: " + in + ", %b: " + in + ") -> " + out + " {\n %e = tensor.empty() : " + out +
            "\n %0 = linalg.map ins(%a, %b : " + in + ", " + in + ") outs(%e : " + out + ") (%x" + suffix + ": " +
            from + ", %y" + suffix + ": " + from + ", %o: " + to + ") {\n" + body + "linalg.yield " + yielded + " : " +
            to + "\n}\n return %0 : " + out + "\n}",
        &context);
    if (!module)
      return {};
    std::string dtype = from == "i1" ? "bool" : from;
    Array x{dtype, {operands.count}, operands.x}, y{dtype, {operands.count}, operands.y};
    auto results = reference::run(*module, "main", {x, y});
    return failed(results) ? std::vector<char>() : results->front().bytes;
  }

  MLIRContext context;
  std::string messages;
};

double numberAt(const std::vector<char> &bytes, const Format &format, int64_t index) {
  const char *from = bytes.data() + index * format.bytes;
  uint64_t bits = 0;
  std::memcpy(&bits, from, format.bytes);
  llvm::APInt integer(8 * format.bytes, bits);
  if (!format.isFloat)
    return double(integer.getSExtValue());
  llvm::APFloat value(format.bytes == 8       ? llvm::APFloat::IEEEdouble()
                      : format.bytes == 4     ? llvm::APFloat::IEEEsingle()
                      : format.name[0] == 'b' ? llvm::APFloat::BFloat()
                                              : llvm::APFloat::IEEEhalf(),
                      integer);
  bool losesInfo;
  value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  return value.convertToDouble();
}

std::string bytesLiteral(const std::vector<char> &bytes) {
  std::string text = "{";
  for (char byte : bytes)
    text += std::to_string(int(static_cast<unsigned char>(byte))) + ",";
  return text + "}";
}

TEST_F(Agreement, EveryOperationOnEveryFormat) {
  std::vector<Case> cases = allCases();
  std::string source = "#include \"ap_int.h\"\n#include \"st_bfloat16.h\"\n#include \"st_half.h\"\n"
                       "#include \"st_math.h\"\n#include <cstdio>\n#include <cstring>\n"
                       "using st::maximum;\nusing st::minimum;\n"
                       "template <typename T> T at(const unsigned char *bytes, int i) {\n"
                       "  T value;\n  std::memcpy(&value, bytes + i * sizeof(T), sizeof(T));\n  return value;\n}\n"
                       "template <typename T> void out(T value) { std::fwrite(&value, sizeof(T), 1, stdout); }\n";
  std::string calls;
  std::vector<Operands> operands;
  for (auto [index, test] : llvm::enumerate(cases)) {
    operands.push_back(operandsFor(test));
    std::optional<std::string> printed = print(test);
    ASSERT_TRUE(printed) << test.op << " on " << test.from->name << " has no C++\n" << messages;
    auto cpp = [&](const Format &format) { return *cppType(parseType(format.name, &context)); };
    std::string name = "case_" + std::to_string(index), count = std::to_string(operands.back().count);
    source += "static void " + name + "() {\n  static const unsigned char a[] = " + bytesLiteral(operands.back().x) +
              ", b[] = " + bytesLiteral(operands.back().y) + ";\n  for (int i = 0; i < " + count +
              "; ++i) {\n    const " + cpp(*test.from) + " x = at<" + cpp(*test.from) + ">(a, i), y = at<" +
              cpp(*test.from) + ">(b, i);\n    const " + cpp(*test.to) + " r = " + *printed +
              ";\n    out(r);\n  }\n}\n";
    calls += "  " + name + "();\n";
  }
  source += "int main() {\n" + calls + "}\n";

  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("scalar-agreement", folder));
  std::string root(folder.str());
  for (const RuntimeFile &file : getRuntimeFiles())
    llvm::cantFail(writeFile(root + "/" + file.path, file.contents));
  llvm::cantFail(writeFile(root + "/all.cpp", source));
  std::string build = "g++ -std=c++17 -O0 -w -ffp-contract=off -fwrapv -I" + root + " -I" + root + "/compat " + root +
                      "/all.cpp -o " + root + "/all && " + root + "/all > " + root + "/results";
  ASSERT_EQ(std::system(build.c_str()), 0) << root;
  auto file = readFile(root + "/results");
  ASSERT_TRUE(bool(file));
  llvm::StringRef rest = (*file)->getBuffer();
  for (auto [test, inputs] : llvm::zip(cases, operands)) {
    std::vector<char> expected = compute(test, inputs);
    std::string label = test.op + test.attributes + " from " + test.from->name + " to " + test.to->name;
    ASSERT_EQ(int64_t(expected.size()), inputs.count * test.to->bytes) << label << "\n" << messages;
    ASSERT_GE(rest.size(), expected.size()) << label;
    std::vector<char> actual(rest.begin(), rest.begin() + expected.size());
    rest = rest.drop_front(expected.size());
    unsigned wrong = 0;
    for (int64_t i = 0; i < inputs.count && wrong == 0; ++i) {
      if (!std::memcmp(&actual[i * test.to->bytes], &expected[i * test.to->bytes], test.to->bytes))
        continue;
      double a = numberAt(actual, *test.to, i), e = numberAt(expected, *test.to, i);
      // All NaN are one, and so are the zeros where a maximum or minimum has to choose between them.
      if (test.to->isFloat && (a == e || (std::isnan(a) && std::isnan(e))))
        continue;
      ++wrong;
      ADD_FAILURE() << label << ": of " << numberAt(inputs.x, *test.from, i) << " and "
                    << numberAt(inputs.y, *test.from, i) << " C++ makes " << a << ", the reference " << e;
    }
  }
  EXPECT_TRUE(rest.empty());
  llvm::sys::fs::remove_directories(folder);
}

} // namespace
