#include "Device/Device.h"

#include "Support/FileSystem.h"
#include "Support/Json.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <set>

using namespace st;

namespace {

const std::vector<std::string> kDirs = {ST_SOURCE_DIR "/devices"};

Device u55c() { return llvm::cantFail(Device::find("u55c", kDirs)); }

/// u55c.json with the first `from` replaced by `to`, loaded; returns the error message.
std::string loadEdited(llvm::StringRef from, llvm::StringRef to) {
  std::string text = llvm::cantFail(readFile(kDirs[0] + "/u55c.json"))->getBuffer().str();
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  text.replace(at, from.size(), to.str());
  llvm::SmallString<128> path;
  EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("device", "json", path));
  llvm::cantFail(writeFile(path, text));
  llvm::Expected<Device> device = Device::load(path);
  llvm::sys::fs::remove(path);
  if (device)
    return "";
  std::string message = llvm::toString(device.takeError());
  EXPECT_TRUE(llvm::StringRef(message).starts_with(path)) << message;
  return message;
}

TEST(Device, U55cTotals) {
  Device device = u55c();
  Resources exists;
  for (const Die &die : device.dies())
    exists += die.exists;
  EXPECT_EQ(exists.lut, 1303680);
  EXPECT_EQ(exists.ff, 2607360);
  EXPECT_EQ(exists.dsp, 9024);
  EXPECT_EQ(exists.bram18, 2 * 2016);
  EXPECT_EQ(exists.uram, 960);
  EXPECT_TRUE(device.available().fitsIn(exists));
  // The paper counts 41 MB of on-chip memory; what a shell leaves must be a little less.
  EXPECT_GT(device.onChipBytesAvailable(), 39'000'000);
  EXPECT_LT(device.onChipBytesAvailable(), 41'000'000);
  ASSERT_EQ(device.memories().size(), 1u);
  EXPECT_EQ(device.memories()[0].channels * device.memories()[0].channelBytesPerSecond, 460'000'000'000);
}

TEST(Device, EveryDeviceOffersWhatDesignsNeed) {
  std::set<std::string> names;
  for (const DeviceFile &file : llvm::cantFail(listDevices(kDirs))) {
    SCOPED_TRACE(file.name);
    Device device = llvm::cantFail(Device::load(file.path));
    EXPECT_EQ(device.name(), file.name);
    names.insert(file.name);
    ASSERT_FALSE(device.memories().empty());
    for (const ExternalMemory &memory : device.memories()) {
      // Bursts are whole words of the port, and a channel gives no more than it has.
      EXPECT_EQ(memory.burstBytes * 8 % memory.portBits, 0);
      EXPECT_LE(device.channelBytesPerCycle(memory) * device.clockMhz() * 1e6, memory.channelBytesPerSecond);
    }
    for (const Die &die : device.dies())
      EXPECT_TRUE(die.available.fitsIn(die.exists)) << die.name;
    for (MemoryKind kind : {MemoryKind::Lutram, MemoryKind::Bram, MemoryKind::Uram})
      EXPECT_GT(device.memoryBlocksAvailable(kind), 0);
  }
  for (const char *name : {"u55c", "u280", "v80", "kv260"})
    EXPECT_TRUE(names.count(name)) << name;
}

TEST(Device, MemoriesAreThoseOfTheBoards) {
  auto total = [](const ExternalMemory &memory) { return memory.channels * memory.channelBytesPerSecond; };
  Device u280 = llvm::cantFail(Device::find("u280", kDirs));
  ASSERT_EQ(u280.memories().size(), 2u);
  EXPECT_EQ(total(u280.memories()[0]), 460'000'000'000);
  EXPECT_EQ(u280.memories()[0].channels * u280.memories()[0].channelBytes, int64_t(8) << 30);
  EXPECT_EQ(u280.memories()[1].kind, "ddr");
  EXPECT_EQ(u280.memories()[1].channels * u280.memories()[1].channelBytes, int64_t(32) << 30);
  Device v80 = llvm::cantFail(Device::find("v80", kDirs));
  EXPECT_EQ(total(v80.memories()[0]), 819'200'000'000);
  EXPECT_EQ(v80.dies()[v80.memories()[0].die].name, "SLR2");
  Device kv260 = llvm::cantFail(Device::find("kv260", kDirs));
  EXPECT_EQ(total(kv260.memories()[0]), 19'200'000'000);
  EXPECT_EQ(kv260.memories()[0].link, "HP#");
  EXPECT_EQ(kv260.dies().size(), 1u);
}

TEST(Device, LatencyFollowsTheClock) {
  Device device = u55c();
  EXPECT_EQ(device.clockMhz(), 250);
  EXPECT_EQ(device.latencyCycles(OpKind::F32Add), 7);
  Device slow = llvm::cantFail(device.withClock(125));
  EXPECT_EQ(slow.latencyCycles(OpKind::F32Add), 4);
  EXPECT_EQ(slow.latencyCycles(OpKind::F32Neg), 0);
  std::string message = llvm::toString(device.withClock(1000).takeError());
  EXPECT_NE(message.find("up to 300"), std::string::npos) << message;
}

TEST(Device, FifoCostIsFinns) {
  Device device = u55c();
  auto bram = [&](int64_t w, int64_t d) { return device.fifoCost(w, d, MemoryKind::Bram).bram18; };
  EXPECT_EQ(bram(1, 16385), 2);
  EXPECT_EQ(bram(2, 8192), 1);
  EXPECT_EQ(bram(4, 4097), 2);
  EXPECT_EQ(bram(9, 2048), 1);
  EXPECT_EQ(bram(18, 1024), 1);
  EXPECT_EQ(bram(36, 512), 1);
  EXPECT_EQ(bram(36, 513), 2);
  EXPECT_EQ(bram(512, 512), 15);
  EXPECT_EQ(bram(512, 1024), 29);
  EXPECT_EQ(device.fifoCost(73, 4097, MemoryKind::Uram).uram, 4);
  EXPECT_EQ(device.fifoCost(32, 32, MemoryKind::Lutram).lut, 16 + 10);
  EXPECT_EQ(device.fifoCost(32, 33, MemoryKind::Lutram).lut, 32 + 12);
}

TEST(Device, DepthRoundsToWhatTheBlocksGive) {
  Device device = u55c();
  EXPECT_EQ(device.roundDepth(512, 2, MemoryKind::Lutram), 32);
  EXPECT_EQ(device.roundDepth(512, 33, MemoryKind::Lutram), 64);
  EXPECT_EQ(device.roundDepth(512, 100, MemoryKind::Bram), 512);
  EXPECT_EQ(device.roundDepth(512, 600, MemoryKind::Bram), 1024);
  EXPECT_EQ(device.roundDepth(8, 600, MemoryKind::Bram), 2048);
  EXPECT_EQ(device.roundDepth(72, 600, MemoryKind::Uram), 4096);
  for (int64_t depth : {2, 33, 600, 5000})
    for (MemoryKind kind : {MemoryKind::Lutram, MemoryKind::Bram, MemoryKind::Uram}) {
      Resources exact = device.memoryCost(512, depth, kind);
      Resources rounded = device.memoryCost(512, device.roundDepth(512, depth, kind), kind);
      EXPECT_TRUE(rounded.fitsIn(exact)) << depth << " " << getMemoryKindName(kind).str();
    }
}

TEST(Device, MemoryGoesWhereItTakesLeast) {
  Device device = u55c();
  EXPECT_EQ(device.chooseMemory(512, 2), MemoryKind::Lutram);
  EXPECT_EQ(device.chooseMemory(512, 32), MemoryKind::Lutram);
  EXPECT_EQ(device.chooseMemory(512, 512), MemoryKind::Bram);
  EXPECT_EQ(device.chooseMemory(512, 4096), MemoryKind::Uram);
}

TEST(Device, ListAndFind) {
  auto devices = llvm::cantFail(listDevices(kDirs));
  ASSERT_FALSE(devices.empty());
  EXPECT_TRUE(
      llvm::any_of(devices, [](const DeviceFile &d) { return d.name == "u55c" && d.title == "AMD Alveo U55C"; }));
  std::string message = llvm::toString(Device::find("u56c", kDirs).takeError());
  EXPECT_NE(message.find("unknown device 'u56c'"), std::string::npos) << message;
  EXPECT_NE(message.find("u55c"), std::string::npos) << message;
}

TEST(Device, ErrorsNameTheField) {
  auto expectError = [](llvm::StringRef from, llvm::StringRef to, llvm::StringRef message) {
    std::string got = loadEdited(from, to);
    EXPECT_NE(got.find(message.str()), std::string::npos) << "got: " << got;
  };
  expectError("\"uram\": 320", "\"uramm\": 320", "dies[0].exists.uramm: unknown field");
  expectError("\"dsp\": 2880, ", "", "dies[0].exists.dsp: missing");
  expectError("\"uram\": 288", "\"uram\": 321", "dies[0].available: more is available than exists");
  expectError("\"channels\": 32", "\"channels\": 0", "memories[0].channels: expected an integer of at least 1");
  expectError("HBM[#]", "HBM", "memories[0].link: expected one '#'");
  expectError("\"die\": \"SLR0\"", "\"die\": \"SLR7\"", "memories[0].die: no die is called 'SLR7'");
  expectError("\"latency_cycles\": 7", "\"latency_cycles\": \"7\"", "operators[0].latency_cycles: expected an integer");
  expectError("\"f32.add\"", "\"f32.plus\"", "operators[0].name: no operator is called 'f32.plus'");
  expectError("\"f32.sub\"", "\"f32.add\"", "operators[1].name: 'f32.add' is described twice");
  expectError("streamtensor-device-1", "streamtensor-device-9", "schema: expected \"streamtensor-device-1\"");
  expectError("\"default_mhz\": 250", "\"default_mhz\": 350",
              "clock.default_mhz: expected a number above 0 and at most 300");
  expectError("\"kind\": \"bram\"", "\"kind\": \"ram\"", "storage[1].kind: expected");
}

/// Calls `visit` for a copy of `root` without one of its fields, for every field at every depth. `value` is a part of
/// `root` that may be changed in place.
void withoutEachField(llvm::json::Value &root, llvm::json::Value &value, llvm::function_ref<void(std::string)> visit) {
  if (llvm::json::Array *array = value.getAsArray()) {
    for (llvm::json::Value &element : *array)
      withoutEachField(root, element, visit);
  } else if (llvm::json::Object *object = value.getAsObject()) {
    std::vector<std::string> names;
    for (auto &field : *object)
      names.push_back(field.first.str());
    for (const std::string &name : names) {
      withoutEachField(root, *object->get(name), visit);
      llvm::json::Value kept = *object->get(name);
      object->erase(name);
      visit(name);
      (*object)[name] = kept;
    }
  }
}

TEST(Device, EveryFieldIsRequired) {
  llvm::json::Value root = llvm::cantFail(readJson(kDirs[0] + "/u55c.json"));
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("device", "json", path));
  int fields = 0;
  withoutEachField(root, root, [&](std::string name) {
    llvm::cantFail(writeJson(path, root));
    std::string message = llvm::toString(Device::load(path).takeError());
    EXPECT_NE(message.find(name + ": missing"), std::string::npos) << name << ": " << message;
    ++fields;
  });
  EXPECT_GT(fields, 200);
  llvm::cantFail(writeJson(path, root));
  EXPECT_TRUE(bool(Device::load(path)));
  llvm::sys::fs::remove(path);
}

/// What is wrong with `value` by `schema`, of which type, const, enum, properties, required, items and the bounds of
/// numbers are understood; empty when nothing is.
std::string violation(const llvm::json::Object &schema, const llvm::json::Value &value) {
  if (const llvm::json::Value *constant = schema.get("const"))
    return *constant == value ? "" : "not the constant";
  if (const llvm::json::Array *values = schema.getArray("enum"))
    return llvm::is_contained(*values, value) ? "" : "not in the enumeration";
  llvm::StringRef type = *schema.getString("type");
  if (type == "string")
    return value.getAsString() && !value.getAsString()->empty() ? "" : "no text";
  if (type == "integer" || type == "number") {
    std::optional<double> number = value.getAsNumber();
    if (!number || (type == "integer" && !value.getAsInteger()))
      return "no " + type.str();
    if (*number < schema.getNumber("minimum").value_or(*number) ||
        *number > schema.getNumber("maximum").value_or(*number) ||
        *number <= schema.getNumber("exclusiveMinimum").value_or(*number - 1))
      return "out of bounds";
    return "";
  }
  if (type == "array") {
    if (!value.getAsArray() || int64_t(value.getAsArray()->size()) < schema.getInteger("minItems").value_or(0))
      return "no list of that length";
    for (const llvm::json::Value &element : *value.getAsArray())
      if (std::string inside = violation(*schema.getObject("items"), element); !inside.empty())
        return "[]." + inside;
    return "";
  }
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return "no object";
  for (const llvm::json::Value &name : *schema.getArray("required"))
    if (!object->get(*name.getAsString()))
      return name.getAsString()->str() + " is missing";
  for (const auto &field : *object) {
    const llvm::json::Object *property = schema.getObject("properties")->getObject(field.first);
    if (!property)
      return field.first.str() + " is unknown";
    if (std::string inside = violation(*property, field.second); !inside.empty())
      return field.first.str() + "." + inside;
  }
  return "";
}

TEST(Device, SchemaAndLoaderAgree) {
  llvm::json::Value schema = llvm::cantFail(readJson(kDirs[0] + "/device.schema.json"));
  for (const DeviceFile &file : llvm::cantFail(listDevices(kDirs)))
    EXPECT_EQ(violation(*schema.getAsObject(), llvm::cantFail(readJson(file.path))), "") << file.path;
  llvm::json::Value root = llvm::cantFail(readJson(kDirs[0] + "/u55c.json"));
  withoutEachField(root, root, [&](std::string name) {
    EXPECT_NE(violation(*schema.getAsObject(), root), "") << "the schema does not require " << name;
  });
}

TEST(Device, EveryNumberHasASource) {
  std::string got = loadEdited("\"source\": \"UG573: synchronous write\"", "\"source\": \"\"");
  EXPECT_NE(got.find(".source: expected a text"), std::string::npos) << got;
}

} // namespace
