// Loads a device file field by field. Each reading function reports the first thing wrong with its field, so that the
// message names the file, the path of the field inside it and what belongs there.
#include "Device/Device.h"

#include "Support/Error.h"
#include "Support/Json.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"

#include <set>

using namespace st;

namespace {
/// An object of the file and where it stands.
struct Object {
  const llvm::json::Object *fields = nullptr;
  std::string where;
};
} // namespace

namespace st {
/// Reads fields until the first failure; after it every call returns a default, and `takeError` tells what it was.
class DeviceReader {
public:
  DeviceReader(llvm::StringRef path) : path(path) {}

  llvm::Expected<Device> read();

private:
  void fail(const std::string &field, const std::string &message) {
    if (problem.empty())
      problem = path + ": " + field + ": " + message;
  }
  /// Checks that `object` has exactly the named fields.
  void checkFields(const Object &object, std::initializer_list<llvm::StringRef> names);
  const llvm::json::Value *get(const Object &object, llvm::StringRef name);
  Object getObject(const Object &object, llvm::StringRef name);
  std::vector<Object> getObjects(const Object &object, llvm::StringRef name);
  std::string getText(const Object &object, llvm::StringRef name);
  int64_t getInteger(const Object &object, llvm::StringRef name, int64_t least);
  double getNumber(const Object &object, llvm::StringRef name, double most);
  /// Checks that the numbers of `object` tell where they come from.
  void checkSource(const Object &object) { getText(object, "source"); }

  void readClock(const Object &object);
  Resources readResources(const Object &object);
  void readDies(const Object &root);
  void readMemories(const Object &root);
  void readStorage(const Object &root);
  void readOperators(const Object &root);

  std::string path;
  std::string problem;
  Device device;
};
} // namespace st

static std::string fieldPath(const Object &object, llvm::StringRef name) {
  return object.where.empty() ? name.str() : object.where + "." + name.str();
}

void DeviceReader::checkFields(const Object &object, std::initializer_list<llvm::StringRef> names) {
  if (!object.fields)
    return;
  for (const auto &field : *object.fields)
    if (!llvm::is_contained(names, llvm::StringRef(field.first)))
      fail(fieldPath(object, field.first), "unknown field; remove it or correct its name");
}

const llvm::json::Value *DeviceReader::get(const Object &object, llvm::StringRef name) {
  if (!object.fields)
    return nullptr;
  const llvm::json::Value *value = object.fields->get(name);
  if (!value)
    fail(fieldPath(object, name), "missing; devices/device.schema.json describes it");
  return value;
}

Object DeviceReader::getObject(const Object &object, llvm::StringRef name) {
  const llvm::json::Value *value = get(object, name);
  if (!value)
    return {};
  if (!value->getAsObject())
    fail(fieldPath(object, name), "expected an object {...}");
  return {value->getAsObject(), fieldPath(object, name)};
}

std::vector<Object> DeviceReader::getObjects(const Object &object, llvm::StringRef name) {
  std::vector<Object> result;
  const llvm::json::Value *value = get(object, name);
  if (!value)
    return result;
  const llvm::json::Array *array = value->getAsArray();
  if (!array || array->empty()) {
    fail(fieldPath(object, name), "expected a list of at least one object");
    return result;
  }
  for (const auto &[i, element] : llvm::enumerate(*array)) {
    std::string where = llvm::formatv("{0}[{1}]", fieldPath(object, name), i);
    if (!element.getAsObject())
      fail(where, "expected an object {...}");
    else
      result.push_back({element.getAsObject(), where});
  }
  return result;
}

std::string DeviceReader::getText(const Object &object, llvm::StringRef name) {
  const llvm::json::Value *value = get(object, name);
  if (!value)
    return "";
  std::optional<llvm::StringRef> text = value->getAsString();
  if (!text || text->empty()) {
    fail(fieldPath(object, name), "expected a text that is not empty");
    return "";
  }
  return text->str();
}

