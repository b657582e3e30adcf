//===- ConverterExecution.cpp - Materialized converters of random types, executed ------------------------------===//
//
//   ST_CONVERTER_RUNS=2000 build/dev/bin/ConverterExecution
//
// A kernel streams a tensor through one converter and writes down what arrives. It runs as it is, then after every
// phase from `optimize` on: the first says what the types mean, the others what becomes of them.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Pipelines/Phases.h"
#include "PropertyTypes.h"
#include "Reference/Reference.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace st;
using namespace st::testing;

namespace {

std::string shapeOf(llvm::ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return "tensor<" + text + "f32>";
}

/// The slices of `result`, one after the other along dimension 0.
ItensorType listOf(ItensorType result) {
  Extents tile = result.getTileShape(), extents = tile;
  extents[0] *= result.getNumTiles();
  llvm::SmallVector<mlir::AffineExpr> offsets(tile.size(), mlir::getAffineConstantExpr(0, getContext()));
  offsets[0] = mlir::getAffineDimExpr(0, getContext());
  return ItensorType::get(getContext(), tile, result.getElementType(), extents, result.getNumTiles(), tile[0],
                          mlir::AffineMap::get(1, 0, offsets, getContext()));
}

std::string writeProgram(ItensorType source, ItensorType result) {
  ItensorType list = listOf(result);
  return llvm::formatv(R"mlir(
!source = {0}
!result = {1}
!list = {2}
func.func @main(%x: {3}) -> {4} {{
  %0 = st.kernel @k (%s = %x : {3} as !source) -> ({4}) {{
    %c = st.itensor_converter %s : !source -> !result
    %e = st.itensor_empty : !list
    %r = st.task @copy reads(%in = %c : !result) inits(%out = %e : !list) attributes {{st.kind = "compute"} {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant {5} : index
      %1 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> (!list) {{
        %b = tensor.empty() : {6}
        %t = st.itensor_read %in init %b : !result -> {6}
        %w = st.itensor_write %t into %o : {6} -> !list
        scf.yield %w : !list
      }
      st.yield %1 : !list
    }
    st.yield %r : !list
  }
  return %0 : {4}
}
)mlir",
                       text(source), text(result), text(list), shapeOf(packedShape(source)), shapeOf(packedShape(list)),
                       result.getNumTiles(), shapeOf(result.getTileShape()))
      .str();
}

/// The index in the packed tensor of each scalar that the converter delivers; -1 for padding.
std::vector<int64_t> expectedOf(ItensorType source, ItensorType result) {
  Extents tile = source.getTileShape(), box = boxOf(source, result), packed = packedShape(source);
  std::vector<int64_t> expected;
  for (int64_t scalar : scalarsOf(result, box)) {
    Extents position = positionOf(scalar, box);
    int64_t index = 0;
    for (auto [at, inTile, tiles] : llvm::zip(position, tile, packed))
      index = index * tiles + at / inTile;
    for (auto [at, inTile] : llvm::zip(position, tile))
      index = index * inTile + at % inTile;
    expected.push_back(isInside(position, source.getDataShape()) ? index : -1);
  }
  return expected;
}

/// Bytes of the largest tensor that a converter task makes; 0 where there is none.
int64_t findBufferBytes(mlir::ModuleOp module) {
  int64_t bytes = 0;
  module.walk([&](TaskOp task) {
    auto kind = task->getAttrOfType<mlir::StringAttr>("st.kind");
    if (kind && kind.getValue() == "converter")
      task.walk([&](mlir::tensor::EmptyOp empty) { bytes = std::max(bytes, empty.getType().getNumElements() * 4); });
  });
  return bytes;
}

struct Fixture {
  Fixture() : context(registry(), mlir::MLIRContext::Threading::DISABLED) {
    context.loadAllAvailableDialects();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diag) { messages += diag.str() + "\n"; });
  }
  static mlir::DialectRegistry registry() {
    mlir::DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    registry.insert<StDialect>();
    return registry;
  }
  mlir::MLIRContext context;
  std::string messages;
};

/// Runs `program`, whose input lies packed as `source` says, as it is and after the phases from `optimize` on;
/// `expected` are indices of the input. `inspect` sees what comes out of `optimize`.
void runProgram(Fixture &fixture, const std::string &program, ItensorType source, llvm::ArrayRef<int64_t> expected,
                llvm::function_ref<void(mlir::ModuleOp)> inspect) {
  RC_LOG() << program << "\n";
  fixture.messages.clear();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(program, &fixture.context);
  RC_LOG() << fixture.messages;
  RC_ASSERT(static_cast<bool>(module));
  Array input;
  input.dtype = "f32";
  Extents packed = packedShape(source);
  input.shape.assign(packed.begin(), packed.end());
  std::vector<float> numbers(mlir::ShapedType::getNumElements(packed));
  std::iota(numbers.begin(), numbers.end(), 0.0f);
  input.bytes.assign(reinterpret_cast<char *>(numbers.data()),
                     reinterpret_cast<char *>(numbers.data() + numbers.size()));
  auto verify = [&](llvm::StringRef phase) {
    RC_LOG() << "after " << phase.str() << "\n";
    auto results = reference::run(*module, "main", input, {});
    RC_LOG() << fixture.messages;
    RC_ASSERT(mlir::succeeded(results));
    auto values = results->front().as<float>();
    RC_ASSERT(values.size() == expected.size());
    for (auto [value, index] : llvm::zip(values, expected))
      RC_ASSERT(index < 0 || value == static_cast<float>(index));
  };
  verify("fuse");
  for (Phase phase : {Phase::Optimize, Phase::Schedule, Phase::Allocate, Phase::Bufferize, Phase::Lower}) {
    mlir::PassManager manager(&fixture.context);
    populatePhase(phase, manager, {});
    bool isDone = mlir::succeeded(manager.run(*module));
    RC_LOG() << fixture.messages;
    RC_ASSERT(isDone);
    if (phase == Phase::Optimize)
      inspect(*module);
    if (phase != Phase::Schedule && phase != Phase::Allocate)
      verify(getPhaseName(phase));
  }
}

void runPair(Fixture &fixture, ItensorType source, ItensorType result) {
  runProgram(fixture, writeProgram(source, result), source, expectedOf(source, result), [&](mlir::ModuleOp module) {
    ConverterPlan bound = inferPingPongConverter(source, result);
    int64_t bytes = findBufferBytes(module);
    RC_ASSERT(bytes <= bound.bytes);
    // A FIFO connects equal sequences, and such as only regroup where their tokens have one shape.
    Relation relation = relate(source, result);
    if (bytes == 0)
      RC_ASSERT(relation == Relation::Equal || relation == Relation::Regrouped);
    else
      RC_ASSERT(relation != Relation::Equal && bytes >= getLiveBytes(bound).value_or(0));
    count(bytes == 0 ? "no buffer" : bytes < bound.bytes ? "less than Algorithm 1" : "as Algorithm 1");
  });
}

/// A kernel that cuts a stream into parts, passes each through a task of its own, and puts them together again.
std::string writeParts(const Routing &routing, ItensorType source, unsigned dim) {
  ItensorType list = listOf(source);
  std::string types, parts, tasks, names, partTypes;
  auto copy = [](llvm::StringRef name, llvm::StringRef from, llvm::StringRef in, llvm::StringRef to, int64_t slices,
                 const std::string &tile) {
    return llvm::formatv(R"mlir(
    %e_{0} = st.itensor_empty : {3}
    %{0} = st.task @{0} reads(%in = {1} : {2}) inits(%out = %e_{0} : {3}) attributes {{st.kind = "compute"} {{
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant {4} : index
      %1 = scf.for %i = %c0 to %n step %c1 iter_args(%o = %out) -> ({3}) {{
        %b = tensor.empty() : {5}
        %t = st.itensor_read %in init %b : {2} -> {5}
        %w = st.itensor_write %t into %o : {5} -> {3}
        scf.yield %w : {3}
      }
      st.yield %1 : {3}
    })mlir",
                         name, from, in, to, slices, tile)
        .str();
  };
  std::string tile = shapeOf(source.getTileShape());
  for (auto [index, part] : llvm::enumerate(routing.parts)) {
    std::string number = std::to_string(index), type = "!part" + number;
    types += type + " = " + text(part) + "\n";
    tasks += copy("pass" + number, "%p#" + number, type, type, part.getNumTiles(), tile);
    names += (index ? ", %pass" : "%pass") + number;
    partTypes += (index ? ", " : "") + type;
  }
  return llvm::formatv(R"mlir(
!whole = {0}
!list = {1}
{2}
func.func @main(%x: {3}) -> {4} {{
  %0 = st.kernel @k (%s = %x : {3} as !whole) -> ({4}) {{
    %p:{5} = st.itensor_chunk %s dim {6} : !whole -> {7}{8}
    %c = st.itensor_concat {9} dim {6} : {7} -> !whole{10}
    st.yield %copy : !list
  }
  return %0 : {4}
}
)mlir",
                       text(source), text(list), types, shapeOf(packedShape(source)), shapeOf(packedShape(list)),
                       routing.parts.size(), dim, partTypes, tasks, names,
                       copy("copy", "%c", "!whole", "!list", source.getNumTiles(), tile))
      .str();
}

TEST(ConverterExecution, PutsTogetherWhatItCuts) {
  Fixture fixture;
  setCases("ST_CONVERTER_RUNS", 150);
  EXPECT_TRUE(rc::check("parts of a stream make the stream again", [&] {
    Shape shape = drawShape(draw(0, 3) ? Feature::Plain : Feature::Ragged, draw(1, 3));
    ItensorType source = drawProducer(shape.extents, shape.tile);
    unsigned dim = draw(0, shape.extents.size() - 1);
    int64_t cut = shape.tile[dim] * draw(1, 3);
    if (cut >= shape.extents[dim])
      return;
    std::string whyNot;
    auto routing = routeParts(source, dim, {cut, shape.extents[dim] - cut}, whyNot);
    if (!routing)
      return;
    count("cut and put together");
    runProgram(fixture, writeParts(*routing, source, dim), source, expectedOf(source, source), [](mlir::ModuleOp) {});
  }));
  printCounts();
}

TEST(ConverterExecution, DeliversWhatTheConsumerReads) {
  Fixture fixture;
  int cases = 0;
  setCases("ST_CONVERTER_RUNS", 150);
  EXPECT_TRUE(rc::check("a materialized converter delivers the consumer's sequence", [&] {
    if (++cases % 200 == 0)
      recycleContext();
    Shape shape = drawShape(draw(0, 3) ? Feature::Plain : Feature::Ragged, draw(1, 3));
    Extents tile = shape.tile;
    if (draw(0, 3) == 3)
      for (auto [extent, inTile] : llvm::zip(shape.extents, tile))
        inTile = draw(1, std::min<int64_t>(3, extent));
    ItensorType source = drawProducer(shape.extents, shape.tile);
    ItensorType result = draw(0, 1) ? drawProducer(shape.extents, tile)
                                    : drawReader(shape.extents, tile, static_cast<Feature>(draw(0, 3)));
    count(stringify(relate(source, result)).str());
    runPair(fixture, source, result);
  }));
  printCounts();
}

} // namespace
