#include "Import/Onnx/ModelFile.h"

#include "Support/Error.h"
#include "Support/FileSystem.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

namespace st::onnximport {

namespace {
/// Protobuf writes to stderr on a bad file; here every problem is a diagnostic.
class QuietProtobuf {
public:
  QuietProtobuf() : previous(google::protobuf::SetLogHandler(nullptr)) {}
  ~QuietProtobuf() { google::protobuf::SetLogHandler(previous); }

private:
  google::protobuf::LogHandler *previous;
};
} // namespace

llvm::Error readModelFile(llvm::StringRef path, onnx::ModelProto &model) {
  auto buffer = readFile(path);
  if (!buffer)
    return buffer.takeError();
  llvm::StringRef contents = (*buffer)->getBuffer();
  if (contents.empty())
    return makeError("{0}: is empty; export the model again", path);
  if (contents.size() > std::numeric_limits<int>::max())
    return makeError("{0}: is larger than 2 GiB; export it with external data", path);
  QuietProtobuf quiet;
  google::protobuf::io::ArrayInputStream stream(contents.data(), contents.size());
  google::protobuf::io::CodedInputStream coded(&stream);
  if (!model.ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
    return makeError("{0}: is not an ONNX model or is truncated; export it again", path);
  if (!model.has_graph())
    return makeError("{0}: holds no graph, so it is not an ONNX model; export it with torch.onnx.export", path);
  return llvm::Error::success();
}

std::string describe(const onnx::NodeProto &node) {
  bool isStandard = node.domain().empty() || node.domain() == "ai.onnx";
  std::string op = isStandard ? node.op_type() : node.domain() + "." + node.op_type();
  if (node.name().empty())
    return "node " + op + " computing '" + (node.output_size() ? node.output(0) : "") + "'";
  return "node '" + node.name() + "' (" + op + ")";
}

} // namespace st::onnximport
