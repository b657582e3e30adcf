#include "Simulate/GraphText.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace st;
using namespace st::timed;

namespace {
/// Reads a graph line by line; every function leaves at the first error, which `error` holds. Names are resolved at
/// the end, since channels may stand before or after tasks.
class GraphParser {
public:
  GraphParser(llvm::StringRef text, llvm::StringRef name) : name(name) { text.split(lines, '\n'); }

  llvm::Expected<Graph> parse();

private:
  using Words = llvm::ArrayRef<llvm::StringRef>;
  struct Option {
    llvm::StringRef keyword;
    int64_t *number;
    bool isOptional = false;
  };
  /// Moves to the next line that is not empty; false at the end.
  bool nextLine();
  bool fail(const llvm::Twine &message, size_t line = 0) {
    if (error.empty())
      error = (name + ":" + llvm::Twine(line ? line : lineNumber) + ": " + message).str();
    return false;
  }
  bool parseNumber(llvm::StringRef word, int64_t &number);
  /// Parses the `keyword NUMBER` pairs of `given`, in the order of `options`.
  bool parseOptions(Words given, std::initializer_list<Option> options);
  bool parseMemory();
  bool parseChannel();
  bool parsePort();
  bool parseLaunches();
  bool parseTask();
  bool parseStatements(Program &program, unsigned nesting);
  bool parseAccesses(Statement &pipeline);
  bool resolve();
  bool check();

  std::string name;
  llvm::SmallVector<llvm::StringRef> lines;
  size_t lineNumber = 0;
  llvm::SmallVector<llvm::StringRef> words;
  std::string error;

  Graph graph;
  /// Names of the ends of each FIFO, empty where it has none of the kind.
  struct Ends {
    std::string memory, writer, reader;
  };
  std::vector<Ends> ends;
  /// Names of FIFOs that accesses use; an access holds an index into it until resolved.
  std::vector<std::string> accessNames;
  size_t launchesLine = 0;
  /// Lines of what a GraphError points at.
  std::vector<size_t> memoryLines, fifoLines, taskLines;
  std::vector<std::vector<size_t>> statementLines;
};
} // namespace

/// Deeper nests are refused before they use up the stack.
static constexpr unsigned deepestNest = 64;

bool GraphParser::nextLine() {
  while (lineNumber < lines.size()) {
    llvm::StringRef line = lines[lineNumber++].split('#').first;
    words.clear();
    llvm::SplitString(line, words, " \t\r");
    if (!words.empty())
      return true;
  }
  return false;
}

bool GraphParser::parseNumber(llvm::StringRef word, int64_t &number) {
  if (!llvm::all_of(word, llvm::isDigit) || word.getAsInteger(10, number))
    return fail("expected a number, found '" + word + "'");
  return true;
}

bool GraphParser::parseOptions(Words given, std::initializer_list<Option> options) {
  for (const Option &option : options) {
    if (given.empty() || given[0] != option.keyword) {
      if (option.isOptional)
        continue;
      return fail("expected '" + option.keyword + "'" + (given.empty() ? "" : ", found '" + given[0].str() + "'"));
    }
    if (given.size() < 2)
      return fail("expected a number after '" + option.keyword + "'");
    if (!parseNumber(given[1], *option.number))
      return false;
    given = given.drop_front(2);
  }
  return given.empty() || fail("unexpected '" + given[0] + "'");
}

// memory NAME rate BYTES per CYCLES latency CYCLES
bool GraphParser::parseMemory() {
  if (words.size() < 2)
    return fail("expected 'memory NAME rate BYTES per CYCLES latency CYCLES'");
  Memory memory;
  memory.name = words[1].str();
  if (!parseOptions(Words(words).drop_front(2),
                    {{"rate", &memory.rateBytes}, {"per", &memory.rateCycles}, {"latency", &memory.latencyCycles}}))
    return false;
  graph.memories.push_back(std::move(memory));
  memoryLines.push_back(lineNumber);
  return true;
}

