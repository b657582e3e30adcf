#include "Reference/Activation.h"

#include <cstdlib>
#include <cstring>

using namespace st::reference;

Activation::Activation(const Program &program) : program(program), at(program.code.data()) {
  registers = static_cast<char *>(std::malloc(program.initial.size() + 64));
  if (!program.initial.empty())
    std::memcpy(registers, program.initial.data(), program.initial.size());
  for (const Program::Memory &memory : program.memories) {
    // Like a new tensor, memory is NaN until written.
    char *data = static_cast<char *>(std::malloc(memory.bytes + 1));
    std::memset(data, 0xff, memory.bytes);
    memories.push_back(data);
    reg<char *>(memory.reg) = data;
  }
}

Activation::~Activation() {
  for (int32_t offset : program.tensorRegisters)
    release(reg<Buffer *>(offset));
  for (char *data : memories)
    std::free(data);
  std::free(registers);
}

Status Activation::resume() {
  status = Status::Ready;
  const Instruction *in = at;
  while (in)
    in = in->run(in, registers, *this);
  return status;
}

void Activation::setTensor(int32_t offset, Reference tensor) {
  release(reg<Buffer *>(offset));
  reg<Buffer *>(offset) = retain(tensor.get());
}

Reference Activation::takeTensor(int32_t offset) { return Reference(std::exchange(reg<Buffer *>(offset), nullptr)); }

const Instruction *Activation::block(const Instruction *in, Port *port) {
  at = in;
  status = Status::Blocked;
  waitsFor = port;
  return nullptr;
}

const Instruction *Activation::fail(const Instruction *in, std::string why) {
  message = std::move(why);
  return failSilently(in);
}

const Instruction *Activation::failSilently(const Instruction *in) {
  at = in;
  status = Status::Failed;
  return nullptr;
}

const Instruction *Activation::finish(const Instruction *in) {
  at = in;
  status = Status::Done;
  return nullptr;
}
