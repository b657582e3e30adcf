#include "Import/Mlir/RepairText.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace st::mlirimport;

// TOSA 1.0 (MLIR of 2025) made operands of what had been attributes: shapes, zero points, shifts. Everything that the
// new operands need is in the old text, so that the operation is written anew in generic form, behind the constants it
// wants: `%0 = tosa.mul %a, %b {shift = 0 : i8} : (...) -> ...` becomes
// `%s = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8> %0 = "tosa.mul"(%a, %b, %s) : (...) ->
// ...`.

namespace {

/// `text` between commas that stand in no brackets.
SmallVector<StringRef> splitList(StringRef text) {
  SmallVector<StringRef> parts;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    char c = i < text.size() ? text[i] : ',';
    bool isArrow = c == '>' && i > 0 && text[i - 1] == '-';
    if (StringRef("([{<").contains(c))
      ++depth;
    else if (StringRef(")]}>").contains(c) && !isArrow)
      --depth;
    else if (c == ',' && (depth == 0 || i == text.size())) {
      if (!text.slice(start, i).trim().empty())
        parts.push_back(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  return parts;
}

/// The numbers in `array<i64: 1, 2>`, `[1, 2]`, `dense<[[0, 1], [2, 3]]> : ...`.
SmallVector<int64_t> numbersIn(StringRef text) {
  SmallVector<int64_t> numbers;
  text = text.substr(text.find_first_of("[:") + 1).split("]>").first;
  for (size_t i = 0; i < text.size();) {
    size_t end = text.find_first_not_of("-0123456789", i);
    int64_t number;
    if (end != i && !text.slice(i, end).getAsInteger(10, number)) {
      numbers.push_back(number);
      i = std::min(end, text.size());
    } else {
      ++i;
    }
  }
  return numbers;
}

std::string join(ArrayRef<int64_t> numbers) {
  return llvm::join(map_range(numbers, [](int64_t number) { return std::to_string(number); }), ", ");
}

StringRef elementOf(StringRef type) {
  type.consume_front("tensor<");
  type.consume_back(">");
  return type.contains('x') ? type.rsplit('x').second : type;
}

bool isFloat(StringRef element) { return element.starts_with("f") || element.starts_with("bf"); }

/// One operation of the old form, being rewritten.
class OldOperation {
public:
  OldOperation(StringRef text, size_t name) : text(text), begin(name) {}

  bool parse() {
    bool isQuoted = begin > 0 && text[begin - 1] == '"';
    Cursor cursor(text, begin);
    size_t end = begin;
    while (end < text.size() && (isAlnum(text[end]) || text[end] == '_' || text[end] == '.'))
      ++end;
    mnemonic = text.slice(begin, end).drop_front(StringRef("tosa.").size());
    cursor = Cursor(text, end + (isQuoted ? 1 : 0));
    if (isQuoted)
      --begin;
    // Statements start where a line does.
    statement = text.rfind('\n', begin) + 1;
    statement = text.find_first_not_of(" \t", statement);
    size_t start = cursor.position();
    if (isQuoted) {
      if (!cursor.takeBalanced('(', ')'))
        return false;
      operands = strings(cursor.since(start).trim().drop_front().drop_back());
    } else {
      while (cursor.isAt("%"))
        if (!cursor.takeValue() || (!cursor.take(",") && cursor.isAt("%")))
          return false;
      operands = strings(cursor.since(start));
    }
    cursor.take("<");
    if (cursor.isAt("{")) {
      start = cursor.position();
      if (!cursor.takeBalanced('{', '}'))
        return false;
      for (StringRef entry : splitList(cursor.since(start).drop_front().drop_back())) {
        auto [key, value] = entry.split('=');
        attributes[key.trim()] = value.trim().str();
      }
    }
    cursor.take(">");
    if (!cursor.take(":"))
      return false;
    cursor.skipSpace();
    start = cursor.position();
    if (!cursor.takeBalanced('(', ')'))
      return false;
    types = strings(cursor.since(start).drop_front().drop_back());
    finish = cursor.position();
    return types.size() == operands.size() && cursor.take("->") && cursor.takeTensorType(resultType);
  }

  /// Applies the rule for the operation; false when it already is as it should be, or has no rule.
  bool rewrite();

  void emit(Edits &edits) {
    std::string dictionary;
    for (auto &[key, value] : attributes)
      dictionary +=
          formatv("{0}{1}{2}{3}", dictionary.empty() ? "" : ", ", key, value.empty() ? "" : " = ", value).str();
    if (!dictionary.empty())
      dictionary = "<{" + dictionary + "}> ";
    edits.push_back({statement, 0, prelude});
    edits.push_back({begin, finish - begin,
                     formatv("\"tosa.{0}\"({1}) {2}: ({3})", mnemonic, llvm::join(operands, ", "), dictionary,
                             llvm::join(types, ", "))
                         .str()});
  }

private:
  static SmallVector<std::string> strings(StringRef list) {
    SmallVector<std::string> result;
    for (StringRef part : splitList(list))
      result.push_back(part.str());
    return result;
  }

  void addOperand(StringRef op, StringRef values, const std::string &type) {
    std::string name = formatv("%tosa_{0}_{1}", begin, operands.size());
    prelude += formatv("{0} = \"{1}\"() <{{values = {2}}> : () -> {3} ", name, op, values, type).str();
    operands.push_back(name);
    types.push_back(type);
  }
  void addShape(ArrayRef<int64_t> sizes) {
    addOperand("tosa.const_shape", formatv("dense<[{0}]> : tensor<{1}xindex>", join(sizes), sizes.size()).str(),
               formatv("!tosa.shape<{0}>", sizes.size()));
  }
  void addScalar(StringRef value, StringRef element) {
    std::string type = formatv("tensor<1x{0}>", element);
    addOperand("tosa.const", formatv("dense<{0}> : {1}", value, type).str(), type);
  }
  std::string take(StringRef key) {
    std::string value = attributes.lookup(key);
    attributes.erase(key);
    return value;
  }
  /// `key` in the attribute quantization_info, which is 0 where it is not.
  void addZeroPoint(StringRef info, StringRef key, StringRef type) {
    StringRef element = elementOf(type);
    StringRef value = info.split((key + " = ").str()).second.take_while([](char c) { return isDigit(c) || c == '-'; });
    addScalar(isFloat(element) ? "0.0" : value.empty() ? "0" : value, element);
  }
  /// The constant that operand `index` was defined as, nearest before this operation.
  std::optional<SmallVector<int64_t>> constantOperand(unsigned index) {
    size_t definition = text.substr(0, statement).rfind(operands[index] + " = ");
    if (definition == StringRef::npos)
      return std::nullopt;
    StringRef line = text.slice(definition, text.find('\n', definition));
    if (!line.contains("const") || !line.contains("dense<["))
      return std::nullopt;
    return numbersIn(line.substr(line.find("dense<")));
  }
  void useArrays() {
    for (auto &[key, value] : attributes)
      if (StringRef(value).starts_with("["))
        value = formatv("array<i64: {0}>", join(numbersIn(value)));
  }
  void addAccumulator() {
    StringRef element = elementOf(types.front());
    if (!attributes.count("acc_type"))
      attributes["acc_type"] = isFloat(element) ? "f32" : element == "i16" ? "i48" : "i32";
  }
  bool rewriteClamp();

  StringRef text;
  size_t begin, statement = 0, finish = 0;
  StringRef mnemonic, resultType;
  SmallVector<std::string> operands, types;
  MapVector<StringRef, std::string> attributes;
  std::string prelude;
};

bool OldOperation::rewriteClamp() {
  StringRef element = elementOf(types.front());
  std::string least = take(isFloat(element) ? "min_fp" : "min_int"),
              greatest = take(isFloat(element) ? "max_fp" : "max_int");
  take(isFloat(element) ? "min_int" : "min_fp");
  take(isFloat(element) ? "max_int" : "max_fp");
  if (least.empty() || greatest.empty())
    return false;
  auto bound = [&](StringRef value) {
    StringRef number = value.split(':').first.trim();
    int64_t integer;
    if (isFloat(element) || number.getAsInteger(10, integer))
      return formatv("{0} : {1}", number, element).str();
    // Bounds outside the type bound nothing.
    int64_t limit = element == "i8" ? 127 : element == "i16" ? 32767 : 2147483647;
    return formatv("{0} : {1}", std::clamp(integer, -limit - 1, limit), element).str();
  };
  attributes["min_val"] = bound(least);
  attributes["max_val"] = bound(greatest);
  return true;
}

bool OldOperation::rewrite() {
  if (mnemonic == "const" && attributes.count("value")) {
    attributes["values"] = take("value");
    return true;
  }
  if (operands.empty())
    return false;
  if (mnemonic == "clamp")
    return rewriteClamp();
  if (mnemonic == "reshape" && attributes.count("new_shape")) {
    addShape(numbersIn(take("new_shape")));
    return true;
  }
  if (mnemonic == "tile" && attributes.count("multiples")) {
    addShape(numbersIn(take("multiples")));
    return true;
  }
  if (mnemonic == "slice" && attributes.count("start")) {
    addShape(numbersIn(take("start")));
    addShape(numbersIn(take("size")));
    return true;
  }
  if (mnemonic == "mul" && operands.size() == 2) {
    std::string shift = take("shift");
    addScalar(shift.empty() ? "0" : StringRef(shift).split(':').first.trim(), "i8");
    return true;
  }
  if (mnemonic == "negate" && operands.size() == 1) {
    std::string info = take("quantization_info");
    addZeroPoint(info, "input_zp", types.front());
    addZeroPoint(info, "output_zp", resultType);
    return true;
  }
  if (mnemonic == "matmul" && operands.size() == 2) {
    std::string info = take("quantization_info"), left = types[0], right = types[1];
    addZeroPoint(info, "a_zp", left);
    addZeroPoint(info, "b_zp", right);
    return true;
  }
  if ((mnemonic == "conv2d" || mnemonic == "depthwise_conv2d" || mnemonic == "conv3d") && operands.size() == 3) {
    std::string info = take("quantization_info"), input = types[0], weight = types[1];
    useArrays();
    addAccumulator();
    addZeroPoint(info, "input_zp", input);
    addZeroPoint(info, "weight_zp", weight);
    return true;
  }
  if (mnemonic == "avg_pool2d" && operands.size() == 1) {
    std::string info = take("quantization_info"), input = types[0];
    useArrays();
    addAccumulator();
    addZeroPoint(info, "input_zp", input);
    addZeroPoint(info, "output_zp", resultType);
    return true;
  }
  if (mnemonic == "transpose" && operands.size() == 2) {
    auto permutation = constantOperand(1);
    if (!permutation)
      return false;
    operands.pop_back();
    types.pop_back();
    attributes["perms"] = formatv("array<i32: {0}>", join(*permutation));
    return true;
  }
  if (mnemonic == "pad" && operands.size() >= 2 && StringRef(types[1]).starts_with("tensor<")) {
    auto amounts = constantOperand(1);
    if (!amounts || operands.size() != 2)
      return false;
    std::string info = take("quantization_info"), input = types[0];
    operands.pop_back();
    types.pop_back();
    addShape(*amounts);
    addZeroPoint(info, "input_zp", input);
    return true;
  }
  auto axis = attributes.find("axis");
  if (axis != attributes.end() && StringRef(axis->second).contains("i64")) {
    axis->second = StringRef(axis->second).split(':').first.trim().str() + " : i32";
    return true;
  }
  return false;
}

} // namespace

void st::mlirimport::repairTosa(StringRef text, size_t name, Edits &edits) {
  OldOperation operation(text, name);
  if (operation.parse() && operation.rewrite())
    operation.emit(edits);
}
