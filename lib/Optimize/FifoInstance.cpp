#include "Optimize/FifoInstance.h"

#include "Support/Error.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace st;

namespace {
/// Reads an instance line by line; every function leaves at the first error, which `error` holds.
class InstanceParser {
public:
  InstanceParser(llvm::StringRef text, llvm::StringRef name) : name(name) { text.split(lines, '\n'); }

  llvm::Expected<FifoInstance> parse();

private:
  using Words = llvm::ArrayRef<llvm::StringRef>;

  /// Moves to the next line that is not empty; false at the end.
  bool nextLine();
  bool fail(const llvm::Twine &message) {
    if (error.empty())
      error = (name + ":" + llvm::Twine(lineNumber) + ": " + message).str();
    return false;
  }
  bool parseNumber(llvm::StringRef word, int64_t &number);
  /// Parses the `keyword NUMBER` pairs of `options`, each keyword being one of `allowed`.
  bool parseOptions(Words options, std::initializer_list<std::pair<llvm::StringRef, int64_t *>> allowed);
  bool parseChannel();
  /// Parses up to the closing brace; all of it happens `times` times.
  bool parseEvents(EventProgram &program, int64_t times, unsigned nesting);
  /// Counts `amount`, tokens or cycles, that happens `times` times: sums over a program have to fit into 64 bits.
  bool count(int64_t amount, int64_t times);
  bool parseBurst(EventProgram &program, bool isRead, int64_t times);

  int taskIndex(llvm::StringRef taskName) {
    auto [it, isNew] = taskIndices.try_emplace(taskName, 0);
    if (isNew)
      it->second = instance.problem.addTask(taskName);
    return it->second;
  }

  std::string name;
  llvm::SmallVector<llvm::StringRef> lines;
  size_t lineNumber = 0;
  llvm::SmallVector<llvm::StringRef> words;
  std::string error;
  /// Bound of all tokens and cycles of the task being parsed.
  int64_t counted = 0;
  FifoInstance instance;
  llvm::StringMap<int> taskIndices, channelIndices;
};
} // namespace

/// Far more than a design takes in a year.
static constexpr int64_t mostCycles = int64_t(1) << 56;
static constexpr unsigned deepestLoop = 64;

bool InstanceParser::count(int64_t amount, int64_t times) {
  int64_t all;
  if (llvm::MulOverflow(amount, times, all) || llvm::AddOverflow(counted, all, counted) || counted > mostCycles)
    return fail("the task takes more than 2^56 tokens or cycles");
  return true;
}

bool InstanceParser::nextLine() {
  while (lineNumber < lines.size()) {
    llvm::StringRef line = lines[lineNumber++].split('#').first;
    words.clear();
    llvm::SplitString(line, words, " \t\r");
    if (!words.empty())
      return true;
  }
  return false;
}

bool InstanceParser::parseNumber(llvm::StringRef word, int64_t &number) {
  if (word.getAsInteger(10, number) || number < 0)
    return fail("expected a number that is not negative, found '" + word + "'");
  return true;
}

bool InstanceParser::parseOptions(Words options, std::initializer_list<std::pair<llvm::StringRef, int64_t *>> allowed) {
  for (; !options.empty(); options = options.drop_front(2)) {
    auto option = llvm::find_if(allowed, [&](const auto &entry) { return entry.first == options[0]; });
    if (option == allowed.end())
      return fail("unexpected '" + options[0] + "'");
    if (options.size() < 2)
      return fail("expected a number after '" + options[0] + "'");
    if (!parseNumber(options[1], *option->second))
      return false;
  }
  return true;
}

bool InstanceParser::parseChannel() {
  if (words.size() < 8 || words[2] != "from" || words[4] != "to" || words[6] != "width")
    return fail("expected 'channel NAME from TASK to TASK width BITS [depth TOKENS]'");
  int64_t width = 0, depth = -1;
  if (!parseNumber(words[7], width))
    return false;
  if (width > (1 << 20))
    return fail("expected a width of at most 2^20 bits");
  if (!parseOptions(Words(words).drop_front(8), {{"depth", &depth}}))
    return false;
  if (depth > mostCycles)
    return fail("expected a depth of at most 2^56 tokens");
  int writer = taskIndex(words[3]), reader = taskIndex(words[5]);
  if (channelIndices.count(words[1]))
    return fail("channel '" + words[1] + "' is declared twice");
  channelIndices[words[1]] =
      instance.problem.addChannel(words[1], writer, reader, width, depth < 0 ? std::nullopt : std::optional(depth));
  return true;
}

