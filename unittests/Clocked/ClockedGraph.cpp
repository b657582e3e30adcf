//===- ClockedGraph.cpp - Timed graphs as the clocked model reads them ----------------------------------------===//

#include "ClockedGraph.h"
#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

using namespace st::clocked;

namespace {

/// Reads the words of one line after the other.
class Reader {
public:
  Reader(const std::string &text, std::string &error) : lines(text), error(error) {}

  bool nextLine() {
    std::string line;
    while (std::getline(lines, line)) {
      ++number;
      std::istringstream stream(line.substr(0, line.find('#')));
      words.clear();
      position = 0;
      for (std::string word; stream >> word;)
        words.push_back(word);
      if (!words.empty())
        return true;
    }
    words.clear();
    position = 0;
    return false;
  }

  bool fail(const std::string &what) {
    if (error.empty())
      error = "line " + std::to_string(number) + ": " + what;
    return false;
  }

  bool accept(const std::string &word) {
    if (position == words.size() || words[position] != word)
      return false;
    ++position;
    return true;
  }

  bool keyword(const std::string &word) { return accept(word) || fail("expected '" + word + "'"); }

  bool name(std::string &result) {
    if (position == words.size())
      return fail("expected a name");
    result = words[position++];
    for (char c : result)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.' && c != '-')
        return fail("'" + result + "' is no name");
    return true;
  }

  bool integer(int64_t &result) {
    if (position == words.size())
      return fail("expected a number");
    const std::string &word = words[position++];
    if (word.size() > 13 || !std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c); }))
      return fail("'" + word + "' is no number up to 2^40");
    result = std::stoll(word);
    return result <= int64_t(1) << 40 || fail("'" + word + "' is more than 2^40");
  }

  bool value(const std::string &word, int64_t &result) { return keyword(word) && integer(result); }
  bool option(const std::string &word, int64_t &result) { return !accept(word) || integer(result); }
  bool end() { return position == words.size() || fail("unexpected '" + words[position] + "'"); }

private:
  std::istringstream lines;
  std::string &error;
  std::vector<std::string> words;
  size_t position = 0;
  int number = 0;
};

bool parseOperations(Reader &reader, std::vector<Operation> &operations) {
  while (reader.nextLine()) {
    if (reader.accept("}"))
      return reader.end();
    Operation operation{reader.accept("pop"), "", 0};
    if (!operation.isPop && !reader.keyword("push"))
      return false;
    if (!reader.name(operation.fifo) || !reader.option("at", operation.at) || !reader.end())
      return false;
    operations.push_back(operation);
  }
  return reader.fail("expected '}'");
}

bool parseBody(Reader &reader, std::vector<Statement> &body) {
  while (reader.nextLine()) {
    if (reader.accept("}"))
      return reader.end();
    Statement statement(Statement::Delay, 0);
    if (reader.accept("delay")) {
      if (!reader.integer(statement.count) || !reader.end())
        return false;
    } else if (reader.accept("loop")) {
      statement.kind = Statement::Loop;
      if (!reader.integer(statement.count) || !reader.keyword("{") || !reader.end() ||
          !parseBody(reader, statement.body))
        return false;
    } else if (reader.accept("pipeline")) {
      statement.kind = Statement::Pipeline;
      if (!reader.integer(statement.count) || !reader.value("ii", statement.ii) ||
          !reader.value("depth", statement.depth) || !reader.keyword("{") || !reader.end() ||
          !parseOperations(reader, statement.operations))
        return false;
    } else {
      return reader.fail("expected a statement");
    }
    body.push_back(std::move(statement));
  }
  return reader.fail("expected '}'");
}

bool parseChannel(Reader &reader, Graph &graph) {
  Channel channel;
  graph.channels.push_back(channel);
  Channel &c = graph.channels.back();
  return reader.name(c.name) && reader.keyword("from") && reader.name(c.from) && reader.keyword("to") &&
         reader.name(c.to) && reader.value("width", c.width) && reader.value("depth", c.depth) &&
         reader.option("initial", c.initial) && (c.feedback = reader.accept("feedback"), reader.end());
}

bool parsePort(Reader &reader, Graph &graph) {
  Port p;
  if (!reader.name(p.name))
    return false;
  p.reads = reader.accept("reads");
  if (!p.reads && !reader.keyword("writes"))
    return false;
  if (!reader.name(p.memory) || !reader.keyword(p.reads ? "to" : "from") || !reader.name(p.task) ||
      !reader.value("width", p.width) || !reader.value("depth", p.depth) || !reader.value("burst", p.burst) ||
      !reader.value("tokens", p.tokens) || (p.reads && !reader.option("from", p.from)))
    return false;
  graph.ports.push_back(p);
  return reader.end();
}

