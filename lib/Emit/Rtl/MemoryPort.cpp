//===- MemoryPort.cpp - Ports of DMAs to external memory -----------------------------------------------------===//

#include "Emit/Rtl/MemoryPort.h"
#include "Analysis/Memories.h"
#include "Emit/Rtl/Datapath.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace st;
using namespace st::rtl;

bool st::rtl::usesMemory(TaskOp task) {
  return llvm::any_of(task.getBody().getArguments(),
                      [](BlockArgument argument) { return isa<MemRefType>(argument.getType()); });
}

std::string st::rtl::fifoStyle(std::optional<StorageKind> storage, int64_t depth) {
  if (storage == StorageKind::Bram)
    return "block";
  if (storage == StorageKind::Uram)
    return "ultra";
  return depth < 2 ? "registers" : "distributed";
}

std::string st::rtl::fifoStyle(StreamOp stream) {
  std::optional<StorageKind> storage;
  if (auto attribute = stream.getStorageAttr())
    storage = attribute.getValue();
  return fifoStyle(storage, stream.getResult().getType().getDepth());
}

static LogicalResult tooMuch(TaskOp task) {
  return task.emitOpError("does more with external memory than to move one token per iteration of one nest of loops, "
                          "which is what the ports of the RTL back end do");
}

/// Offsets of the elements of an access of `shape` in a row-major memory.
static std::vector<int64_t> elementOffsets(ArrayRef<int64_t> shape, ArrayRef<int64_t> strides) {
  std::vector<int64_t> offsets{0};
  ArrayRef<int64_t> last = strides.take_back(shape.size());
  for (auto [extent, stride] : llvm::zip(shape, last)) {
    std::vector<int64_t> wider;
    for (int64_t offset : offsets)
      for (int64_t i = 0; i < extent; ++i)
        wider.push_back(offset + i * stride);
    offsets = std::move(wider);
  }
  return offsets;
}

FailureOr<MemoryPort> st::rtl::buildMemoryPort(TaskOp task, const Device &device) {
  FailureOr<Control> control = Control::build(task);
  if (failed(control))
    return failure();
  if (control->statements.size() != 1 || control->statements.front().pipeline < 0)
    return tooMuch(task);
  Pipeline &pipeline = control->pipelines.front();

  MemoryPort port;
  port.task = task;
  Value memory;
  SmallVector<Value> indices;
  Type token;
  for (Operation *op : pipeline.body) {
    auto access = [&](Value base, ValueRange at, Type type, bool isRead) {
      bool isOnly = !memory;
      memory = base;
      indices.assign(at.begin(), at.end());
      token = type;
      port.isRead = isRead;
      return isOnly;
    };
    bool isOnly = true;
    if (auto load = dyn_cast<vector::LoadOp>(op); load && isa<BlockArgument>(load.getBase()))
      isOnly = access(load.getBase(), load.getIndices(), load.getType(), true);
    else if (auto load = dyn_cast<memref::LoadOp>(op); load && isa<BlockArgument>(load.getMemRef()))
      isOnly = access(load.getMemRef(), load.getIndices(), load.getType(), true);
    else if (auto store = dyn_cast<vector::StoreOp>(op); store && isa<BlockArgument>(store.getBase()))
      isOnly = access(store.getBase(), store.getIndices(), store.getVectorType(), false);
    else if (auto store = dyn_cast<memref::StoreOp>(op); store && isa<BlockArgument>(store.getMemRef()))
      isOnly = access(store.getMemRef(), store.getIndices(), store.getValueToStore().getType(), false);
    if (!isOnly)
      return tooMuch(task);
  }
  auto memories = llvm::make_filter_range(task.getBody().getArguments(),
                                          [](BlockArgument other) { return isa<MemRefType>(other.getType()); });
  if (!memory || !llvm::hasSingleElement(memories))
    return tooMuch(task);
  port.argument = cast<BlockArgument>(memory);
  port.memory = task.getOperandFor(port.argument).get();
  auto vector = dyn_cast<VectorType>(token);
  auto type = cast<MemRefType>(port.argument.getType());
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() || !type.getElementType().isIntOrFloat())
    return task.emitOpError() << "accesses external memory of type " << type
                              << "; the RTL back end covers row-major tensors of constant sizes: fix the sizes with "
                                 "--dim, or compile with --emit hls";

  IndexResolver resolver(*port.space);
  resolver.bindCounters(control->statements, *control);
  SmallVector<int64_t> strides(type.getRank(), 1);
  for (int64_t dim = type.getRank() - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * type.getDimSize(dim + 1);
  for (auto [value, stride] : llvm::zip(indices, strides)) {
    std::optional<Index> index = resolver.resolve(value);
    if (!index)
      return tooMuch(task);
    port.address = IndexSpace::add(port.address, *index, stride);
  }
  port.laneOffsets = elementOffsets(vector ? vector.getShape() : ArrayRef<int64_t>(), strides);
  port.addressBits = bitsFor(std::max<int64_t>(1, type.getNumElements() - 1));
  port.loops = pipeline.loops;
  port.tokens = pipeline.trips;
  port.width = tokenBits(token);
  if (auto channel = task->getAttrOfType<IntegerAttr>("st.hbm_channel"))
    port.channel = channel.getInt();
  auto burst = task->getAttrOfType<IntegerAttr>("st.port_burst_tokens");
  auto depth = task->getAttrOfType<IntegerAttr>("st.port_depth_tokens");
  if (!burst || !depth)
    return task.emitOpError("has no 'st.port_burst_tokens' and 'st.port_depth_tokens' for its port to external memory: "
                            "run the schedule phase first");
  port.burst = std::min(burst.getInt(), port.tokens);
  port.depth = depth.getInt();
  port.style = fifoStyle(toStorageKind(device.chooseMemory(port.width, port.depth)), port.depth);
  return std::move(port);
}

