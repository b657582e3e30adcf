#include "Support/Json.h"

#include "Support/Error.h"
#include "Support/FileSystem.h"

using namespace llvm;

Expected<json::Value> st::readJson(StringRef path) {
  auto text = readFile(path);
  if (!text)
    return text.takeError();
  auto value = json::parse((*text)->getBuffer());
  if (!value)
    return makeError("{0}: not valid JSON: {1}", path, toString(value.takeError()));
  return value;
}

Error st::writeJson(StringRef path, const json::Value &value) {
  return writeFile(path, formatv("{0:2}\n", value).str());
}