int64_t DeviceReader::getInteger(const Object &object, llvm::StringRef name, int64_t least) {
  const llvm::json::Value *value = get(object, name);
  if (!value)
    return least;
  std::optional<int64_t> number = value->getAsInteger();
  if (!number || *number < least) {
    fail(fieldPath(object, name), llvm::formatv("expected an integer of at least {0}", least));
    return least;
  }
  return *number;
}

double DeviceReader::getNumber(const Object &object, llvm::StringRef name, double most) {
  const llvm::json::Value *value = get(object, name);
  if (!value)
    return most;
  std::optional<double> number = value->getAsNumber();
  if (!number || *number <= 0 || *number > most) {
    fail(fieldPath(object, name), llvm::formatv("expected a number above 0 and at most {0}", most));
    return most;
  }
  return *number;
}

void DeviceReader::readClock(const Object &clock) {
  checkFields(clock, {"default_mhz", "max_mhz", "source"});
  checkSource(clock);
  device.highestClockMhz = getNumber(clock, "max_mhz", 1000);
  device.defaultClockMhz = getNumber(clock, "default_mhz", device.highestClockMhz);
  device.currentClockMhz = device.defaultClockMhz;
}

Resources DeviceReader::readResources(const Object &object) {
  checkFields(object, {"lut", "ff", "dsp", "bram36", "uram", "source"});
  checkSource(object);
  Resources resources;
  resources.lut = getInteger(object, "lut", 0);
  resources.ff = getInteger(object, "ff", 0);
  resources.dsp = getInteger(object, "dsp", 0);
  resources.bram18 = 2 * getInteger(object, "bram36", 0);
  resources.uram = getInteger(object, "uram", 0);
  return resources;
}

void DeviceReader::readDies(const Object &root) {
  for (const Object &object : getObjects(root, "dies")) {
    checkFields(object, {"name", "exists", "available"});
    Die die;
    die.name = getText(object, "name");
    die.exists = readResources(getObject(object, "exists"));
    die.available = readResources(getObject(object, "available"));
    if (!die.available.fitsIn(die.exists))
      fail(fieldPath(object, "available"), "more is available than exists");
    device.dieList.push_back(die);
  }
}

void DeviceReader::readMemories(const Object &root) {
  for (const Object &object : getObjects(root, "memories")) {
    checkFields(object, {"name", "kind", "link", "die", "channels", "channel_bytes", "channel_bytes_per_second",
                         "port_bits", "burst_bytes", "sequential_efficiency", "read_latency_cycles", "source"});
    checkSource(object);
    ExternalMemory memory;
    memory.name = getText(object, "name");
    memory.kind = getText(object, "kind");
    if (memory.kind != "hbm" && memory.kind != "ddr")
      fail(fieldPath(object, "kind"), "expected \"hbm\" or \"ddr\"");
    memory.link = getText(object, "link");
    if (llvm::StringRef(memory.link).count('#') != 1)
      fail(fieldPath(object, "link"), "expected one '#', which stands for the channel's number, as in \"HBM[#]\"");
    std::string die = getText(object, "die");
    auto it = llvm::find_if(device.dieList, [&](const Die &candidate) { return candidate.name == die; });
    if (it == device.dieList.end())
      fail(fieldPath(object, "die"), "no die is called '" + die + "'");
    memory.die = it - device.dieList.begin();
    memory.channels = getInteger(object, "channels", 1);
    memory.channelBytes = getInteger(object, "channel_bytes", 1);
    memory.channelBytesPerSecond = getInteger(object, "channel_bytes_per_second", 1);
    memory.portBits = getInteger(object, "port_bits", 8);
    memory.burstBytes = getInteger(object, "burst_bytes", 1);
    memory.sequentialEfficiency = getNumber(object, "sequential_efficiency", 1);
    memory.readLatencyCycles = getInteger(object, "read_latency_cycles", 1);
    device.memoryList.push_back(memory);
  }
}

