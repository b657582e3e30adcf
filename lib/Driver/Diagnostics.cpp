//===- Diagnostics.cpp - What a user is told, as text and as JSON ---------------------------------------------===//

#include "Driver/Diagnostics.h"
#include "mlir/IR/Location.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace st;

static FileLineColLoc findFile(Location loc) {
  FileLineColLoc found;
  loc->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file || file.getLine() == 0)
      return WalkResult::advance();
    found = file;
    return WalkResult::interrupt();
  });
  return found;
}

std::string st::describePlace(Location loc) {
  if (FileLineColLoc file = findFile(loc))
    return llvm::formatv("{0}:{1}:{2}", file.getFilename().getValue(), file.getLine(), file.getColumn());
  llvm::SmallSetVector<StringRef, 4> names;
  loc->walk([&](Location inner) {
    if (auto name = dyn_cast<NameLoc>(inner))
      names.insert(name.getName().getValue());
    // A file as a whole.
    if (auto file = dyn_cast<FileLineColLoc>(inner))
      names.insert(file.getFilename().getValue());
    return WalkResult::advance();
  });
  // Fused operations stand for many nodes; a few tell where to look.
  constexpr size_t most = 4;
  std::string text = llvm::join(ArrayRef(names.getArrayRef()).take_front(most), ", ");
  if (names.size() > most)
    text += llvm::formatv(" and {0} more", names.size() - most);
  return text;
}

/// "see current operation": the IR of a place that the user has already been told.
static bool isAboutIr(Diagnostic &note) { return StringRef(note.str()).starts_with("see current operation"); }

static UserDiagnostic describe(Diagnostic &diagnostic) {
  UserDiagnostic result{diagnostic.getSeverity(), describePlace(diagnostic.getLocation()), diagnostic.str(), {}};
  for (Diagnostic &note : diagnostic.getNotes())
    if (!isAboutIr(note))
      result.notes.push_back(note.str());
  return result;
}

DiagnosticCollector::DiagnosticCollector(MLIRContext *context)
    : handler(context, [this](Diagnostic &diagnostic) { diagnostics.push_back(describe(diagnostic)); }) {}

static llvm::raw_ostream &heading(DiagnosticSeverity severity, llvm::raw_ostream &out) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return llvm::WithColor::error(out);
  case DiagnosticSeverity::Warning:
    return llvm::WithColor::warning(out);
  default:
    return llvm::WithColor::remark(out);
  }
}

/// A line that holds the data of a constant would bury the message.
static bool isShortLine(StringRef text, unsigned line) {
  constexpr size_t longest = 400;
  for (; line > 1 && !text.empty(); --line)
    text = text.split('\n').second;
  return std::min(text.find('\n'), text.size()) <= longest;
}

DiagnosticPrinter::DiagnosticPrinter(llvm::SourceMgr &sources, MLIRContext *context, llvm::raw_ostream &out)
    : SourceMgrDiagnosticHandler(sources, context, out) {
  setHandler([this, &out](Diagnostic &diagnostic) {
    UserDiagnostic described = describe(diagnostic);
    collected.push_back(described);
    if (FileLineColLoc file = findFile(diagnostic.getLocation())) {
      const llvm::MemoryBuffer *buffer = getBufferForFile(file.getFilename());
      bool showLine = buffer && isShortLine(buffer->getBuffer(), file.getLine());
      emitDiagnostic(file, diagnostic.str(), diagnostic.getSeverity(), showLine);
      for (Diagnostic &note : diagnostic.getNotes())
        if (!isAboutIr(note))
          emitDiagnostic(note.getLocation(), note.str(), DiagnosticSeverity::Note);
      return;
    }
    heading(described.severity, out);
    // Importers name the node in their own words.
    if (!described.place.empty() && !StringRef(described.message).contains(described.place) &&
        !StringRef(described.message).starts_with("node "))
      out << "at " << described.place << ": ";
    out << described.message << "\n";
    for (const std::string &note : described.notes)
      llvm::WithColor::note(out) << note << "\n";
  });
}

namespace {
class DiagnosedError : public llvm::ErrorInfo<DiagnosedError> {
public:
  static char ID;
  explicit DiagnosedError(std::string what) : what(std::move(what)) {}
  void log(llvm::raw_ostream &out) const override { out << what; }
  std::error_code convertToErrorCode() const override { return llvm::inconvertibleErrorCode(); }

private:
  std::string what;
};
char DiagnosedError::ID;
} // namespace

llvm::Error st::alreadyDiagnosed(std::string what) { return llvm::make_error<DiagnosedError>(std::move(what)); }

bool st::isAlreadyDiagnosed(const llvm::Error &error) { return error.isA<DiagnosedError>(); }

llvm::json::Value st::toJson(const UserDiagnostic &diagnostic) {
  llvm::json::Array notes;
  for (const std::string &note : diagnostic.notes)
    notes.push_back(llvm::json::fixUTF8(note));
  StringRef severity = diagnostic.severity == DiagnosticSeverity::Error     ? "error"
                       : diagnostic.severity == DiagnosticSeverity::Warning ? "warning"
                                                                            : "remark";
  return llvm::json::Object{{"severity", severity},
                            {"place", llvm::json::fixUTF8(diagnostic.place)},
                            {"message", llvm::json::fixUTF8(diagnostic.message)},
                            {"notes", std::move(notes)}};
}
