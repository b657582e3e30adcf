//===- Kernel.cpp - A kernel as a module, and what runs it ----------------------------------------------------===//

#include "Emit/Rtl/Kernel.h"
#include "Support/Units.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace st;
using namespace st::rtl;

static std::string range(int64_t width) { return "[" + std::to_string(width - 1) + ":0]"; }

LogicalResult KernelPrinter::build() {
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  if (directions && llvm::is_contained(directions, StringAttr::get(kernel.getContext(), "inout")))
    return kernel.emitError("updates memory in place, which the SystemVerilog back end cannot yet; compile with --emit "
                            "hls, or without --cache");
  NameScope names;
  moduleName = names.declare(toCppIdentifier(kernel.getSymName()));
  LogicalResult result = success();
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (auto stream = dyn_cast<StreamOp>(op)) {
      streams[stream.getResult()] = names.declare(toCppIdentifier(stream.getSymName()));
      continue;
    }
    auto task = dyn_cast<TaskOp>(op);
    if (!task)
      return op.emitOpError("cannot stand in a kernel that becomes RTL; expected streams and tasks");
    std::string name = names.declare(toCppIdentifier(task.getSymName()));
    if (usesMemory(task)) {
      FailureOr<MemoryPort> port = buildMemoryPort(task, device);
      if (failed(port)) {
        result = failure();
        continue;
      }
      port->name = name + "_port";
      ports.push_back(std::move(*port));
    }
    auto printer = std::make_unique<TaskPrinter>(task, device);
    if (failed(printer->build()))
      result = failure();
    tasks.push_back({task, name, std::move(printer)});
  }
  if (tasks.size() > 64)
    return kernel.emitOpError() << "has " << tasks.size() << " tasks; the testbench of the RTL back end watches 64";
  return result;
}

void KernelPrinter::printTop(RtlWriter &out) {
  out.line("module " + moduleName + " (");
  out.line("    input  wire clk,");
  out.line("    input  wire rst,");
  for (const MemoryPort &port : ports) {
    StringRef step = port.isRead ? "arrive" : "take";
    out.line("    output wire " + port.name + "_request,");
    out.line("    input  wire " + port.name + "_" + step + ",");
    out.line("    output wire " + range(port.addressBits) + " " + port.name + "_address,");
    out.line("    " + Twine(port.isRead ? "input  wire " : "output wire ") + range(port.width) + " " + port.name + "_" +
             step + "_data,");
  }
  out.line("    // One bit per task.");
  out.line("    output wire " + range(std::max<size_t>(1, tasks.size())) + " done");
  out.line(");");
  out.enter();

  // What a task sees of a stream: `_in` where it pushes, `_out` where it pops.
  auto declare = [&](const std::string &name, int64_t width) {
    out.line("wire " + range(width) + " " + name + "_data;");
    out.line("wire " + name + "_valid;");
    out.line("wire " + name + "_ready;");
  };
  for (const auto &[value, name] : streams)
    for (const char *side : {"_in", "_out"})
      declare(name + side, tokenBits(cast<StreamType>(value.getType()).getTokenType()));
  for (const MemoryPort &port : ports)
    declare(port.name, port.width);
  for (const auto &[value, name] : streams) {
    auto stream = value.getDefiningOp<StreamOp>();
    StreamType type = stream.getResult().getType();
    features.addFifo(tokenBits(type.getTokenType()), type.getDepth(), fifoStyle(stream), device);
    out.line("st_fifo #(.WIDTH(" + Twine(tokenBits(stream.getResult().getType().getTokenType())) + "), .DEPTH(" +
             Twine(stream.getResult().getType().getDepth()) + "), .STYLE(\"" + fifoStyle(stream) + "\")) " + name +
             " (");
    out.line("    .clk(clk), .rst(rst), .in_data(" + name + "_in_data), .in_valid(" + name + "_in_valid), .in_ready(" +
             name + "_in_ready),");
    out.line("    .out_data(" + name + "_out_data), .out_valid(" + name + "_out_valid), .out_ready(" + name +
             "_out_ready));");
  }
  for (const MemoryPort &port : ports) {
    StringRef step = port.isRead ? "arrive" : "take", side = port.isRead ? "out" : "in";
    out.line(moduleName + "_" + port.name + " " + port.name + " (");
    out.line("    .clk(clk), .rst(rst), .request(" + port.name + "_request), ." + step + "(" + port.name + "_" + step +
             "), .address(" + port.name + "_address),");
    out.line("    ." + step + "_data(" + port.name + "_" + step + "_data), ." + side + "_data(" + port.name +
             "_data), ." + side + "_valid(" + port.name + "_valid), ." + side + "_ready(" + port.name + "_ready));");
  }
  for (auto [number, task] : llvm::enumerate(tasks)) {
    out.line(moduleName + "_" + task.name + " " + task.name + " (");
    out.line("    .clk(clk), .rst(rst),");
    for (const Channel &channel : task.printer->channels()) {
      auto port = llvm::find_if(ports, [&](const MemoryPort &other) { return other.argument == channel.argument; });
      std::string stream = port != ports.end() ? port->name
                                               : streams.lookup(task.op.getOperandFor(channel.argument).get()) +
                                                     (channel.isRead ? "_out" : "_in");
      out.line("    ." + channel.name + "_data(" + stream + "_data), ." + channel.name + "_valid(" + stream +
               "_valid), ." + channel.name + "_ready(" + stream + "_ready),");
    }
    out.line("    .done(done[" + Twine(number) + "]));");
  }
  if (tasks.empty())
    out.line("assign done = 1'b1;");
  out.line("endmodule");
}

