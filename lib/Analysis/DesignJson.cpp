//===- DesignJson.cpp - design.json ---------------------------------------------------------------------------===//

#include "Analysis/Design.h"
#include "Support/Units.h"

using namespace st;
namespace json = llvm::json;

static json::Object resourcesToJson(const Resources &resources) {
  return json::Object{{"lut", resources.lut},
                      {"ff", resources.ff},
                      {"dsp", resources.dsp},
                      {"bram18", resources.bram18},
                      {"uram", resources.uram}};
}

static json::Object loopToJson(const LoopRecord &record) {
  return json::Object{{"what", record.what},
                      {"trips", record.loop.trips},
                      {"ii", record.loop.ii},
                      {"depth_cycles", record.loop.depthCycles},
                      {"executions", record.executions}};
}

/// An array of `function` of every element.
template <typename Range, typename Function> static json::Array mapped(const Range &range, Function function) {
  json::Array array;
  for (const auto &element : range)
    array.push_back(function(element));
  return array;
}

static json::Object taskToJson(const DesignTask &task) {
  return json::Object{{"kernel", task.kernel},
                      {"name", task.name},
                      {"kind", task.kind},
                      {"ii", task.ii},
                      {"first_token_cycles", task.firstTokenCycles},
                      {"latency_cycles", task.latencyCycles},
                      {"cycles_basis", task.isCalibrated ? calibratedBasis : estimatedBasis},
                      {"unroll", task.unroll},
                      {"die", task.die},
                      {"loops", mapped(task.loops, loopToJson)},
                      {"resources", resourcesToJson(task.resources)}};
}

static json::Object kernelToJson(const DesignKernel &kernel) {
  json::Object object{
      {"name", kernel.name}, {"launch_cycles", kernel.launchCycles}, {"unbounded_cycles", kernel.unboundedCycles}};
  if (!kernel.repeats.empty())
    object["repeats"] = mapped(kernel.repeats, [](const DesignRepeat &repeat) {
      return json::Object{
          {"count", repeat.count}, {"carried_bytes", repeat.carriedBytes}, {"stacked_bytes", repeat.stackedBytes}};
    });
  return object;
}

static json::Object fifoToJson(const DesignFifo &fifo) {
  json::Object object{{"kernel", fifo.kernel},
                      {"name", fifo.name},
                      {"producer", fifo.producer},
                      {"consumer", fifo.consumer},
                      {"carries", fifo.isParameter ? "parameter" : "activation"},
                      {"token_bits", fifo.tokenBits},
                      {"tokens", fifo.tokens},
                      {"depth_tokens", fifo.depthTokens},
                      {"required_tokens", fifo.requiredTokens},
                      {"storage", fifo.storage},
                      {"resources", resourcesToJson(fifo.resources)}};
  if (fifo.isFeedback)
    object["feedback"] = true;
  return object;
}

static json::Object bufferToJson(const DesignBuffer &buffer) {
  json::Object object{{"kernel", buffer.kernel},
                      {"task", buffer.task},
                      {"name", buffer.buffer.name},
                      {"kind", stringify(buffer.buffer.kind)},
                      {"shape", json::Array(buffer.buffer.shape)},
                      {"element_bits", buffer.buffer.elementBits},
                      {"lanes", buffer.buffer.lanes},
                      {"halves", buffer.buffer.halves},
                      {"bytes", bytesForBits(buffer.buffer.bits())},
                      {"storage", buffer.storage}};
  if (buffer.buffer.liveBytes)
    object["live_bytes"] = *buffer.buffer.liveBytes;
  if (buffer.buffer.pingPongBytes)
    object["ping_pong_bytes"] = *buffer.buffer.pingPongBytes;
  return object;
}

static json::Object dmaToJson(const DesignDma &dma) {
  return json::Object{{"kernel", dma.kernel},   {"task", dma.task},
                      {"operand", dma.operand}, {"direction", dma.isWrite ? "out" : "in"},
                      {"bytes", dma.bytes},     {"channel", dma.channel}};
}

static json::Object memoryToJson(const IntermediateMemory &memory) {
  return json::Object{
      {"held_bytes", memory.heldBytes},
      {"tensor_bytes", memory.tensorBytes},
      {"ratio", memory.ratio()},
      {"holders", mapped(memory.holders,
                         [](const MemoryHolder &holder) {
                           json::Object object{{"name", holder.name},
                                               {"tensor", holder.tensor},
                                               {"bytes", holder.bytes},
                                               {"reason", holder.reason}};
                           if (holder.liveBytes)
                             object["live_bytes"] = *holder.liveBytes;
                           return object;
                         })},
      {"tensors", mapped(memory.tensors, [](const BufferedTensor &tensor) {
         return json::Object{{"name", tensor.name}, {"bytes", tensor.bytes}, {"held_bytes", tensor.heldBytes}};
       })}};
}

json::Value st::toJson(const Design &design) {
  return json::Object{{"schema_version", designSchemaVersion},
                      {"device", json::Object{{"name", design.device},
                                              {"title", design.title},
                                              {"part", design.part},
                                              {"platform", design.platform}}},
                      {"clock_mhz", design.clockMhz},
                      {"kernels", mapped(design.kernels, kernelToJson)},
                      {"tasks", mapped(design.tasks, taskToJson)},
                      {"fifos", mapped(design.fifos, fifoToJson)},
                      {"buffers", mapped(design.buffers, bufferToJson)},
                      {"dmas", mapped(design.dmas, dmaToJson)},
                      {"totals", json::Object{{"used", resourcesToJson(design.used)},
                                              {"available", resourcesToJson(design.available)},
                                              {"resources_basis", estimatedBasis},
                                              {"fifo_bits", design.fifoBits},
                                              {"full_tensor_bits", design.fullTensorBits}}},
                      {"intermediate_memory", memoryToJson(design.intermediateMemory)}};
}
