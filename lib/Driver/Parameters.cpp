//===- Parameters.cpp - Constants of a design as memory-mapped files ------------------------------------------===//

#include "Driver/Parameters.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace st;

/// The resources that constants of the module use, by key, with the bytes that each must have.
static llvm::MapVector<StringRef, std::pair<DenseResourceElementsHandle, int64_t>> collectResources(ModuleOp module) {
  llvm::MapVector<StringRef, std::pair<DenseResourceElementsHandle, int64_t>> resources;
  module.walk([&](arith::ConstantOp constant) {
    auto elements = dyn_cast<DenseResourceElementsAttr>(constant.getValue());
    if (!elements)
      return;
    DenseResourceElementsHandle handle = elements.getRawHandle();
    int64_t bits = elements.getElementType().isIndex() ? 64 : elements.getElementType().getIntOrFloatBitWidth();
    resources.insert({handle.getKey(), {handle, elements.getNumElements() * llvm::divideCeil(bits, 8)}});
  });
  return resources;
}

static std::string fileFor(StringRef key) {
  std::string name = key.str();
  for (char &c : name)
    if (!llvm::isAlnum(c) && c != '_' && c != '-' && c != '.')
      c = '_';
  return name + ".bin";
}

llvm::Expected<std::vector<ParameterFile>> st::writeParameters(ModuleOp module, StringRef directory) {
  std::vector<ParameterFile> files;
  for (auto &[key, resource] : collectResources(module)) {
    AsmResourceBlob *blob = resource.first.getBlob();
    if (!blob)
      return makeError("constant '{0}' has no contents", key);
    ArrayRef<char> data = blob->getData();
    if (auto error = writeFile((directory + "/" + fileFor(key)).str(), StringRef(data.data(), data.size())))
      return std::move(error);
    files.push_back({fileFor(key), static_cast<int64_t>(data.size())});
  }
  return files;
}

llvm::Error st::bindParameters(ModuleOp module, StringRef directory) {
  for (auto &[key, resource] : collectResources(module)) {
    auto [handle, bytes] = resource;
    std::string path = (directory + "/" + fileFor(key)).str();
    auto file = readFile(path);
    if (!file)
      return file.takeError();
    if (static_cast<int64_t>((*file)->getBufferSize()) != bytes)
      return makeError("{0} holds {1} bytes, but its constant needs {2}; compile the model again", path,
                       (*file)->getBufferSize(), bytes);
    // The blob owns the mapping and releases it with the last use of the resource.
    std::shared_ptr<llvm::MemoryBuffer> mapping = std::move(*file);
    ArrayRef<char> data(mapping->getBufferStart(), mapping->getBufferSize());
    auto deleter = [mapping](void *, size_t, size_t) {};
    handle.getResource()->setBlob(AsmResourceBlob(data, /*dataAlignment=*/1, deleter, /*dataIsMutable=*/false));
  }
  return llvm::Error::success();
}
