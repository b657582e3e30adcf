//===- Parameters.cpp - Constants of a design as memory-mapped files ------------------------------------------===//

#include "Driver/Parameters.h"
#include "Support/Error.h"
#include "Support/FileSystem.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace st;

static constexpr StringLiteral fileAttr = "st.file";

/// Calls `visit` with each constant that is a resource, and the resource.
static void forEachResource(ModuleOp module,
                            llvm::function_ref<void(arith::ConstantOp, DenseResourceElementsAttr)> visit) {
  module.walk([&](arith::ConstantOp constant) {
    if (auto elements = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
      visit(constant, elements);
  });
}

static int64_t bytesOf(DenseResourceElementsAttr elements) {
  int64_t bits = elements.getElementType().isIndex() ? 64 : elements.getElementType().getIntOrFloatBitWidth();
  return elements.getNumElements() * llvm::divideCeil(bits, 8);
}

void st::nameParameterFiles(ModuleOp module) {
  llvm::StringMap<StringAttr> files; // by resource
  llvm::StringSet<> taken;
  forEachResource(module, [&](arith::ConstantOp constant, DenseResourceElementsAttr elements) {
    StringRef key = elements.getRawHandle().getKey();
    StringAttr &file = files[key];
    if (!file) {
      std::string stem = key.str();
      for (char &c : stem)
        if (!llvm::isAlnum(c) && c != '_' && c != '-' && c != '.')
          c = '_';
      std::string name = stem;
      for (unsigned n = 1; !taken.insert(name).second; ++n)
        name = stem + "-" + std::to_string(n);
      file = StringAttr::get(module.getContext(), name + ".bin");
    }
    constant->setAttr(fileAttr, file);
  });
}

llvm::Expected<std::vector<ParameterFile>> st::writeParameters(ModuleOp module, StringRef directory) {
  llvm::MapVector<StringRef, DenseResourceElementsAttr> files;
  forEachResource(module, [&](arith::ConstantOp constant, DenseResourceElementsAttr elements) {
    if (auto file = constant->getAttrOfType<StringAttr>(fileAttr))
      files.insert({file.getValue(), elements});
  });
  std::vector<ParameterFile> written;
  for (auto &[file, elements] : files) {
    AsmResourceBlob *blob = elements.getRawHandle().getBlob();
    if (!blob)
      return makeError("the constant of {0} has no contents", file);
    ArrayRef<char> data = blob->getData();
    if (auto error = writeFile((directory + "/" + file).str(), StringRef(data.data(), data.size())))
      return std::move(error);
    written.push_back({file.str(), static_cast<int64_t>(data.size())});
  }
  return written;
}

llvm::Error st::bindParameters(ModuleOp module, StringRef directory) {
  llvm::Error error = llvm::Error::success();
  forEachResource(module, [&](arith::ConstantOp constant, DenseResourceElementsAttr elements) {
    if (error)
      return;
    auto name = constant->getAttrOfType<StringAttr>(fileAttr);
    if (!name) {
      error = makeError("a constant of the design names no file in {0}; compile the model again", directory);
      return;
    }
    std::string path = (directory + "/" + name.getValue()).str();
    auto file = readFile(path);
    if (!file) {
      error = file.takeError();
      return;
    }
    if (static_cast<int64_t>((*file)->getBufferSize()) != bytesOf(elements)) {
      error = makeError("{0} holds {1} bytes, but its constant needs {2}; compile the model again", path,
                        (*file)->getBufferSize(), bytesOf(elements));
      return;
    }
    // The blob owns the mapping and releases it with the last use of the resource.
    std::shared_ptr<llvm::MemoryBuffer> mapping = std::move(*file);
    ArrayRef<char> data(mapping->getBufferStart(), mapping->getBufferSize());
    auto release = [mapping](void *, size_t, size_t) {};
    elements.getRawHandle().getResource()->setBlob(
        AsmResourceBlob(data, /*dataAlignment=*/1, release, /*dataIsMutable=*/false));
  });
  return error;
}

WithoutParameters::WithoutParameters(ModuleOp module) {
  llvm::StringSet<> seen;
  forEachResource(module, [&](arith::ConstantOp, DenseResourceElementsAttr elements) {
    DenseResourceElementsHandle handle = elements.getRawHandle();
    AsmResourceBlob *blob = handle.getBlob();
    if (!blob || !seen.insert(handle.getKey()).second)
      return;
    taken.emplace_back(handle, std::move(*blob));
    handle.getResource()->setBlob(AsmResourceBlob());
  });
}

WithoutParameters::~WithoutParameters() {
  for (auto &[handle, blob] : taken)
    handle.getResource()->setBlob(std::move(blob));
}
