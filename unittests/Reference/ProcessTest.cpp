#include "Reference/Process.h"
#include "Dialect/LayoutAlgebra.h"
#include "Run.h"
#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

static ItensorType parseItensor(MLIRContext &context, StringRef text) {
  context.loadDialect<StDialect>();
  return cast<ItensorType>(mlir::parseType(text, &context));
}

// Two independent readings of the same type: the reference's odometer, and the layout algebra's enumeration.
TEST(SliceWalk, VisitsTheOffsetsOfTheType) {
  MLIRContext context;
  for (StringRef text :
       {"!st.itensor<4x2xf32, iter_space = [4, 2] * [2, 4], iter_map = (d0, d1) -> (d1, d0)>",
        "!st.itensor<16x16xf32, iter_space = [4, 4, 4] * [16, 16, 16], iter_map = (d0, d1, d2) -> (d0, d2)>",
        "!st.itensor<8x4xf32 of 20x30, iter_space = [3, 2, 4] * [8, 16, 4], iter_map = (d0, d1, d2) -> (d0, d1 + d2)>",
        "!st.itensor<1x4xf32, iter_space = [1, 3] * [1, 4], iter_map = (d0, d1) -> (5, d1 + 2)>"}) {
    ItensorType type = parseItensor(context, text);
    SliceWalk walk(type, type.getTripCounts());
    for (const auto &offset : enumerateOffsets(type)) {
      EXPECT_EQ(walk.offset(), ArrayRef<int64_t>(offset)) << text.str();
      walk.next();
    }
  }
}

TEST(Crossing, PadsWithZerosAndClips) {
  MLIRContext context;
  ItensorType type = parseItensor(
      context, "!st.itensor<2x2xf32 of 3x3, iter_space = [2, 2] * [2, 2], iter_map = (d0, d1) -> (d0, d1)>");
  Crossing crossing(type, type.getTensorType());
  std::vector<float> tensor = {1, 2, 3, 4, 5, 6, 7, 8, 9}, tile(4, -1);
  crossing.read(reinterpret_cast<const char *>(tensor.data()), {2, 2}, reinterpret_cast<char *>(tile.data()));
  EXPECT_EQ(tile, (std::vector<float>{9, 0, 0, 0}));
  crossing.read(reinterpret_cast<const char *>(tensor.data()), {0, 2}, reinterpret_cast<char *>(tile.data()));
  EXPECT_EQ(tile, (std::vector<float>{3, 0, 6, 0}));
  tile = {10, 11, 12, 13};
  crossing.write(reinterpret_cast<char *>(tensor.data()), {0, 2}, reinterpret_cast<const char *>(tile.data()));
  EXPECT_EQ(tensor, (std::vector<float>{1, 2, 10, 4, 5, 12, 7, 8, 9}));
}