void DeviceReader::readStorage(const Object &root) {
  for (const Object &object : getObjects(root, "storage")) {
    checkFields(object, {"kind", "shapes", "share", "source"});
    checkSource(object);
    std::string name = getText(object, "kind");
    const MemoryKind kinds[] = {MemoryKind::Lutram, MemoryKind::Bram, MemoryKind::Uram};
    const MemoryKind *kind = llvm::find_if(kinds, [&](MemoryKind k) { return getMemoryKindName(k) == name; });
    if (kind == std::end(kinds)) {
      fail(fieldPath(object, "kind"), "expected \"lutram\", \"bram\" or \"uram\"");
      return;
    }
    MemoryBlocks &blocks = device.memoryBlocks[static_cast<int>(*kind)];
    if (!blocks.shapes.empty())
      fail(fieldPath(object, "kind"), "'" + name + "' is described twice");
    blocks.kind = *kind;
    blocks.share = getNumber(object, "share", 1);
    for (const Object &shape : getObjects(object, "shapes")) {
      checkFields(shape, {"depth", "width_bits"});
      int64_t least = blocks.shapes.empty() ? 1 : blocks.shapes.back().widthBits + 1;
      blocks.shapes.push_back({getInteger(shape, "depth", 1), getInteger(shape, "width_bits", least)});
    }
  }
  if (device.memoryBlocks[static_cast<int>(MemoryKind::Lutram)].shapes.empty())
    fail("storage", "no entry of kind \"lutram\"; every FIFO may need it");
}

void DeviceReader::readOperators(const Object &root) {
  const OpKind kinds[] = {
#define ST_OPERATOR(ENUMERATOR, NAME) OpKind::ENUMERATOR,
#include "Device/Operators.def"
  };
  device.operators.resize(std::size(kinds));
  std::set<std::string> seen;
  for (const Object &object : getObjects(root, "operators")) {
    checkFields(object, {"name", "latency_cycles", "dsp", "lut", "ff", "source"});
    checkSource(object);
    std::string name = getText(object, "name");
    const OpKind *kind = llvm::find_if(kinds, [&](OpKind k) { return getOperatorName(k) == name; });
    if (kind == std::end(kinds)) {
      fail(fieldPath(object, "name"), "no operator is called '" + name + "'");
      return;
    }
    if (!seen.insert(name).second)
      fail(fieldPath(object, "name"), "'" + name + "' is described twice");
    auto &entry = device.operators[static_cast<int>(*kind)];
    entry.latencyCycles = getInteger(object, "latency_cycles", 0);
    entry.resources.dsp = getInteger(object, "dsp", 0);
    entry.resources.lut = getInteger(object, "lut", 0);
    entry.resources.ff = getInteger(object, "ff", 0);
  }
  for (OpKind kind : kinds)
    if (!seen.count(getOperatorName(kind).str()))
      fail("operators", "no entry for '" + getOperatorName(kind).str() + "'");
}

llvm::Expected<Device> DeviceReader::read() {
  llvm::Expected<llvm::json::Value> json = readJson(path);
  if (!json)
    return json.takeError();
  Object root{json->getAsObject(), ""};
  if (!root.fields)
    return makeError("{0}: expected an object {{...} at the top", path);
  checkFields(root,
              {"schema", "name", "title", "part", "platform", "clock", "dies", "memories", "storage", "operators"});
  if (getText(root, "schema") != "streamtensor-device-1")
    fail("schema", "expected \"streamtensor-device-1\", the version that this compiler reads");
  device.deviceName = getText(root, "name");
  device.deviceTitle = getText(root, "title");
  device.devicePart = getText(root, "part");
  device.devicePlatform = getText(root, "platform");
  readClock(getObject(root, "clock"));
  readDies(root);
  readMemories(root);
  readStorage(root);
  readOperators(root);
  if (!problem.empty())
    return llvm::createStringError(problem);
  return std::move(device);
}

llvm::Expected<Device> Device::load(llvm::StringRef path) { return DeviceReader(path).read(); }
