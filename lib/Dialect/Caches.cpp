//===- Caches.cpp - Results that stay in the memory of an argument --------------------------------------------===//

#include "Dialect/Caches.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace st;

DictionaryAttr st::makeCache(const Cache &cache, MLIRContext *context) {
  Builder builder(context);
  SmallVector<NamedAttribute> entries{builder.getNamedAttr("argument", builder.getI64IntegerAttr(cache.argument)),
                                      builder.getNamedAttr("dim", builder.getI64IntegerAttr(cache.dim)),
                                      builder.getNamedAttr("size", cache.size)};
  if (cache.isInPlace)
    entries.push_back(builder.getNamedAttr("in_place", builder.getUnitAttr()));
  return builder.getDictionaryAttr(entries);
}

std::optional<Cache> st::getCache(func::FuncOp function, unsigned result) {
  auto entries = function.getResultAttrOfType<DictionaryAttr>(result, cacheAttr);
  if (!entries)
    return std::nullopt;
  auto argument = entries.getAs<IntegerAttr>("argument"), dim = entries.getAs<IntegerAttr>("dim");
  auto size = entries.getAs<StringAttr>("size");
  if (!argument || !dim || !size || argument.getInt() < 0 || argument.getInt() >= function.getNumArguments())
    return std::nullopt;
  auto type = dyn_cast<RankedTensorType>(function.getArgumentTypes()[argument.getInt()]);
  if (!type || dim.getInt() < 0 || dim.getInt() >= type.getRank())
    return std::nullopt;
  return Cache{static_cast<unsigned>(argument.getInt()), static_cast<unsigned>(dim.getInt()), size,
               entries.contains("in_place")};
}
