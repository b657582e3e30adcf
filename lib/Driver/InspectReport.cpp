//===- InspectReport.cpp - An inspection as a page ------------------------------------------------------------===//

#include "Driver/Fallbacks.h"
#include "Driver/Inspect.h"
#include "llvm/Support/FormatVariadic.h"

using namespace st;
namespace json = llvm::json;
using llvm::formatv;

static std::string text(const json::Object &object, llvm::StringRef key) {
  return object.getString(key).value_or("").str();
}

/// "12 345 678": long numbers in groups.
static std::string grouped(int64_t number) {
  std::string digits = std::to_string(number), result;
  for (size_t index = 0; index < digits.size(); ++index) {
    if (index && (digits.size() - index) % 3 == 0 && digits[index - 1] != '-')
      result += ' ';
    result += digits[index];
  }
  return result;
}

static std::string count(const json::Object &object, llvm::StringRef key) {
  std::optional<int64_t> number = object.getInteger(key);
  return number ? grouped(*number) : "-";
}

static std::string shapeOf(const json::Object &tensor) {
  std::string result;
  if (const json::Array *shape = tensor.getArray("shape"))
    for (const json::Value &dim : *shape)
      result += (result.empty() ? "" : "x") +
                (dim.getAsInteger() ? std::to_string(*dim.getAsInteger()) : dim.getAsString().value_or("?").str());
  return result.empty() ? "scalar" : result;
}

static void printTensors(const json::Object &inspection, llvm::StringRef key, llvm::raw_ostream &out) {
  const json::Array *tensors = inspection.getArray(key);
  if (!tensors)
    return;
  for (const json::Value &value : *tensors)
    if (const json::Object *tensor = value.getAsObject())
      out << formatv("{0,-9} {1,-32} {2,-6} {3}\n", key.drop_back(), text(*tensor, "name"), text(*tensor, "dtype"),
                     shapeOf(*tensor));
}

static void printHeader(const json::Object &inspection, llvm::raw_ostream &out) {
  out << text(inspection, "model") << ": " << text(inspection, "format");
  if (std::string producer = text(inspection, "producer"); !producer.empty())
    out << " by " << producer;
  if (const json::Array *opsets = inspection.getArray("opsets"))
    for (const json::Value &value : *opsets)
      if (const json::Object *opset = value.getAsObject())
        out << formatv(", {0} operator set {1}", text(*opset, "domain"), opset->getInteger("version").value_or(0));
  out << "\n\n";
}

static void printOperators(const json::Object &inspection, llvm::raw_ostream &out) {
  const json::Array *operators = inspection.getArray("operators");
  if (!operators || operators->empty())
    return;
  std::vector<const json::Object *> rows;
  for (const json::Value &value : *operators)
    if (value.getAsObject())
      rows.push_back(value.getAsObject());
  // The work first, then the many.
  llvm::stable_sort(rows, [](const json::Object *a, const json::Object *b) {
    auto key = [](const json::Object *row) {
      return std::make_pair(row->getInteger("multiply_adds").value_or(0), row->getInteger("nodes").value_or(0));
    };
    return key(a) > key(b);
  });
  out << formatv("\n{0,-34} {1,7} {2,20} {3,20}\n", "operator", "nodes", "multiply-adds", "other operations");
  for (const json::Object *row : rows) {
    int64_t unsupported = row->getInteger("unsupported").value_or(0);
    out << formatv("{0,-34} {1,7} {2,20} {3,20}", text(*row, "name"), count(*row, "nodes"),
                   count(*row, "multiply_adds"), count(*row, "other_operations"));
    if (unsupported)
      out << formatv("  {0} not supported", unsupported);
    out << "\n";
  }
  out << formatv("{0,-34} {1,7} {2,20} {3,20}\n", "total", "", count(inspection, "multiply_adds"),
                 count(inspection, "other_operations"));
}

static void printProblems(const json::Object &inspection, llvm::raw_ostream &out) {
  const json::Array *problems = inspection.getArray("problems");
  if (!problems || problems->empty())
    return;
  out << "\n";
  for (const json::Value &value : *problems) {
    const json::Object &problem = *value.getAsObject();
    std::string place = text(problem, "place"), message = text(problem, "message");
    out << text(problem, "severity") << ": ";
    if (!place.empty() && message.find(place) == std::string::npos)
      out << place << ": ";
    out << message << "\n";
    if (const json::Array *notes = problem.getArray("notes"))
      for (const json::Value &note : *notes)
        out << "  note: " << note.getAsString().value_or("") << "\n";
  }
}

void st::printInspection(const json::Value &value, llvm::raw_ostream &out) {
  const json::Object &inspection = *value.getAsObject();
  printHeader(inspection, out);
  printTensors(inspection, "inputs", out);
  printTensors(inspection, "outputs", out);
  if (const json::Array *axes = inspection.getArray("dynamic_axes"))
    for (const json::Value &axis : *axes)
      if (const json::Object *object = axis.getAsObject())
        out << formatv("{0,-9} {1,-32} {2}\n", "axis", text(*object, "name"),
                       object->getInteger("size") ? std::to_string(*object->getInteger("size"))
                                                  : "dynamic; give it a size with --dim");
  if (const json::Object *parameters = inspection.getObject("parameters"))
    out << formatv("{0,-9} {1} tensors, {2} elements, {3} bytes\n", "weights", count(*parameters, "tensors"),
                   count(*parameters, "elements"), count(*parameters, "bytes"));
  printOperators(inspection, out);
  printFallbacks(inspection, out);
  printProblems(inspection, out);
  std::string compiles = text(inspection, "compiles");
  out << "\n"
      << (compiles == "yes"       ? "All of it can be compiled.\n"
          : compiles == "in part" ? "The rest of it can be compiled with --partition.\n"
                                  : "It cannot be compiled as it is.\n");
}