// channel NAME from TASK to TASK width BITS depth TOKENS [initial TOKENS] [feedback]
bool GraphParser::parseChannel() {
  if (words.size() < 6 || words[2] != "from" || words[4] != "to")
    return fail("expected 'channel NAME from TASK to TASK width BITS depth TOKENS [initial TOKENS] [feedback]'");
  Fifo fifo;
  fifo.name = words[1].str();
  Words options = Words(words).drop_front(6);
  fifo.isFeedback = !options.empty() && options.back() == "feedback";
  if (!parseOptions(fifo.isFeedback ? options.drop_back() : options,
                    {{"width", &fifo.widthBits}, {"depth", &fifo.depthTokens}, {"initial", &fifo.initialTokens, true}}))
    return false;
  graph.fifos.push_back(std::move(fifo));
  fifoLines.push_back(lineNumber);
  ends.push_back({"", words[3].str(), words[5].str()});
  return true;
}

// port NAME reads MEMORY to TASK width BITS depth TOKENS burst TOKENS tokens TOTAL [from CYCLE]
// port NAME writes MEMORY from TASK width BITS depth TOKENS burst TOKENS tokens TOTAL
bool GraphParser::parsePort() {
  bool reads = words.size() >= 6 && words[2] == "reads" && words[4] == "to";
  bool writes = words.size() >= 6 && words[2] == "writes" && words[4] == "from";
  if (!reads && !writes)
    return fail("expected 'port NAME reads MEMORY to TASK' or 'port NAME writes MEMORY from TASK', then 'width BITS "
                "depth TOKENS burst TOKENS tokens TOTAL'");
  Fifo fifo;
  fifo.name = words[1].str();
  fifo.memory = 0;
  Words options = Words(words).drop_front(6);
  Option width{"width", &fifo.widthBits}, depth{"depth", &fifo.depthTokens}, burst{"burst", &fifo.burstTokens},
      tokens{"tokens", &fifo.totalTokens};
  if (!(reads ? parseOptions(options, {width, depth, burst, tokens, {"from", &fifo.fromCycle, true}})
              : parseOptions(options, {width, depth, burst, tokens})))
    return false;
  graph.fifos.push_back(std::move(fifo));
  fifoLines.push_back(lineNumber);
  ends.push_back({words[3].str(), writes ? words[5].str() : "", reads ? words[5].str() : ""});
  return true;
}

// launches N [serial]
bool GraphParser::parseLaunches() {
  if (launchesLine)
    return fail("'launches' is given twice");
  launchesLine = lineNumber;
  graph.serial = words.size() == 3 && words[2] == "serial";
  if (words.size() != (graph.serial ? 3u : 2u))
    return fail("expected 'launches N [serial]'");
  return parseNumber(words[1], graph.launches);
}

// pop NAME [at CYCLE], push NAME [at CYCLE], up to the closing brace
bool GraphParser::parseAccesses(Statement &pipeline) {
  size_t opened = lineNumber;
  while (nextLine()) {
    if (words[0] == "}")
      return words.size() == 1 || fail("expected nothing after '}'");
    if ((words[0] != "pop" && words[0] != "push") || words.size() < 2)
      return fail("expected 'pop NAME [at CYCLE]', 'push NAME [at CYCLE]' or '}'");
    Access access;
    access.isPush = words[0] == "push";
    if (!parseOptions(Words(words).drop_front(2), {{"at", &access.at, true}}))
      return false;
    access.fifo = static_cast<int>(accessNames.size());
    accessNames.push_back(words[1].str());
    pipeline.accesses.push_back(access);
    statementLines.back().push_back(lineNumber);
  }
  return fail("the '{' of line " + llvm::Twine(opened) + " is not closed");
}