bool InstanceParser::parseBurst(EventProgram &program, bool isRead, int64_t times) {
  if (words.size() < 3)
    return fail("expected a channel and a number of tokens");
  auto channel = channelIndices.find(words[1]);
  if (channel == channelIndices.end())
    return fail("channel '" + words[1] + "' is not declared above");
  int64_t tokens = 0, ii = 1, latency = 0;
  if (!parseNumber(words[2], tokens))
    return false;
  Words options = Words(words).drop_front(3);
  if (!(isRead ? parseOptions(options, {{"ii", &ii}}) : parseOptions(options, {{"ii", &ii}, {"latency", &latency}})))
    return false;
  int64_t cycles;
  if (llvm::MulOverflow(tokens, std::max<int64_t>(ii, 1), cycles) || llvm::AddOverflow(cycles, latency, cycles))
    cycles = mostCycles + 1;
  if (!count(cycles, times))
    return false;
  program.push_back(isRead ? Event::read(channel->second, tokens, ii)
                           : Event::write(channel->second, tokens, ii, latency));
  return true;
}

bool InstanceParser::parseEvents(EventProgram &program, int64_t times, unsigned nesting) {
  size_t opened = lineNumber;
  if (nesting > deepestLoop)
    return fail("loops are nested more than " + llvm::Twine(deepestLoop) + " deep");
  while (nextLine()) {
    llvm::StringRef kind = words[0];
    if (kind == "}") {
      return words.size() == 1 || fail("expected nothing after '}'");
    } else if (kind == "read" || kind == "write") {
      if (!parseBurst(program, kind == "read", times))
        return false;
    } else if (kind == "delay" && words.size() == 2) {
      int64_t cycles = 0;
      if (!parseNumber(words[1], cycles) || !count(cycles, times))
        return false;
      program.push_back(Event::delay(cycles));
    } else if (kind == "loop" && words.size() == 3 && words[2] == "{") {
      int64_t trips = 0;
      EventProgram body;
      // The body alone must be countable too, whether or not it is ever run.
      if (!parseNumber(words[1], trips) || !count(trips, times) ||
          !parseEvents(body, times * std::max<int64_t>(trips, 1), nesting + 1))
        return false;
      program.push_back(Event::loop(trips, std::move(body)));
    } else {
      return fail("expected 'read', 'write', 'delay CYCLES', 'loop TRIPS {' or '}'");
    }
  }
  return fail("the '{' of line " + llvm::Twine(opened) + " is not closed");
}

llvm::Expected<FifoInstance> InstanceParser::parse() {
  while (error.empty() && nextLine()) {
    if (words[0] == "channel") {
      parseChannel();
    } else if (words[0] == "task" && words.size() == 3 && words[2] == "{") {
      int task = taskIndex(words[1]);
      EventProgram program;
      counted = 0;
      if (parseEvents(program, /*times=*/1, /*nesting=*/0))
        instance.problem.setProgram(task, std::move(program));
    } else if (words[0] == "expect") {
      std::vector<std::string> expectation;
      for (llvm::StringRef word : Words(words).drop_front())
        expectation.push_back(word.str());
      instance.expectations.push_back(std::move(expectation));
    } else {
      fail("expected 'channel', 'task NAME {' or 'expect'");
    }
  }
  if (!error.empty())
    return llvm::createStringError(error);
  return std::move(instance);
}

llvm::Expected<FifoInstance> st::parseFifoInstance(llvm::StringRef text, llvm::StringRef name) {
  return InstanceParser(text, name).parse();
}

static void printEvents(const FifoSizingProblem &problem, const EventProgram &program, unsigned indent,
                        llvm::raw_ostream &os) {
  for (const Event &event : program) {
    os.indent(indent);
    switch (event.kind) {
    case Event::Kind::Read:
    case Event::Kind::Write:
      os << (event.kind == Event::Kind::Read ? "read " : "write ") << problem.channels()[event.channel].name << " "
         << event.tokens;
      if (event.ii != 1)
        os << " ii " << event.ii;
      if (event.latency != 0)
        os << " latency " << event.latency;
      os << "\n";
      break;
    case Event::Kind::Delay:
      os << "delay " << event.cycles << "\n";
      break;
    case Event::Kind::Loop:
      os << "loop " << event.trips << " {\n";
      printEvents(problem, event.body, indent + 2, os);
      os.indent(indent) << "}\n";
      break;
    }
  }
}

void st::printFifoInstance(const FifoInstance &instance, llvm::raw_ostream &os) {
  const FifoSizingProblem &problem = instance.problem;
  for (const FifoChannel &channel : problem.channels()) {
    os << "channel " << channel.name << " from " << problem.tasks()[channel.writer].name << " to "
       << problem.tasks()[channel.reader].name << " width " << channel.widthBits;
    if (channel.fixedDepth)
      os << " depth " << *channel.fixedDepth;
    os << "\n";
  }
  for (const FifoTask &task : problem.tasks()) {
    os << "task " << task.name << " {\n";
    printEvents(problem, task.program, 2, os);
    os << "}\n";
  }
  for (const std::vector<std::string> &expectation : instance.expectations)
    os << "expect " << llvm::join(expectation, " ") << "\n";
}