void st::rtl::printMemoryPort(const MemoryPort &port, StringRef module, RtlWriter &out, const Device &device,
                              Features &features) {
  features.addFifo(port.width, port.depth, port.style, device);
  features.queueBits += bitsFor(llvm::divideCeil(port.tokens, port.burst)) + bitsFor(port.depth);
  auto range = [](unsigned width) { return "[" + std::to_string(width - 1) + ":0]"; };
  StringRef step = port.isRead ? "arrive" : "take";
  out.line("module " + module + " (");
  out.line("    input  wire clk,");
  out.line("    input  wire rst,");
  out.line("    output wire request,");
  out.line("    input  wire " + step + ",");
  out.line("    output wire " + range(port.addressBits) + " address,");
  out.line("    " + Twine(port.isRead ? "input  wire " : "output wire ") + range(port.width) + " " + step + "_data,");
  StringRef side = port.isRead ? "out" : "in";
  out.line("    " + Twine(port.isRead ? "output wire " : "input  wire ") + range(port.width) + " " + side + "_data,");
  out.line("    " + Twine(port.isRead ? "output wire " : "input  wire ") + side + "_valid,");
  out.line("    " + Twine(port.isRead ? "input  wire " : "output wire ") + side + "_ready");
  out.line(");");
  out.enter();
  out.line("// The address, in elements, of the next token that memory moves.");
  bool counts = false;
  for (const Counter &counter : port.loops)
    if (counter.trips > 1) {
      out.line("reg  " + range(bitsFor(counter.trips - 1)) + " " + counter.name + ";");
      features.controlBits += bitsFor(counter.trips - 1);
      counts = true;
    }
  for (const std::string &line : port.space->wires())
    out.line(line);
  out.line("assign address = " + port.space->print(port.address, port.addressBits) + ";");
  features.adderBits += port.space->adderBits();
  if (counts) {
    out.line("always @(posedge clk) begin");
    out.line("if (rst) begin");
    for (const Counter &counter : port.loops)
      if (counter.trips > 1)
        out.line(counter.name + " <= '0;");
    out.line("end else if (" + step + ") begin");
    unsigned opened = 0;
    for (const Counter &counter : llvm::reverse(port.loops)) {
      if (counter.trips == 1)
        continue;
      unsigned bits = bitsFor(counter.trips - 1);
      std::string last = counter.name + " == " + std::to_string(bits) + "'d" + std::to_string(counter.trips - 1);
      out.line(counter.name + " <= (" + last + ") ? '0 : " + counter.name + " + 1'b1;");
      out.line("if (" + last + ") begin");
      ++opened;
    }
    for (; opened > 0; --opened)
      out.line("end");
    out.line("end");
    out.line("end");
  }
  out.line(Twine(port.isRead ? "st_read_port" : "st_write_port") + " #(.WIDTH(" + Twine(port.width) + "), .DEPTH(" +
           Twine(port.depth) + "), .BURST(" + Twine(port.burst) + "), .TOKENS(" + Twine(port.tokens) + "), .STYLE(\"" +
           port.style + "\")) port (");
  out.line("    .clk(clk), .rst(rst), .request(request), ." + step + "(" + step + "), ." + step + "_data(" + step +
           "_data),");
  out.line("    ." + side + "_data(" + side + "_data), ." + side + "_valid(" + side + "_valid), ." + side + "_ready(" +
           side + "_ready));");
  out.line("endmodule");
}