bool GraphParser::parseStatements(Program &program, unsigned nesting) {
  size_t opened = lineNumber;
  if (nesting > deepestNest)
    return fail("expected loops nested at most " + llvm::Twine(deepestNest) + " deep");
  while (nextLine()) {
    llvm::StringRef kind = words[0];
    if (kind == "}")
      return words.size() == 1 || fail("expected nothing after '}'");
    statementLines.back().push_back(lineNumber);
    Statement statement;
    bool opens = words.back() == "{";
    if (kind == "delay" && words.size() == 2) {
      if (!parseNumber(words[1], statement.cycles))
        return false;
    } else if (kind == "loop" && words.size() == 3 && opens) {
      statement.kind = Statement::Kind::Loop;
      if (!parseNumber(words[1], statement.trips) || !parseStatements(statement.body, nesting + 1))
        return false;
    } else if (kind == "pipeline" && words.size() == 7 && opens) {
      statement.kind = Statement::Kind::Pipeline;
      if (!parseNumber(words[1], statement.trips) ||
          !parseOptions(Words(words).drop_front(2).drop_back(),
                        {{"ii", &statement.ii}, {"depth", &statement.depthCycles}}) ||
          !parseAccesses(statement))
        return false;
    } else {
      return fail("expected 'delay CYCLES', 'loop TRIPS {', 'pipeline TRIPS ii CYCLES depth CYCLES {' or '}'");
    }
    program.push_back(std::move(statement));
  }
  return fail("the '{' of line " + llvm::Twine(opened) + " is not closed");
}

// task NAME [start CYCLE] {
bool GraphParser::parseTask() {
  if (words.size() < 3 || words.back() != "{")
    return fail("expected 'task NAME [start CYCLE] {'");
  Task task;
  task.name = words[1].str();
  if (!parseOptions(Words(words).drop_front(2).drop_back(), {{"start", &task.startCycle, true}}))
    return false;
  taskLines.push_back(lineNumber);
  statementLines.emplace_back();
  if (!parseStatements(task.program, 0))
    return false;
  graph.tasks.push_back(std::move(task));
  return true;
}

/// Replaces the indices into `names` that the accesses of `program` hold by those of FIFOs; the first that is not
/// declared otherwise.
static const std::string *resolveAccesses(Program &program, llvm::ArrayRef<std::string> names,
                                          const llvm::StringMap<int> &fifos) {
  for (Statement &statement : program) {
    if (const std::string *missing = resolveAccesses(statement.body, names, fifos))
      return missing;
    for (Access &access : statement.accesses) {
      auto it = fifos.find(names[access.fifo]);
      if (it == fifos.end())
        return &names[access.fifo];
      access.fifo = it->second;
    }
  }
  return nullptr;
}

bool GraphParser::resolve() {
  llvm::StringMap<int> tasks, memories, fifos;
  for (auto [index, task] : llvm::enumerate(graph.tasks))
    tasks.try_emplace(task.name, index);
  for (auto [index, memory] : llvm::enumerate(graph.memories))
    memories.try_emplace(memory.name, index);
  for (auto [index, fifo] : llvm::enumerate(graph.fifos))
    fifos.try_emplace(fifo.name, index);
  auto find = [&](const llvm::StringMap<int> &among, const char *what, const std::string &named, int &index,
                  size_t line) {
    if (named.empty())
      return true;
    auto it = among.find(named);
    if (it == among.end())
      return fail(llvm::Twine("there is no ") + what + " '" + named + "'", line);
    index = it->second;
    return true;
  };
  for (auto [fifo, end, line] : llvm::zip_equal(graph.fifos, ends, fifoLines))
    if (!find(memories, "memory", end.memory, fifo.memory, line) ||
        !find(tasks, "task", end.writer, fifo.writer, line) || !find(tasks, "task", end.reader, fifo.reader, line))
      return false;
  for (auto [index, task] : llvm::enumerate(graph.tasks))
    if (const std::string *missing = resolveAccesses(task.program, accessNames, fifos)) {
      // The line is found by the name: only errors pay for it.
      for (size_t line : statementLines[index]) {
        llvm::SmallVector<llvm::StringRef> used;
        llvm::SplitString(lines[line - 1].split('#').first, used, " \t\r");
        if ((used[0] == "pop" || used[0] == "push") && used[1] == *missing)
          return fail("there is no channel or port '" + *missing + "'", line);
      }
    }
  return true;
}

