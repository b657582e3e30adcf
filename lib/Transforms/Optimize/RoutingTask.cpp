//===- RoutingTask.cpp - The task that splits or joins streams along a data dimension -------------------------===//

#include "Transforms/Optimize/RoutingTask.h"
#include "Transforms/Optimize/StackTask.h"
#include "Transforms/Optimize/TaskBuilder.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace st;

TaskOp st::buildRoutingTask(OpBuilder &builder, Location loc, StringRef name, ValueRange reads, ValueRange fifos,
                            const Routing &routing) {
  TaskBuilder task(builder, loc, name, "route", reads, fifos);
  SmallVector<TaskBuilder::Loop> outside, inside;
  for (auto [index, loop] : llvm::enumerate(TaskBuilder::getCountingLoops(routing.whole)))
    if (index != routing.loop)
      (index < routing.loop ? outside : inside).push_back(loop);
  bool splits = reads.size() == 1;
  using Values = SmallVector<Value>;
  auto results = task.buildNest(outside, task.getInits(), [&](ValueRange, ValueRange carried) -> Values {
    Values streams(carried.begin(), carried.end());
    for (auto [part, count] : llvm::enumerate(routing.counts)) {
      // A loop for each part: which stream a slice belongs to is known in every place.
      Value &stream = streams[splits ? part : 0];
      SmallVector<TaskBuilder::Loop> loops;
      if (count > 1)
        loops.push_back({count, 1});
      llvm::append_range(loops, inside);
      Value read = task.getRead(splits ? 0 : part);
      stream = task.buildNest(loops, stream,
                              [&](ValueRange, ValueRange inner) -> Values {
                                Value tile = task.pull(read);
                                auto type = cast<ItensorType>(inner.front().getType()).getTileType();
                                if (type.getRank() < routing.whole.getRank())
                                  tile = tensor::CollapseShapeOp::create(task.body, loc, type, tile,
                                                                         getUnitGroups(type.getRank()));
                                return {task.push(tile, inner.front())};
                              })
                   .front();
    }
    return streams;
  });
  return task.finish(results);
}
