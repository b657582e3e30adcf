//===- Attributes.h - What the tile phase tells later phases ----------------------------------------*- C++ -*-===//

#ifndef ST_TRANSFORMS_TILE_ATTRIBUTES_H
#define ST_TRANSFORMS_TILE_ATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace st {

/// String attribute of an outermost loop: the name of its task.
inline constexpr llvm::StringLiteral taskNameAttr = "st.task";
/// Unit attribute of padding up to whole tiles and of the slice that cuts it off again. A model's own padding has a
/// value that counts; this has none.
inline constexpr llvm::StringLiteral tilePaddingAttr = "st.tile_padding";

} // namespace st

#endif // ST_TRANSFORMS_TILE_ATTRIBUTES_H