bool parseMemory(Reader &reader, Graph &graph) {
  Memory m;
  if (!reader.name(m.name) || !reader.value("rate", m.bytes) || !reader.value("per", m.cycles) ||
      !reader.value("latency", m.latency))
    return false;
  graph.memories.push_back(m);
  return reader.end();
}

bool parseTask(Reader &reader, Graph &graph) {
  Task task;
  if (!reader.name(task.name) || !reader.option("start", task.start) || !reader.keyword("{") || !reader.end() ||
      !parseBody(reader, task.body))
    return false;
  graph.tasks.push_back(std::move(task));
  return true;
}

bool checkBody(const std::vector<Statement> &body, std::string &error) {
  for (const Statement &statement : body) {
    if (!checkBody(statement.body, error))
      return false;
    if (statement.kind != Statement::Pipeline)
      continue;
    if (statement.count < 1 || statement.ii < 1 || statement.depth < 1 || statement.operations.empty()) {
      error = "a pipeline needs trips, ii and depth of at least 1, and an operation";
      return false;
    }
    std::set<std::string> seen;
    for (const Operation &operation : statement.operations) {
      if (operation.at >= statement.depth) {
        error = "an operation on '" + operation.fifo + "' is not before the pipeline's depth";
        return false;
      }
      std::string slot =
          operation.fifo + (operation.isPop ? " pop " : " push ") + std::to_string(operation.at % statement.ii);
      if (!seen.insert(slot).second) {
        error = "two tokens of '" + operation.fifo + "' in one cycle";
        return false;
      }
    }
  }
  return true;
}

void collectNames(const std::vector<Statement> &body, std::set<std::pair<std::string, bool>> &used) {
  for (const Statement &statement : body) {
    collectNames(statement.body, used);
    for (const Operation &operation : statement.operations)
      used.insert({operation.fifo, operation.isPop});
  }
}

void printBody(std::ostream &os, const std::vector<Statement> &body, const std::string &indent) {
  for (const Statement &statement : body) {
    if (statement.kind == Statement::Delay) {
      os << indent << "delay " << statement.count << "\n";
      continue;
    }
    if (statement.kind == Statement::Loop) {
      os << indent << "loop " << statement.count << " {\n";
      printBody(os, statement.body, indent + "  ");
    } else {
      os << indent << "pipeline " << statement.count << " ii " << statement.ii << " depth " << statement.depth
         << " {\n";
      for (const Operation &operation : statement.operations) {
        os << indent << "  " << (operation.isPop ? "pop " : "push ") << operation.fifo;
        if (operation.at)
          os << " at " << operation.at;
        os << "\n";
      }
    }
    os << indent << "}\n";
  }
}

} // namespace

int64_t st::clocked::cyclesOf(const std::vector<Statement> &body) {
  int64_t cycles = 0;
  for (const Statement &statement : body) {
    if (statement.kind == Statement::Delay)
      cycles += statement.count;
    else if (statement.kind == Statement::Loop)
      cycles += statement.count * cyclesOf(statement.body);
    else
      cycles += (statement.count - 1) * statement.ii + statement.depth;
  }
  return cycles;
}

int64_t st::clocked::tokensOf(const std::vector<Statement> &body, const std::string &fifo, bool isPop) {
  int64_t tokens = 0;
  for (const Statement &statement : body) {
    int64_t each = tokensOf(statement.body, fifo, isPop);
    for (const Operation &operation : statement.operations)
      each += operation.fifo == fifo && operation.isPop == isPop;
    if (statement.kind != Statement::Delay)
      tokens += statement.count * each;
  }
  return tokens;
}

bool st::clocked::parse(const std::string &text, Graph &graph, std::string &error) {
  graph = Graph();
  error.clear();
  Reader reader(text, error);
  bool launchesSeen = false;
  while (reader.nextLine()) {
    bool good;
    if (reader.accept("memory")) {
      good = parseMemory(reader, graph);
    } else if (reader.accept("channel")) {
      good = parseChannel(reader, graph);
    } else if (reader.accept("port")) {
      good = parsePort(reader, graph);
    } else if (reader.accept("task")) {
      good = parseTask(reader, graph);
    } else if (!launchesSeen && reader.accept("launches")) {
      launchesSeen = true;
      good = reader.integer(graph.launches);
      graph.serial = reader.accept("serial");
      good = good && reader.end();
    } else {
      good = reader.fail("expected memory, channel, port, task or launches");
    }
    if (!good)
      return false;
  }
  return check(graph, error);
}

