#include "Support/Npz.h"
#include "Support/FileSystem.h"
#include "TemporaryFolder.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include "gtest/gtest.h"

#include <random>

using namespace st;

namespace {

// Written by NumPy 1.24: savez_compressed(path, x=arange(6, float32).reshape(2,
// 3), f=asfortranarray(x), s=int64(-7), flags=array([True, False])).
#include "NumpyArchive.inc"

std::string messageOf(llvm::Error error) { return llvm::toString(std::move(error)); }

Array makeArray(std::vector<float> values, llvm::SmallVector<int64_t> shape) {
  Array array{"f32", std::move(shape), {}};
  array.bytes.assign(reinterpret_cast<char *>(values.data()), reinterpret_cast<char *>(values.data() + values.size()));
  return array;
}

class NpzTest : public ::testing::Test {
protected:
  /// Writes `bytes` as a file and returns the error that reading it gives, or
  /// "" if it can be read.
  std::string readError(llvm::StringRef bytes) {
    EXPECT_EQ(messageOf(writeFile(path, bytes)), "");
    auto arrays = readNpz(path);
    return arrays ? "" : messageOf(arrays.takeError());
  }

  st::testing::TemporaryFolder folder;
  std::string path = folder.path("a.npz");
};

TEST_F(NpzTest, RoundTrip) {
  NamedArrays arrays;
  arrays["x"] = makeArray({1, 2, 3, 4, 5, 6}, {2, 3});
  arrays["vector"] = makeArray({-0.5f}, {1});
  arrays["scalar"] = makeArray({7}, {});
  arrays["empty"] = makeArray({}, {0, 4});
  arrays["block.0/name with space"] = Array{"i8", {3}, {1, -1, 127}};
  arrays["flag"] = Array{"bool", {2}, {1, 0}};
  ASSERT_EQ(messageOf(writeNpz(path, arrays)), "");
  auto read = readNpz(path);
  ASSERT_TRUE(bool(read)) << messageOf(read.takeError());
  ASSERT_EQ(read->size(), arrays.size());
  for (auto &[name, array] : arrays) {
    EXPECT_EQ((*read)[name].dtype, array.dtype);
    EXPECT_EQ((*read)[name].shape, array.shape);
    EXPECT_EQ((*read)[name].bytes, array.bytes);
  }
}

TEST_F(NpzTest, ReadsWhatNumpyWrites) {
  ASSERT_EQ(messageOf(writeFile(path, llvm::StringRef(numpyArchive, sizeof(numpyArchive)))), "");
  auto arrays = readNpz(path);
  ASSERT_TRUE(bool(arrays)) << messageOf(arrays.takeError());
  ASSERT_EQ(arrays->size(), 4u);
  for (const char *name : {"x", "f"}) {
    const Array &array = (*arrays)[name];
    EXPECT_EQ(array.dtype, "f32");
    EXPECT_EQ(array.shape, (llvm::SmallVector<int64_t>{2, 3}));
    for (int index = 0; index < 6; ++index)
      EXPECT_EQ(array.as<float>()[index], index) << name;
  }
  EXPECT_EQ((*arrays)["s"].dtype, "i64");
  EXPECT_TRUE((*arrays)["s"].shape.empty());
  EXPECT_EQ((*arrays)["s"].as<int64_t>()[0], -7);
  EXPECT_EQ((*arrays)["flags"].dtype, "bool");
  EXPECT_EQ((*arrays)["flags"].bytes, (std::vector<char>{1, 0}));
}

TEST_F(NpzTest, ErrorsNameFileAndRemedy) {
  auto missing = readNpz(folder.path("missing.npz"));
  ASSERT_FALSE(bool(missing));
  std::string message = messageOf(missing.takeError());
  EXPECT_NE(message.find("missing.npz: cannot be read"), std::string::npos) << message;

  message = readError("not a zip file at all, but long enough to hold an end record");
  EXPECT_NE(message.find("a.npz: not a readable .npz archive: the zip directory is missing"), std::string::npos);
  EXPECT_NE(message.find("write it again with numpy.savez"), std::string::npos);
}

TEST_F(NpzTest, UnsupportedElementType) {
  ASSERT_EQ(messageOf(writeNpz(path, {{"x", makeArray({1}, {1})}})), "");
  std::string bytes = (*readFile(path))->getBuffer().str();
  bytes.replace(bytes.find("<f4"), 3, ">f4");
  // The checksum protects the header; without repairing it the damage is what
  // is reported.
  EXPECT_NE(readError(bytes).find("the checksum of 'x.npy' is wrong"), std::string::npos);
  NamedArrays odd{{"x", Array{"c64", {1}, std::vector<char>(8)}}};
  EXPECT_NE(messageOf(writeNpz(path, odd)).find("unknown element type 'c64'"), std::string::npos);
}

TEST_F(NpzTest, EveryTruncationIsAnError) {
  llvm::StringRef whole(numpyArchive, sizeof(numpyArchive));
  for (size_t size = 0; size < whole.size(); ++size)
    EXPECT_NE(readError(whole.take_front(size)), "") << "first " << size << " bytes";
}

TEST_F(NpzTest, DamagedBytesNeverCrash) {
  std::mt19937 random(1);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes(numpyArchive, sizeof(numpyArchive));
    for (int change = 0; change < 1 + round % 4; ++change)
      bytes[random() % bytes.size()] = char(random());
    std::string message = readError(bytes);
    if (!message.empty())
      EXPECT_NE(message.find("a.npz: "), std::string::npos) << message;
  }
}

TEST_F(NpzTest, WriterRejectsWrongSizes) {
  NamedArrays arrays{{"x", makeArray({1, 2}, {3})}};
  EXPECT_NE(messageOf(writeNpz(path, arrays)).find("array 'x' has 8 bytes where its shape needs 12"),
            std::string::npos);
}

} // namespace
