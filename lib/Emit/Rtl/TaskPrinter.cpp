//===- TaskPrinter.cpp - A task as a module -------------------------------------------------------------------===//

#include "Emit/Rtl/TaskPrinter.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace st;
using namespace st::rtl;

static std::string number(int64_t value, unsigned bits) { return std::to_string(bits) + "'d" + std::to_string(value); }
static std::string range(int64_t width) { return "[" + std::to_string(width - 1) + ":0]"; }

static std::string joinTerms(ArrayRef<std::string> terms, const char *symbol, const char *none) {
  std::string text;
  for (const std::string &term : terms)
    if (!term.empty())
      text += (text.empty() ? "" : symbol) + term;
  return text.empty() ? none : text;
}

LogicalResult TaskPrinter::build() {
  FailureOr<Control> built = Control::build(task);
  if (failed(built))
    return failure();
  control = std::move(*built);
  datapath = std::make_unique<Datapath>(task, control, device);
  return datapath->build();
}

int64_t TaskPrinter::deepest() const {
  int64_t depth = 1;
  for (const Pipeline &pipeline : control.pipelines)
    depth = std::max(depth, pipeline.depth);
  return depth;
}

unsigned TaskPrinter::stepBits() const { return bitsFor(std::max<int64_t>(1, control.pipelines.size() - 1)); }

std::string TaskPrinter::stepText(unsigned pipeline) const {
  return control.pipelines.size() < 2 ? "" : "in_step_" + std::to_string(pipeline);
}

std::string TaskPrinter::activeAt(unsigned pipeline, int64_t stage) const {
  std::string valid = stage == 0 ? "issue" : "valid[" + std::to_string(stage) + "]";
  return joinTerms({stepText(pipeline), valid}, " && ", "1'b1");
}

std::string TaskPrinter::isLast(const Counter &counter) const {
  return counter.name + " == " + number(counter.trips - 1, bitsFor(counter.trips - 1));
}

//===----------------------------------------------------------------------------------------------------------===//
// Ports and state
//===----------------------------------------------------------------------------------------------------------===//

void TaskPrinter::printPorts(StringRef module, RtlWriter &out) {
  out.line("module " + module + " (");
  out.line("    input  wire clk,");
  out.line("    input  wire rst,");
  for (const Channel &channel : datapath->channels) {
    out.line("    " + Twine(channel.isRead ? "input  wire " : "output wire ") + range(channel.width) + " " +
             channel.name + "_data,");
    out.line("    " + Twine(channel.isRead ? "input  wire " : "output wire ") + channel.name + "_valid,");
    out.line("    " + Twine(channel.isRead ? "output wire " : "input  wire ") + channel.name + "_ready,");
  }
  out.line("    output reg  done");
  out.line(");");
}

void TaskPrinter::printState(RtlWriter &out) {
  // A step of the controller is a pipeline.
  out.line("wire go;");
  out.line("reg  issuing;");
  std::function<void(ArrayRef<Statement>)> declare = [&](ArrayRef<Statement> statements) {
    auto addCounter = [&](const Counter &counter) {
      if (counter.trips > 1)
        out.line("reg  " + range(bitsFor(counter.trips - 1)) + " " + counter.name + ";");
    };
    for (const Statement &statement : statements) {
      if (statement.pipeline < 0) {
        addCounter(statement.loop);
        declare(statement.body);
        continue;
      }
      for (const Counter &counter : control.pipelines[statement.pipeline].loops)
        addCounter(counter);
    }
  };
  declare(control.statements);
  if (control.pipelines.size() > 1) {
    out.line("reg  " + range(stepBits()) + " step;");
    for (unsigned i = 0; i < control.pipelines.size(); ++i)
      out.line("wire in_step_" + Twine(i) + " = step == " + number(i, stepBits()) + ";");
  }
  int64_t slowest = 1;
  for (const Pipeline &pipeline : control.pipelines)
    slowest = std::max(slowest, pipeline.ii);
  if (slowest > 1) {
    out.line("reg  " + range(bitsFor(slowest - 1)) + " phase;");
    out.line("wire issue = issuing && phase == " + number(0, bitsFor(slowest - 1)) + ";");
  } else {
    out.line("wire issue = issuing;");
  }
  std::vector<std::string> finals;
  for (auto [i, pipeline] : llvm::enumerate(control.pipelines)) {
    std::vector<std::string> terms{stepText(i)};
    for (const Counter &counter : pipeline.loops)
      if (counter.trips > 1)
        terms.push_back(isLast(counter));
    finals.push_back("(" + joinTerms(terms, " && ", "1'b1") + ")");
  }
  out.line("wire is_final = " + joinTerms(finals, " || ", "1'b1") + ";");
  int64_t depth = deepest();
  if (depth > 1) {
    out.line("reg  [" + Twine(depth - 1) + ":1] valid;");
    out.line("reg  [" + Twine(depth - 1) + ":1] ending;");
  }
  std::vector<std::string> ends;
  for (auto [i, pipeline] : llvm::enumerate(control.pipelines)) {
    std::string end = pipeline.depth == 1 ? "issue && is_final" : "ending[" + std::to_string(pipeline.depth - 1) + "]";
    ends.push_back("(" + joinTerms({stepText(i), end}, " && ", "") + ")");
  }
  out.line("wire finish = " + joinTerms(ends, " || ", "1'b0") + ";");
}