bool st::clocked::check(const Graph &graph, std::string &error) {
  auto fail = [&](const std::string &what) {
    error = what;
    return false;
  };
  std::set<std::string> tasks, memories, fifos;
  for (const Memory &memory : graph.memories) {
    if (!memories.insert(memory.name).second)
      return fail("memory '" + memory.name + "' is declared twice");
    if (memory.bytes < 1 || memory.cycles < 1)
      return fail("the rate of memory '" + memory.name + "' is 0");
  }
  for (const Task &task : graph.tasks) {
    if (!tasks.insert(task.name).second)
      return fail("task '" + task.name + "' is declared twice");
    if (!checkBody(task.body, error))
      return false;
  }
  // Who may do what with a FIFO, and how often in one launch.
  auto tokens = [&](const std::string &task, const std::string &fifo, bool isPop) {
    for (const Task &each : graph.tasks)
      if (each.name == task)
        return tokensOf(each.body, fifo, isPop);
    return int64_t(0);
  };
  std::set<std::pair<std::string, std::pair<std::string, bool>>> allowed;
  for (const Channel &channel : graph.channels) {
    if (!fifos.insert(channel.name).second)
      return fail("'" + channel.name + "' is declared twice");
    if (!tasks.count(channel.from) || !tasks.count(channel.to))
      return fail("a task of channel '" + channel.name + "' is not declared");
    if (channel.width < 1 || channel.depth < 1 || channel.initial > channel.depth)
      return fail("width, depth or initial tokens of '" + channel.name + "' are impossible");
    if (tokens(channel.from, channel.name, false) != tokens(channel.to, channel.name, true))
      return fail("a launch does not pop from '" + channel.name + "' what it pushes");
    allowed.insert({channel.from, {channel.name, false}});
    allowed.insert({channel.to, {channel.name, true}});
  }
  for (const Port &port : graph.ports) {
    if (!fifos.insert(port.name).second)
      return fail("'" + port.name + "' is declared twice");
    if (!tasks.count(port.task) || !memories.count(port.memory))
      return fail("the task or memory of port '" + port.name + "' is not declared");
    if (port.width < 1 || port.depth < 1 || port.burst < 1 || port.tokens < 1 || port.burst > port.depth)
      return fail("width, depth, burst or tokens of '" + port.name + "' are impossible");
    if (tokens(port.task, port.name, port.reads) != port.tokens)
      return fail("a launch does not move the tokens of port '" + port.name + "'");
    allowed.insert({port.task, {port.name, port.reads}});
  }
  for (const Task &task : graph.tasks) {
    std::set<std::pair<std::string, bool>> used;
    collectNames(task.body, used);
    for (const auto &use : used)
      if (!allowed.count({task.name, use}))
        return fail("task '" + task.name + "' may not " + (use.second ? "pop " : "push ") + use.first);
  }
  if (graph.launches < 1)
    return fail("a graph is launched at least once");
  return true;
}

std::string st::clocked::print(const Graph &graph) {
  std::ostringstream os;
  for (const Memory &memory : graph.memories)
    os << "memory " << memory.name << " rate " << memory.bytes << " per " << memory.cycles << " latency "
       << memory.latency << "\n";
  for (const Channel &channel : graph.channels) {
    os << "channel " << channel.name << " from " << channel.from << " to " << channel.to << " width " << channel.width
       << " depth " << channel.depth;
    if (channel.initial)
      os << " initial " << channel.initial;
    if (channel.feedback)
      os << " feedback";
    os << "\n";
  }
  for (const Port &port : graph.ports) {
    os << "port " << port.name << (port.reads ? " reads " : " writes ") << port.memory
       << (port.reads ? " to " : " from ") << port.task << " width " << port.width << " depth " << port.depth
       << " burst " << port.burst << " tokens " << port.tokens;
    if (port.from)
      os << " from " << port.from;
    os << "\n";
  }
  for (const Task &task : graph.tasks) {
    os << "task " << task.name;
    if (task.start)
      os << " start " << task.start;
    os << " {\n";
    printBody(os, task.body, "  ");
    os << "}\n";
  }
  if (graph.launches != 1 || graph.serial)
    os << "launches " << graph.launches << (graph.serial ? " serial" : "") << "\n";
  return os.str();
}
