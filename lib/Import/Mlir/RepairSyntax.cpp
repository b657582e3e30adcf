#include "Import/Mlir/RepairSyntax.h"
#include "Import/Mlir/RepairText.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>

using namespace llvm;

//===----------------------------------------------------------------------------------------------------------===//
// Walking over text
//===----------------------------------------------------------------------------------------------------------===//

using namespace st::mlirimport;

/// The sizes of tensor<4x8xf32>; nothing when one is dynamic or the type has no ranked shape.
std::optional<SmallVector<int64_t>> st::mlirimport::staticShape(StringRef type) {
  SmallVector<int64_t> shape;
  StringRef rest = type.drop_front(StringRef("tensor<").size());
  while (!rest.empty() && isDigit(rest.front())) {
    int64_t size;
    if (rest.consumeInteger(10, size) || !rest.consume_front("x"))
      return std::nullopt;
    shape.push_back(size);
  }
  if (rest.starts_with("?") || rest.starts_with("*"))
    return std::nullopt;
  return shape;
}

static std::string join(ArrayRef<int64_t> sizes) {
  return llvm::join(map_range(sizes, [](int64_t size) { return std::to_string(size); }), ", ");
}

//===----------------------------------------------------------------------------------------------------------===//
// The forms. Each gets the text, where the operation's name starts, and adds its edits
//===----------------------------------------------------------------------------------------------------------===//

using Rewrite = void (*)(StringRef text, size_t name, StringRef keyword, Edits &edits);

/// `tensor.expand_shape %a [[0, 1]] : tensor<6xf32> into tensor<2x3xf32>` lacks `output_shape [2, 3]` after the groups.
static void repairExpandShape(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  Cursor cursor(text, name + keyword.size());
  StringRef type;
  if (!cursor.takeValue() || !cursor.takeBalanced('[', ']'))
    return;
  size_t afterGroups = cursor.position();
  if (cursor.isAt("output_shape"))
    return;
  if (cursor.isAt("{") && !cursor.takeBalanced('{', '}'))
    return;
  if (!cursor.take(":") || !cursor.takeTensorType(type) || !cursor.take("into") || !cursor.takeTensorType(type))
    return;
  if (auto shape = staticShape(type))
    edits.push_back({afterGroups, 0, formatv(" output_shape [{0}]", join(*shape)).str()});
}

/// The same in generic form, `"tensor.expand_shape"(%a) <{reassociation = [[0, 1]]}> : (...) -> tensor<2x3xf32>`: the
/// attribute static_output_shape is new.
static void repairGenericExpandShape(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  Cursor cursor(text, name + keyword.size());
  StringRef type;
  if (!cursor.takeBalanced('(', ')'))
    return;
  cursor.take("<");
  if (!cursor.isAt("{"))
    return;
  size_t attributes = cursor.position();
  if (!cursor.takeBalanced('{', '}') || cursor.since(attributes).contains("static_output_shape"))
    return;
  cursor.take(">");
  if (!cursor.take(":") || !cursor.takeBalanced('(', ')') || !cursor.take("->") || !cursor.takeTensorType(type))
    return;
  if (auto shape = staticShape(type))
    edits.push_back({attributes + 1, 0, formatv("static_output_shape = array<i64: {0}>, ", join(*shape)).str()});
}

/// `linalg.init_tensor [4, %n] : tensor<4x?xf32>` is `tensor.empty(%n) : tensor<4x?xf32>` now.
static void repairInitTensor(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  Cursor cursor(text, name + keyword.size());
  cursor.skipSpace();
  size_t sizes = cursor.position();
  if (!cursor.takeBalanced('[', ']'))
    return;
  SmallVector<StringRef> all, dynamic;
  cursor.since(sizes).drop_front().drop_back().split(all, ',');
  for (StringRef size : all)
    if (size.trim().starts_with("%"))
      dynamic.push_back(size.trim());
  edits.push_back({name, cursor.position() - name, formatv("tensor.empty({0})", llvm::join(dynamic, ", ")).str()});
}

static void repairTransposedProduct(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  bool isBatch = keyword.contains("batch"), isLeft = keyword.ends_with("_a");
  std::string maps;
  StringRef batch = isBatch ? "b, " : "";
  StringRef left = isLeft ? "k, m" : "m, k", right = isLeft ? "k, n" : "n, k";
  for (StringRef result : {left, right, StringRef("m, n")})
    maps += formatv("{0}affine_map<({1}m, n, k) -> ({1}{2})>", maps.empty() ? "" : ", ", batch, result).str();
  edits.push_back(
      {name, keyword.size(), formatv("linalg.{0}matmul indexing_maps = [{1}]", isBatch ? "batch_" : "", maps)});
}