bool GraphParser::check() {
  std::optional<GraphError> broken = checkGraph(graph);
  if (!broken)
    return true;
  switch (broken->place) {
  case GraphError::Place::Memory:
    return fail(broken->message, memoryLines[broken->index]);
  case GraphError::Place::Fifo:
    return fail(broken->message, fifoLines[broken->index]);
  case GraphError::Place::Task:
    return fail(broken->message, taskLines[broken->index]);
  case GraphError::Place::Statement:
    return fail(broken->message, statementLines[broken->index][broken->ordinal]);
  }
  return false;
}

llvm::Expected<Graph> GraphParser::parse() {
  while (error.empty() && nextLine()) {
    if (words[0] == "memory")
      parseMemory();
    else if (words[0] == "channel")
      parseChannel();
    else if (words[0] == "port")
      parsePort();
    else if (words[0] == "task")
      parseTask();
    else if (words[0] == "launches")
      parseLaunches();
    else
      fail("expected 'memory', 'channel', 'port', 'task' or 'launches', found '" + words[0] + "'");
  }
  if (error.empty() && (graph.launches < 1 || graph.launches > (int64_t(1) << 40)))
    fail("expected at least 1 and at most 2^40 launches", launchesLine);
  if (!error.empty() || !resolve() || !check())
    return llvm::createStringError(error);
  return std::move(graph);
}

llvm::Expected<Graph> timed::parseGraph(llvm::StringRef text, llvm::StringRef name) {
  return GraphParser(text, name).parse();
}

static void printProgram(const Graph &graph, const Program &program, unsigned indent, llvm::raw_ostream &os) {
  for (const Statement &statement : program) {
    os.indent(indent);
    switch (statement.kind) {
    case Statement::Kind::Delay:
      os << "delay " << statement.cycles << "\n";
      continue;
    case Statement::Kind::Loop:
      os << "loop " << statement.trips << " {\n";
      printProgram(graph, statement.body, indent + 2, os);
      break;
    case Statement::Kind::Pipeline:
      os << "pipeline " << statement.trips << " ii " << statement.ii << " depth " << statement.depthCycles << " {\n";
      for (const Access &access : statement.accesses) {
        os.indent(indent + 2) << (access.isPush ? "push " : "pop ") << graph.fifos[access.fifo].name;
        if (access.at)
          os << " at " << access.at;
        os << "\n";
      }
      break;
    }
    os.indent(indent) << "}\n";
  }
}

static void printFifo(const Graph &graph, const Fifo &fifo, llvm::raw_ostream &os) {
  auto taskName = [&](int task) { return graph.tasks[task].name; };
  if (!fifo.isPort())
    os << "channel " << fifo.name << " from " << taskName(fifo.writer) << " to " << taskName(fifo.reader);
  else if (fifo.isReadPort())
    os << "port " << fifo.name << " reads " << graph.memories[fifo.memory].name << " to " << taskName(fifo.reader);
  else
    os << "port " << fifo.name << " writes " << graph.memories[fifo.memory].name << " from " << taskName(fifo.writer);
  os << " width " << fifo.widthBits << " depth " << fifo.depthTokens;
  if (fifo.initialTokens)
    os << " initial " << fifo.initialTokens;
  if (fifo.isFeedback)
    os << " feedback";
  if (fifo.isPort())
    os << " burst " << fifo.burstTokens << " tokens " << fifo.totalTokens;
  if (fifo.fromCycle)
    os << " from " << fifo.fromCycle;
  os << "\n";
}

void timed::printGraph(const Graph &graph, llvm::raw_ostream &os) {
  for (const Memory &memory : graph.memories)
    os << "memory " << memory.name << " rate " << memory.rateBytes << " per " << memory.rateCycles << " latency "
       << memory.latencyCycles << "\n";
  for (const Fifo &fifo : graph.fifos)
    printFifo(graph, fifo, os);
  for (const Task &task : graph.tasks) {
    os << "task " << task.name;
    if (task.startCycle)
      os << " start " << task.startCycle;
    os << " {\n";
    printProgram(graph, task.program, 2, os);
    os << "}\n";
  }
  if (graph.launches != 1 || graph.serial)
    os << "launches " << graph.launches << (graph.serial ? " serial" : "") << "\n";
}
