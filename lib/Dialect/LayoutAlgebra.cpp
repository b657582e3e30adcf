//===- LayoutAlgebra.cpp - What two iterative tensor types are to each other ----------------------------------===//

#include "Dialect/LayoutAlgebra.h"

using namespace mlir;
using namespace st;
