// What is said when no task of a kernel can go on, or something is left when all are done.
#include "Reference/KernelRun.h"

using namespace mlir;
using namespace st;
using namespace st::reference;

Channel *KernelRun::channelOf(const Port *port) const {
  for (auto &channel : channels)
    if (&channel->fifo == port->fifo)
      return channel.get();
  return nullptr;
}

/// Whom a process waits for: the writer of an empty FIFO, the slowest reader of a full one.
Process *KernelRun::partnerOf(Process &process) const {
  if (!process.waitsFor)
    return nullptr;
  Channel *channel = channelOf(process.waitsFor);
  if (process.waitsFor->isReader())
    return channel->writer;
  auto slowest = llvm::min_element(channel->fifo.read);
  return slowest == channel->fifo.read.end() ? nullptr : channel->readers[slowest - channel->fifo.read.begin()];
}

std::string KernelRun::describeWait(Process &process) const {
  std::string text = "task '" + process.name + "' waits for ";
  if (!process.waitsFor) {
    auto *task = static_cast<TaskProcess *>(&process);
    return text + "tensor '" + nameOfValue(task->missingTensor()) + "', which is not complete";
  }
  const Fifo &fifo = *process.waitsFor->fifo;
  text += "FIFO '" + fifo.name + "' (" + (process.waitsFor->isReader() ? "empty" : "full");
  if (fifo.depth > 0)
    text += ", depth " + std::to_string(fifo.depth) + (fifo.depth == 1 ? " token" : " tokens");
  text += ")";
  Process *partner = partnerOf(process);
  if (partner && partner->status == Status::Done)
    text += "; '" + partner->name + "' has ended";
  else if (!partner)
    text += process.waitsFor->isReader() ? "; nobody writes it" : "; nobody reads it";
  return text;
}

LogicalResult KernelRun::reportDeadlock() {
  // Following whom each waits for leads into the cycle, where there is one.
  SmallVector<Process *> path;
  Process *at = nullptr;
  for (auto &process : processes)
    if (!at && process->status != Status::Done && partnerOf(*process))
      at = process.get();
  while (at && !llvm::is_contained(path, at) && at->status != Status::Done) {
    path.push_back(at);
    at = partnerOf(*at);
  }
  InFlightDiagnostic diag = kernel.emitOpError("deadlock: every task that has not ended waits");
  for (auto &process : processes)
    if (process->status != Status::Done)
      diag.attachNote(process->op->getLoc()) << "deadlock: " << describeWait(*process);
  if (at && at->status != Status::Done) {
    std::string cycle;
    for (Process *member : llvm::drop_begin(path, llvm::find(path, at) - path.begin()))
      cycle += "'" + member->name + "' -> " + (member->waitsFor->isReader() ? "empty" : "full") + " FIFO '" +
               member->waitsFor->fifo->name + "' -> ";
    diag.attachNote() << "cycle: " << cycle << "'" << at->name << "'";
  }
  return diag;
}
