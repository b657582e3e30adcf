//===- TileRowOp.cpp - The nest of a row operation -----------------------------------------------------------===//
//
// Loops over tiles of rows. Inside: every input is gathered tile by tile into a buffer of whole rows, the operations
// of the body run on whole rows, and the results leave tile by tile.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Transforms/Tile/NestBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace st {

namespace {

class RowNest {
public:
  explicit RowNest(NestBuilder &nest)
      : nest(nest), row(cast<RowOp>(nest.op.op)), rows(nest.getLoops(LoopKind::Parallel)),
        columns(nest.getLoops(LoopKind::Column)), buffers(nest.op.operands.size()) {}

  FailureOr<SmallVector<Value>> build(scf::ForOp &root) {
    if (rows.empty())
      return row.emitOpError("has no row dimension; a single row cannot stream");
    if (failed(placeBody()))
      return failure();
    SmallVector<Value> destinations;
    for (const StreamedTensor &input : nest.op.operands)
      wholes.push_back(nest.pad(input));
    for (const StreamedTensor &result : nest.op.results)
      destinations.push_back(nest.createDestination(result));
    root = buildRows(0, destinations);
    if (hasFailed)
      return failure();
    SmallVector<Value> results;
    for (auto [whole, result] : llvm::zip(root.getResults(), nest.op.results))
      results.push_back(nest.clip(whole, result));
    return results;
  }

private:
  using Dims = SmallVector<unsigned>;

  /// Where the loops of every generic of the body lie in the domain.
  LogicalResult placeBody() {
    DenseMap<Value, Dims> dims;
    auto toDims = [](AffineMap map) {
      Dims result;
      for (unsigned i = 0; i < map.getNumResults(); ++i)
        result.push_back(map.getDimPosition(i));
      return result;
    };
    for (auto [argument, input] : llvm::zip(row.getBody().getArguments(), nest.op.operands))
      dims[argument] = toDims(input.map);
    for (auto generic : row.getBody().getOps<linalg::GenericOp>()) {
      constexpr unsigned unknown = ~0u;
      Dims loops(generic.getNumLoops(), unknown);
      SmallVector<bool> used(nest.op.extents.size(), false);
      for (OpOperand *operand : generic.getDpsInputOperands())
        if (auto known = dims.find(operand->get()); known != dims.end())
          for (auto [dim, place] : llvm::zip(toDims(generic.getMatchingIndexingMap(operand)), known->second)) {
            loops[dim] = place;
            used[place] = true;
          }
      // Loops that only the result has take the free dimensions in order.
      SmallVector<int64_t> ranges = generic.getStaticLoopRanges();
      for (auto [loop, place] : llvm::enumerate(loops)) {
        if (place == unknown) {
          place = llvm::find(used, false) - used.begin();
          if (place == used.size())
            return generic.emitOpError("has more loops than the domain of its row operation");
          used[place] = true;
        }
        if (ranges[loop] != nest.op.extents[place])
          return generic.emitOpError("loop ") << loop << " has extent " << ranges[loop] << ", dimension " << place
                                              << " of its row operation " << nest.op.extents[place];
      }
      Dims result;
      for (unsigned dim : toDims(generic.getMatchingIndexingMap(generic.getDpsInitOperand(0))))
        result.push_back(loops[dim]);
      dims[generic.getResult(0)] = result;
      loopsOf[generic] = loops;
    }
    return success();
  }

  int64_t rowTileExtent(unsigned loop) const {
    return isColumn(loop) ? nest.paddedExtentOf(loop) : nest.tileOf(loop);
  }
  bool isColumn(unsigned loop) const { return nest.op.loops[loop] == LoopKind::Column; }

  /// Columns that index `map` and run more than once.
  SmallVector<unsigned> getColumns(AffineMap map) const {
    SmallVector<unsigned> result;
    llvm::copy_if(columns, std::back_inserter(result), [&](unsigned loop) { return map.isFunctionOfDim(loop); });
    return result;
  }

  /// Offsets within a buffer of whole rows: columns move, rows stay.
  Value accessBuffer(Value buffer, AffineMap map, Value inserted) {
    SmallVector<OpFoldResult> offsets, sizes, ones;
    OpBuilder &builder = nest.builder;
    for (unsigned dim = 0; dim < map.getNumResults(); ++dim) {
      unsigned loop = map.getDimPosition(dim);
      offsets.push_back(isColumn(loop) ? nest.getOffset(loop) : OpFoldResult(builder.getIndexAttr(0)));
      sizes.push_back(builder.getIndexAttr(nest.tileOf(loop)));
      ones.push_back(builder.getIndexAttr(1));
    }
    if (inserted)
      return tensor::InsertSliceOp::create(builder, row.getLoc(), inserted, buffer, offsets, sizes, ones);
    return tensor::ExtractSliceOp::create(builder, row.getLoc(), buffer, offsets, sizes, ones);
  }

