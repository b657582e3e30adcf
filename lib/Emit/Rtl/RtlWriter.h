//===- RtlWriter.h - Indented lines of SystemVerilog ------------------------------------------------*- C++ -*-===//

#ifndef ST_EMIT_RTL_RTLWRITER_H
#define ST_EMIT_RTL_RTLWRITER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/raw_ostream.h"

namespace st::rtl {

/// Writes lines at the current depth, two spaces each: a line that ends in `begin` goes one deeper, one that starts
/// with `end` comes back.
class RtlWriter {
public:
  explicit RtlWriter(llvm::raw_ostream &stream, int depth = 0) : stream(stream), depth(depth) {}

  void line(const llvm::Twine &text = "") {
    std::string whole = text.str();
    llvm::StringRef trimmed = llvm::StringRef(whole).ltrim();
    if (trimmed == "end" || trimmed == "endmodule" || trimmed.starts_with("end "))
      --depth;
    if (!whole.empty())
      stream.indent(2 * depth) << whole;
    stream << '\n';
    if (trimmed.ends_with(" begin"))
      ++depth;
  }
  void enter() { ++depth; }

private:
  llvm::raw_ostream &stream;
  int depth;
};

} // namespace st::rtl

#endif // ST_EMIT_RTL_RTLWRITER_H
