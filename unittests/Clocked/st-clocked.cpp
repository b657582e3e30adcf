//===- st-clocked.cpp - Run a timed graph cycle by cycle ------------------------------------------------------===//

#include "ClockedModel.h"
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

int main(int argc, char **argv) {
  const char *path = nullptr;
  int64_t maxCycles = 1 << 24;
  for (int i = 1; i < argc; ++i) {
    if (!std::strcmp(argv[i], "--max-cycles") && i + 1 < argc)
      maxCycles = std::atoll(argv[++i]);
    else
      path = argv[i];
  }
  if (!path) {
    std::cerr << "usage: st-clocked FILE.graph [--max-cycles N]\n";
    return 2;
  }
  std::ifstream file(path);
  if (!file) {
    std::cerr << path << ": cannot be read\n";
    return 2;
  }
  std::stringstream text;
  text << file.rdbuf();
  st::clocked::Graph graph;
  std::string error;
  if (!st::clocked::parse(text.str(), graph, error)) {
    std::cerr << path << ": " << error << "\n";
    return 2;
  }
  st::clocked::Result result = st::clocked::run(graph, maxCycles);
  std::cout << print(result);
  return result.deadlocked || result.outOfCycles || !result.error.empty();
}