void TaskPrinter::printHandshakes(RtlWriter &out) {
  std::vector<std::string> conditions;
  for (const Channel &channel : datapath->channels) {
    std::vector<std::string> due;
    for (const Channel::Use &use : channel.uses)
      due.push_back("(" + activeAt(use.pipeline, use.stage) + ")");
    out.line("wire " + channel.name + "_due = " + joinTerms(due, " || ", "1'b0") + ";");
    conditions.push_back("(!" + channel.name + "_due || " + channel.name + (channel.isRead ? "_valid" : "_ready") +
                         ")");
  }
  // A task that cannot do all that is due does nothing.
  out.line("assign go = " + joinTerms(conditions, " && ", "1'b1") + ";");
  for (const Channel &channel : datapath->channels) {
    std::vector<std::string> terms{channel.name + "_due"};
    for (auto [number, other] : llvm::enumerate(datapath->channels)) {
      bool meets = llvm::any_of(other.uses, [&](const Channel::Use &use) {
        return llvm::any_of(channel.uses, [&](const Channel::Use &mine) { return mine.pipeline == use.pipeline; });
      });
      if (&other != &channel && meets)
        terms.push_back(conditions[number]);
    }
    out.line("assign " + channel.name + (channel.isRead ? "_ready = " : "_valid = ") + joinTerms(terms, " && ", "") +
             ";");
    if (channel.isRead)
      continue;
    std::string data;
    for (const Channel::Use &use : channel.uses)
      data += &use == &channel.uses.back() ? use.data : stepText(use.pipeline) + " ? " + use.data + " : ";
    out.line("assign " + channel.name + "_data = " + (data.empty() ? number(0, channel.width) : data) + ";");
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------------------------------------------===//

void TaskPrinter::printBuffer(Buffer &buffer, RtlWriter &out) {
  unsigned addressBits = bitsFor(std::max<int64_t>(1, buffer.rows - 1));
  auto address = [&](unsigned pipeline, const Index &row, int64_t stage) {
    return datapath->at(datapath->indexNet(pipeline, row, addressBits), stage);
  };
  // Choices among pipelines; the last needs no condition, as nothing is read or written elsewhere.
  auto choose = [&](ArrayRef<std::pair<unsigned, std::string>> values) {
    std::string text;
    bool allSame = llvm::all_of(values, [&](const auto &value) { return value.second == values.front().second; });
    for (auto [i, value] : llvm::enumerate(values)) {
      if (allSame || i + 1 == values.size()) {
        text += value.second;
        break;
      }
      text += stepText(value.first) + " ? " + value.second + " : ";
    }
    if (!allSame)
      datapath->features.muxLuts += (values.size() - 1) * addressBits / 2;
    return text;
  };

  std::vector<std::pair<unsigned, std::string>> writeAddresses;
  for (const Store &store : buffer.stores)
    if (writeAddresses.empty() || writeAddresses.back().first != store.pipeline)
      writeAddresses.push_back({store.pipeline, address(store.pipeline, store.row, store.stage)});
  std::vector<std::string> enables, data;
  for (int64_t bank = buffer.banks - 1; bank >= 0; --bank) {
    std::vector<std::string> conditions;
    std::vector<std::pair<std::string, std::string>> choices;
    for (const Store &store : buffer.stores) {
      int64_t offset = bank - store.bank.first;
      if (store.bank.count == 1
              ? offset != 0
              : offset < 0 || offset % store.bank.stride != 0 || offset / store.bank.stride >= store.bank.count)
        continue;
      std::string selected;
      if (store.bank.count > 1) {
        unsigned bits = bitsFor(store.bank.count - 1);
        Net *selector = datapath->indexNet(store.pipeline, store.bank.selector, bits);
        selected = datapath->at(selector, store.stage) + " == " + number(offset / store.bank.stride, bits);
      }
      std::string active = activeAt(store.pipeline, store.stage);
      conditions.push_back("(" + joinTerms({active, selected}, " && ", "1'b1") + ")");
      std::string sameStep = joinTerms({stepText(store.pipeline), selected}, " && ", "1'b1");
      choices.push_back({sameStep, datapath->at(store.data, store.stage, buffer.width)});
    }
    enables.push_back("go && (" + joinTerms(conditions, " || ", "1'b0") + ")");
    std::string value;
    for (size_t i = 0; i < choices.size(); ++i) {
      const auto &choice = choices[i];
      bool isLast = i + 1 == choices.size() ||
                    llvm::all_of(llvm::ArrayRef(choices).drop_front(i),
                                 [&choice](const auto &other) { return other.second == choice.second; });
      value += isLast ? choice.second : "(" + choice.first + ") ? " + choice.second + " : ";
      if (isLast)
        break;
      datapath->features.logicBits += buffer.width;
    }
    data.push_back(value.empty() ? number(0, buffer.width) : value);
  }
  // Lanes that are written alike share one enable.
  bool sameEnable = llvm::all_of(enables, [&](const std::string &enable) { return enable == enables.front(); });
  if (sameEnable)
    out.line("wire " + buffer.name + "_write = " + enables.front() + ";");
  std::string enable = buffer.name + "_write";
  if (buffer.banks > 1 || !sameEnable) {
    out.line("wire " + range(buffer.banks) + " " + buffer.name + "_writes = {" +
             (sameEnable ? std::to_string(buffer.banks) + "{" + enable + "}};" : ""));
    if (!sameEnable) {
      for (size_t i = 0; i < enables.size(); ++i)
        out.line("    " + enables[i] + (i + 1 < enables.size() ? "," : ""));
      out.line("};");
    }
    enable += "s";
  }
  out.line("wire " + range(buffer.banks * buffer.width) + " " + buffer.name + "_write_data = {");
  for (auto [i, text] : llvm::enumerate(data))
    out.line("    " + text + (i + 1 < data.size() ? "," : ""));
  out.line("};");
  out.line("wire " + range(addressBits) + " " + buffer.name +
           "_write_address = " + (writeAddresses.empty() ? number(0, addressBits) : choose(writeAddresses)) + ";");
  // Registers are the same for all who read them.
  if (buffer.rows == 1 && !buffer.ports.empty())
    datapath->features.addMemory(buffer.width, buffer.banks, 1, buffer.style, device);
  for (auto [i, port] : llvm::enumerate(buffer.ports)) {
    if (buffer.rows > 1)
      datapath->features.addMemory(buffer.width, buffer.banks, buffer.rows, buffer.style, device);
    std::vector<std::pair<unsigned, std::string>> addresses;
    for (const ReadUse &use : port)
      addresses.push_back({use.pipeline, address(use.pipeline, use.row, use.stage)});
    std::string read = buffer.name + "_read_" + std::to_string(i);
    out.line("wire " + range(addressBits) + " " + read + "_address = " + choose(addresses) + ";");
    out.line(Twine(buffer.isSync ? "st_ram_sync" : "st_ram") + " #(.WIDTH(" + Twine(buffer.width) + "), .LANES(" +
             Twine(buffer.banks) + "), .DEPTH(" + Twine(buffer.rows) + "), .STYLE(\"" + buffer.style + "\")) " +
             buffer.name + "_" + Twine(i) + " (");
    out.line("    .clk(clk), " + Twine(buffer.isSync ? ".enable(go), " : "") + ".write(" + enable +
             "), .write_address(" + buffer.name + "_write_address),");
    out.line("    .write_data(" + buffer.name + "_write_data), .read_address(" + read + "_address), .read_data(" +
             read + "));");
  }
}

//===----------------------------------------------------------------------------------------------------------===//
// Sequence
//===----------------------------------------------------------------------------------------------------------===//

/// Counts one iteration of a nest, innermost first.
void TaskPrinter::printAdvance(ArrayRef<Counter> loops, RtlWriter &out) {
  std::vector<const Counter *> counting;
  for (const Counter &counter : llvm::reverse(loops))
    if (counter.trips > 1)
      counting.push_back(&counter);
  for (const Counter *counter : counting) {
    unsigned bits = bitsFor(counter->trips - 1);
    bool wraps = counter->trips == int64_t(1) << bits;
    out.line(counter->name + " <= " + (wraps ? "" : "(" + isLast(*counter) + ") ? " + number(0, bits) + " : ") +
             counter->name + " + " + number(1, bits) + ";");
    if (counter != counting.back())
      out.line("if (" + isLast(*counter) + ") begin");
  }
  for (size_t opened = 1; opened < counting.size(); ++opened)
    out.line("end");
}

/// The first pipeline of a list of statements.
static int firstPipeline(const Statement &statement) {
  return statement.pipeline >= 0 ? statement.pipeline : firstPipeline(statement.body.front());
}

/// What follows `done`, the last statement of which every list on the way up is known.
void TaskPrinter::printAfter(ArrayRef<const Statement *> path, ArrayRef<ArrayRef<Statement>> lists,
                             const Statement *done, RtlWriter &out) {
  auto enter = [&](const Statement &statement) {
    if (control.pipelines.size() > 1)
      out.line("step <= " + number(firstPipeline(statement), stepBits()) + ";");
    out.line("issuing <= 1'b1;");
  };
  ArrayRef<Statement> list = lists.back();
  if (done != &list.back())
    return enter(*(done + 1));
  if (path.empty()) {
    out.line("done <= 1'b1;");
    return;
  }
  const Statement *loop = path.back();
  const Counter &counter = loop->loop;
  if (counter.trips == 1)
    return printAfter(path.drop_back(), lists.drop_back(), loop, out);
  unsigned bits = bitsFor(counter.trips - 1);
  out.line("if (" + isLast(counter) + ") begin");
  out.line(counter.name + " <= " + number(0, bits) + ";");
  printAfter(path.drop_back(), lists.drop_back(), loop, out);
  out.line("end else begin");
  out.line(counter.name + " <= " + counter.name + " + " + number(1, bits) + ";");
  enter(loop->body.front());
  out.line("end");
}

void TaskPrinter::printSteps(ArrayRef<Statement> statements, SmallVectorImpl<const Statement *> &path,
                             SmallVectorImpl<ArrayRef<Statement>> &lists, RtlWriter &out) {
  lists.push_back(statements);
  for (const Statement &statement : statements) {
    if (statement.pipeline < 0) {
      path.push_back(&statement);
      printSteps(statement.body, path, lists, out);
      path.pop_back();
      continue;
    }
    if (control.pipelines.size() > 1) {
      out.line("if (" + stepText(statement.pipeline) + ") begin");
    }
    printAfter(path, lists, &statement, out);
    if (control.pipelines.size() > 1)
      out.line("end");
  }
  lists.pop_back();
}

void TaskPrinter::printSequence(RtlWriter &out) {
  std::vector<std::string> counters;
  std::function<void(ArrayRef<Statement>)> collect = [&](ArrayRef<Statement> statements) {
    for (const Statement &statement : statements) {
      auto add = [&](const Counter &counter) {
        if (counter.trips == 1)
          return;
        counters.push_back(counter.name);
        datapath->features.controlBits += bitsFor(counter.trips - 1);
      };
      if (statement.pipeline < 0) {
        add(statement.loop);
        collect(statement.body);
      } else {
        llvm::for_each(control.pipelines[statement.pipeline].loops, add);
      }
    }
  };
  collect(control.statements);
  int64_t depth = deepest(), slowest = 1;
  for (const Pipeline &pipeline : control.pipelines)
    slowest = std::max(slowest, pipeline.ii);
  // The state: done, issuing, the stages of the pipeline, and where the controller is.
  Features &features = datapath->features;
  features.controlBits +=
      2 + 2 * (depth - 1) + (control.pipelines.size() > 1 ? stepBits() : 0) + (slowest > 1 ? bitsFor(slowest - 1) : 0);
  ++features.tasks;
  for (const Channel &channel : datapath->channels)
    features.handshakes += channel.uses.size();

  out.line("always @(posedge clk) begin");
  out.line("if (rst) begin");
  bool hasWork = !control.statements.empty();
  out.line("done <= " + Twine(hasWork ? "1'b0;" : "1'b1;"));
  out.line("issuing <= " + Twine(hasWork ? "1'b1;" : "1'b0;"));
  if (control.pipelines.size() > 1)
    out.line("step <= '0;");
  if (slowest > 1)
    out.line("phase <= '0;");
  if (depth > 1) {
    out.line("valid <= '0;");
    out.line("ending <= '0;");
  }
  for (const std::string &counter : counters)
    out.line(counter + " <= '0;");
  out.line("end else if (go) begin");
  if (depth == 2) {
    out.line("valid <= issue;");
    out.line("ending <= issue && is_final;");
  } else if (depth > 2) {
    out.line("valid <= {valid[" + Twine(depth - 2) + ":1], issue};");
    out.line("ending <= {ending[" + Twine(depth - 2) + ":1], issue && is_final};");
  }
  if (slowest > 1) {
    std::vector<std::string> wraps{"!issuing", "issue && is_final"};
    for (auto [i, pipeline] : llvm::enumerate(control.pipelines))
      wraps.push_back(
          "(" + joinTerms({stepText(i), "phase == " + number(pipeline.ii - 1, bitsFor(slowest - 1))}, " && ", "") +
          ")");
    out.line("phase <= (" + joinTerms(wraps, " || ", "") + ") ? '0 : phase + 1'b1;");
  }
  out.line("if (issue && is_final) issuing <= 1'b0;");
  out.line("if (issue) begin");
  for (auto [i, pipeline] : llvm::enumerate(control.pipelines)) {
    if (pipeline.trips == 1)
      continue;
    if (control.pipelines.size() > 1) {
      out.line("if (" + stepText(i) + ") begin");
    }
    printAdvance(pipeline.loops, out);
    if (control.pipelines.size() > 1)
      out.line("end");
  }
  out.line("end");
  if (hasWork) {
    out.line("if (finish) begin");
    // Nothing is left in the pipeline; what shifts on would be taken for iterations of a deeper one.
    if (depth > 1) {
      out.line("valid <= '0;");
      out.line("ending <= '0;");
    }
    SmallVector<const Statement *> path;
    SmallVector<ArrayRef<Statement>> lists;
    printSteps(control.statements, path, lists, out);
    out.line("end");
  }
  out.line("end");
  out.line("end");
}

void TaskPrinter::print(StringRef module, RtlWriter &out) {
  // Buffers and handshakes ask for delayed addresses, so that they are printed before the wires that they use.
  std::string buffers, handshakes;
  {
    llvm::raw_string_ostream stream(buffers);
    RtlWriter writer(stream);
    for (Buffer &buffer : datapath->buffers)
      printBuffer(buffer, writer);
  }
  {
    llvm::raw_string_ostream stream(handshakes);
    RtlWriter writer(stream);
    printHandshakes(writer);
  }
  auto paste = [&](StringRef text) {
    while (!text.empty()) {
      auto [line, rest] = text.split('\n');
      out.line(line);
      text = rest;
    }
  };
  printPorts(module, out);
  out.enter();
  printState(out);
  for (const std::string &line : datapath->space.wires())
    out.line(line);
  for (const Buffer &buffer : datapath->buffers)
    for (size_t i = 0; i < buffer.ports.size(); ++i)
      out.line("wire " + range(buffer.banks * buffer.width) + " " + buffer.name + "_read_" + Twine(i) + ";");
  for (const std::string &line : datapath->lines)
    out.line(line);
  paste(buffers);
  paste(handshakes);
  if (!datapath->partlyUsed.empty()) {
    // Tells Verilator that the bits which nobody takes are meant to be dropped.
    out.line("wire unused = &{");
    for (const std::string &name : datapath->partlyUsed)
      out.line("    " + name + (name == *datapath->partlyUsed.rbegin() ? "};" : ","));
  }
  if (!datapath->transfers.empty()) {
    out.line("always @(posedge clk) begin");
    out.line("if (go) begin");
    for (const std::string &transfer : datapath->transfers)
      out.line(transfer);
    out.line("end");
    out.line("end");
  }
  printSequence(out);
  out.line("endmodule");
  datapath->features.adderBits += datapath->space.adderBits();
  datapath->countRegisters();
}