std::vector<std::pair<std::string, std::string>> KernelPrinter::printModules() {
  std::vector<std::pair<std::string, std::string>> modules;
  auto add = [&](const std::string &name, const std::string &what, llvm::function_ref<void(RtlWriter &)> print) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    RtlWriter out(stream);
    out.line("// " + what + ". Generated by StreamTensor.");
    print(out);
    modules.push_back({name, std::move(text)});
  };
  for (const MemoryPort &port : ports) {
    std::string module = moduleName + "_" + port.name;
    add(module,
        "Port to external memory: " + std::to_string(port.tokens) + " tokens of " + std::to_string(port.width) +
            " bits in bursts of " + std::to_string(port.burst),
        [&](RtlWriter &out) { printMemoryPort(port, module, out, device, features); });
  }
  for (Task &task : tasks) {
    std::string module = moduleName + "_" + task.name, what = "A task";
    if (auto schedule = task.op.getSchedule())
      what += " with II " + std::to_string(schedule->getIi()) + ", first token after " +
              std::to_string(schedule->getFirstTokenCycles()) + " cycles, " +
              std::to_string(schedule->getLatencyCycles()) + " cycles in all";
    add(module, what, [&](RtlWriter &out) { task.printer->print(module, out); });
    features += task.printer->features();
  }
  add(moduleName,
      std::to_string(tasks.size()) + " tasks, " + std::to_string(streams.size()) + " streams, " +
          std::to_string(ports.size()) + " memory ports",
      [&](RtlWriter &out) { printTop(out); });
  return modules;
}

/// `value` as a fraction with a small denominator.
static std::pair<int64_t, int64_t> toFraction(double value) {
  constexpr int64_t denominator = 1000;
  auto numerator = static_cast<int64_t>(std::llround(value * denominator));
  int64_t divisor = std::gcd(numerator, denominator);
  return {std::max<int64_t>(1, numerator / divisor), denominator / divisor};
}

std::string KernelPrinter::printTestbench() {
  std::string text;
  llvm::raw_string_ostream out(text);
  out << "// Runs " << moduleName << " on operands in files. Generated by StreamTensor.\n\n#include \"V" << moduleName
      << ".h\"\n#include \"st_testbench.h\"\n#include \"verilated.h\"\n\nint main(int argc, char **argv) {\n  V"
      << moduleName << " top;\n  st::Testbench testbench;\n";
  std::vector<int64_t> channels;
  for (const MemoryPort &port : ports)
    if (!llvm::is_contained(channels, port.channel))
      channels.push_back(port.channel);
  std::pair<int64_t, int64_t> rate{64, 1};
  int64_t latency = 0;
  if (!device.memories().empty()) {
    rate = toFraction(device.channelBytesPerCycle(device.memories().front()));
    latency = device.memories().front().readLatencyCycles;
  }
  out << "  // Bytes per cycles, and latency.\n  testbench.memories = {";
  for (size_t i = 0; i < channels.size(); ++i)
    out << (i ? ", " : "") << "{" << rate.first << ", " << rate.second << ", " << latency << "}";
  out << "};\n  testbench.operands = {\n";
  auto names = kernel->getAttrOfType<ArrayAttr>("st.operand_names");
  auto directions = kernel->getAttrOfType<ArrayAttr>("st.operand_directions");
  for (auto [index, operand] : llvm::enumerate(kernel.getBody().front().getArguments())) {
    auto type = cast<MemRefType>(operand.getType());
    bool isInput = !directions || cast<StringAttr>(directions[index]).getValue() == "in";
    out << "      {\"" << (names ? cast<StringAttr>(names[index]).getValue() : "operand") << "\", "
        << type.getNumElements() * ceilDiv(type.getElementTypeBitWidth(), 8) << ", " << (isInput ? "true" : "false")
        << ", {}},\n";
  }
  out << "  };\n  testbench.ports = {\n";
  for (const MemoryPort &port : ports) {
    int64_t bits = cast<MemRefType>(port.memory.getType()).getElementTypeBitWidth();
    std::string signal = "top." + port.name + "_", step = port.isRead ? "arrive" : "take";
    out << "      {\"" << port.name << "\", " << (port.isRead ? "true" : "false") << ", "
        << cast<BlockArgument>(port.memory).getArgNumber() << ", "
        << llvm::find(channels, port.channel) - channels.begin() << ", " << port.width << ", " << port.tokens << ", "
        << port.burst << ", " << bits << ", " << ceilDiv(bits, 8) << ",\n       {";
    for (auto [lane, offset] : llvm::enumerate(port.laneOffsets))
      out << (lane ? ", " : "") << offset;
    out << "},\n       " << signal << "request, " << signal << step << ", " << signal << "address, " << signal << step
        << "_data},\n";
  }
  out << "  };\n  testbench.tasks = {";
  for (auto [index, task] : llvm::enumerate(tasks))
    out << (index ? ", " : "") << "\"" << task.name << "\"";
  out << "};\n  return testbench.run(top, argc, argv);\n}\n";
  return text;
}