  /// Loops over `loops`, carrying one tensor.
  Value buildColumns(ArrayRef<unsigned> loops, Value carried, llvm::function_ref<Value(Value)> body) {
    if (loops.empty())
      return body(carried);
    return nest
        .createLoop(loops.front(), carried,
                    [&](ValueRange inner) -> SmallVector<Value> {
                      return {buildColumns(loops.drop_front(), inner.front(), body)};
                    })
        .getResult(0);
  }

  SmallVector<int64_t> getRowShape(ArrayRef<unsigned> dims) const {
    SmallVector<int64_t> shape;
    for (unsigned dim : dims)
      shape.push_back(rowTileExtent(dim));
    return shape;
  }

  Value gather(Value whole, AffineMap map) {
    SmallVector<unsigned> loops = getColumns(map);
    if (loops.empty())
      return nest.readTile(whole, map);
    Dims dims;
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      dims.push_back(map.getDimPosition(i));
    Value buffer = tensor::EmptyOp::create(nest.builder, row.getLoc(), getRowShape(dims),
                                           getElementTypeOrSelf(whole.getType()));
    return buildColumns(loops, buffer, [&](Value carried) {
      return accessBuffer(carried, map, nest.readTile(whole, map));
    });
  }

  Value scatter(Value rowTile, AffineMap map, Value destination) {
    return buildColumns(getColumns(map), destination, [&](Value carried) {
      SmallVector<unsigned> loops = getColumns(map);
      Value tile = loops.empty() ? rowTile : accessBuffer(rowTile, map, nullptr);
      return nest.insertTile(tile, carried, map);
    });
  }

  scf::ForOp buildRows(unsigned depth, ValueRange destinations) {
    return nest.createLoop(rows[depth], destinations, [&](ValueRange carried) -> SmallVector<Value> {
      for (auto [whole, input, buffer] : llvm::zip(wholes, nest.op.operands, buffers))
        if (nest.getDepth(input.map, rows) == depth + 1)
          buffer = gather(whole, input.map);
      if (depth + 1 < rows.size())
        return llvm::to_vector_of<Value>(buildRows(depth + 1, carried).getResults());
      SmallVector<Value> results = computeRows();
      if (hasFailed)
        return llvm::to_vector(carried);
      SmallVector<Value> written;
      for (auto [tile, result, destination] : llvm::zip(results, nest.op.results, carried))
        written.push_back(scatter(tile, result.map, destination));
      return written;
    });
  }

  /// The body on whole rows.
  SmallVector<Value> computeRows() {
    IRMapping mapping;
    mapping.map(row.getBody().getArguments(), buffers);
    for (Operation &op : row.getBody().front()) {
      if (isa<tensor::EmptyOp, linalg::FillOp, YieldOp>(op))
        continue;
      auto generic = dyn_cast<linalg::GenericOp>(op);
      if (!generic) {
        nest.builder.clone(op, mapping);
        continue;
      }
      SmallVector<Value> inputs;
      for (Value input : generic.getInputs())
        inputs.push_back(mapping.lookupOrDefault(input));
      const Dims &loops = loopsOf[generic];
      Dims resultDims;
      AffineMap map = generic.getMatchingIndexingMap(generic.getDpsInitOperand(0));
      for (unsigned i = 0; i < map.getNumResults(); ++i)
        resultDims.push_back(loops[map.getDimPosition(i)]);
      SmallVector<int64_t> shape = getRowShape(resultDims);
      Value oldInit = generic.getDpsInits().front();
      Value init = generic.getNumReductionLoops() > 0
                       ? nest.createStart(oldInit, shape)
                       : tensor::EmptyOp::create(nest.builder, generic.getLoc(), shape,
                                                 getElementTypeOrSelf(oldInit.getType()));
      hasFailed |= !init;
      if (hasFailed)
        return {};
      auto tiled = nest.cloneOntoTiles(generic, inputs, init, loops, [&](unsigned loop) { return isColumn(loop); });
      // Constants of the body are values from above for the generics in it.
      for (Operation &inner : *tiled.getBody())
        for (OpOperand &operand : inner.getOpOperands())
          if (mapping.contains(operand.get()))
            operand.set(mapping.lookup(operand.get()));
      mapping.map(generic.getResult(0), tiled.getResult(0));
    }
    SmallVector<Value> results;
    for (Value value : row.getYield().getOperands())
      results.push_back(mapping.lookup(value));
    return results;
  }

  NestBuilder &nest;
  RowOp row;
  SmallVector<unsigned> rows, columns;
  SmallVector<Value> wholes, buffers;
  DenseMap<Operation *, Dims> loopsOf;
  bool hasFailed = false;
};

} // namespace

FailureOr<SmallVector<Value>> tileRowOp(NestBuilder &nest, scf::ForOp &root) { return RowNest(nest).build(root); }

} // namespace st
