//===- InterfaceNames.cpp - What arguments and results are called ---------------------------------------------===//

#include "Dialect/InterfaceNames.h"

using namespace mlir;

std::string st::getArgumentName(FunctionOpInterface function, unsigned index) {
  auto name = function.getArgAttrOfType<StringAttr>(index, "st.name");
  return name ? name.str() : "arg" + std::to_string(index);
}

std::string st::getResultName(FunctionOpInterface function, unsigned index) {
  auto name = function.getResultAttrOfType<StringAttr>(index, "st.name");
  return name ? name.str() : "result" + std::to_string(index);
}
