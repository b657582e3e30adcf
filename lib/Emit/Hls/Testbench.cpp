//===- Testbench.cpp - A program that runs a kernel on files --------------------------------------------------===//

#include "Emit/Common/SourceWriter.h"
#include "Emit/Hls/FileWriters.h"
#include "llvm/ADT/StringExtras.h"

using namespace st;

std::string st::printTestbench(const KernelLayout &layout) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  SourceWriter out(stream);
  out.line("// Runs " + layout.name + " on operands in raw little-endian files, one per operand:");
  std::string usage = "//   " + layout.name + "_testbench " + llvm::join(layout.operandNames, ".bin ") + ".bin";
  for (const auto &[size, name] : layout.sizes)
    usage += " " + name;
  out.line(usage);
  if (!layout.sizes.empty())
    out.line("// with the sizes of the launch as numbers after them.");
  out.line();
  out.line("#include \"" + layout.name + ".h\"");
  out.line("#include \"st_testbench.h\"");
  out.line();
  out.line("using namespace st::testbench;");
  out.line();
  out.open("int main(int argc, char **argv)");
  std::vector<std::string> quoted, arguments;
  for (const std::string &name : layout.operandNames)
    quoted.push_back("\"" + name + "\"");
  std::string sizes;
  for (const auto &[size, name] : layout.sizes)
    sizes += (sizes.empty() ? "\"" : ", \"") + name + "\"";
  out.list("expect_files(argc, argv, {", quoted, sizes.empty() ? "});" : "}, {" + sizes + "});");
  for (const MemoryPort &port : layout.ports) {
    std::string file = "argv[" + std::to_string(port.operandIndex + 1) + "]";
    std::string count = std::to_string(port.numElements);
    const MemoryPort &first = layout.getFirstPort(port);
    arguments.push_back(first.name + ".data()");
    if (&first != &port)
      continue;
    out.line("operand<" + port.element.cppType + "> " + port.name +
             (port.isInput || port.isInPlace
                  ? " = read_operand<" + port.element.cppType + ">(" + file + ", " + count + ");"
                  : "(" + count + ");"));
  }
  for (unsigned index = 0; index < layout.sizes.size(); ++index)
    arguments.push_back("read_size(argv[" + std::to_string(layout.operandNames.size() + index + 1) + "])");
  out.list("run_kernel([&] { " + layout.name + "(", arguments, "); });");
  for (const MemoryPort &port : layout.ports)
    if (!port.isInput)
      out.line("write_operand(argv[" + std::to_string(port.operandIndex + 1) + "], " + layout.getFirstPort(port).name +
               ");");
  out.line("return 0;");
  out.close();
  return text;
}