/// `linalg.elemwise_unary {fun = #linalg.unary_fn<exp>}` is `linalg.elementwise kind=#linalg.elementwise_kind<exp>`
/// now. Without `fun`, exp and add were meant.
static void repairElemwise(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  Cursor cursor(text, name + keyword.size());
  bool isUnary = keyword.ends_with("unary");
  StringRef kind = isUnary ? "exp" : "add";
  cursor.skipSpace();
  size_t attributes = cursor.position();
  if (cursor.isAt("{")) {
    if (!cursor.takeBalanced('{', '}'))
      return;
    StringRef dictionary = cursor.since(attributes);
    // Other attributes choose conversions, which the new operation does not have.
    if (dictionary.contains("cast"))
      return;
    StringRef function = dictionary.split(isUnary ? "unary_fn<" : "binary_fn<").second;
    if (!function.empty())
      kind = function.split('>').first;
  }
  edits.push_back(
      {name, cursor.position() - name, formatv("linalg.elementwise kind=#linalg.elementwise_kind<{0}>", kind)});
}

static void repairFunction(StringRef text, size_t name, StringRef keyword, Edits &edits) {
  // Only at the start of a line, where an operation is.
  for (size_t i = name; i > 0 && text[i - 1] != '\n'; --i)
    if (!isSpace(text[i - 1]))
      return;
  edits.push_back({name, 0, "func."});
}

namespace {
struct Form {
  StringRef keyword;
  Rewrite rewrite;
  StringRef renamed; ///< the new name, where that is all
};
} // namespace

static const Form forms[] = {
    {"tensor.expand_shape", repairExpandShape, ""},
    {"\"tensor.expand_shape\"", repairGenericExpandShape, ""},
    {"linalg.init_tensor", repairInitTensor, ""},
    {"linalg.matmul_transpose_a", repairTransposedProduct, ""},
    {"linalg.matmul_transpose_b", repairTransposedProduct, ""},
    {"linalg.batch_matmul_transpose_a", repairTransposedProduct, ""},
    {"linalg.batch_matmul_transpose_b", repairTransposedProduct, ""},
    {"linalg.elemwise_unary", repairElemwise, ""},
    {"linalg.elemwise_binary", repairElemwise, ""},
    {"tensor.pack", nullptr, "linalg.pack"},
    {"tensor.unpack", nullptr, "linalg.unpack"},
    {"arith.maxf", nullptr, "arith.maximumf"},
    {"arith.minf", nullptr, "arith.minimumf"},
    {"func @", repairFunction, ""},
    {"func private @", repairFunction, ""},
    {"func public @", repairFunction, ""},
};

/// Longer lines hold the data of a constant, and nothing to rewrite behind it that was not before it.
static constexpr size_t longestLine = 1 << 16;

static void repairLine(StringRef text, size_t start, StringRef line, Edits &edits) {
  for (size_t at = line.find("tosa."); at != StringRef::npos; at = line.find("tosa.", at + 1))
    if (at == 0 || line[at - 1] == '"' || isSpace(line[at - 1]))
      repairTosa(text, start + at, edits);
  for (const Form &form : forms)
    for (size_t at = line.find(form.keyword); at != StringRef::npos; at = line.find(form.keyword, at + 1)) {
      auto isPartOfName = [](char c) { return isAlnum(c) || c == '_' || c == '.' || c == '$'; };
      size_t end = at + form.keyword.size();
      bool isInside = at > 0 && isPartOfName(line[at - 1]);
      bool goesOn = isPartOfName(form.keyword.back()) && end < line.size() && isPartOfName(line[end]);
      // "tensor.expand_shape" in quotes is the generic form, which has a row of its own.
      bool isQuoted = form.rewrite && at > 0 && line[at - 1] == '"';
      if (isInside || goesOn || isQuoted)
        continue;
      if (form.rewrite)
        form.rewrite(text, start + at, form.keyword, edits);
      else
        edits.push_back({start + at, form.keyword.size(), form.renamed.str()});
    }
}

std::optional<std::string> st::mlirimport::repairSyntax(StringRef text) {
  Edits edits;
  for (size_t start = 0; start < text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    StringRef line = text.slice(start, std::min(end, start + longestLine));
    if (!line.ltrim().starts_with("//"))
      repairLine(text, start, line, edits);
    start = end + 1;
  }
  if (edits.empty())
    return std::nullopt;
  llvm::stable_sort(edits, [](const Edit &a, const Edit &b) { return a.offset < b.offset; });
  std::string repaired;
  repaired.reserve(text.size() + 64 * edits.size());
  size_t copied = 0;
  for (const Edit &edit : edits) {
    if (edit.offset < copied)
      continue;
    repaired += text.slice(copied, edit.offset);
    repaired += edit.replacement;
    copied = edit.offset + edit.length;
  }
  repaired += text.substr(copied);
  return repaired;
}
