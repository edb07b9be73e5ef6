#include "tensorflow/core/common_runtime/dml/runtime/hal/d3d12/program_store.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "tensorflow/core/common_runtime/dml/runtime/base/cache_file.h"

namespace dml {
namespace hal {
namespace d3d12 {
namespace {

class ProgramStoreTest : public ::testing::Test {
 protected:
  ProgramStoreTest() {
    const char* root = std::getenv("TEST_TMPDIR");
    folder_ = std::string(root != nullptr ? root : "/tmp") + "/store." +
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
  }
  ~ProgramStoreTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/programs.bin"; }

  static ProgramKey Key(uint8_t first) {
    ProgramKey key{};
    key[0] = first;
    return key;
  }
  static std::string Found(const ProgramStore& store, uint8_t key) {
    std::string data = "nothing";
    const bool found = store.Find(Key(key), &data);
    EXPECT_EQ(found, data != "nothing");
    return data;
  }

  std::string folder_;
};

TEST_F(ProgramStoreTest, KeepsBetweenProcesses) {
  {
    ProgramStore store;
    store.Open(path());
    EXPECT_EQ(Found(store, 1), "nothing");
    store.Add(Key(1), "one");
    store.Add(Key(2), "");
    store.Add(Key(1), "not this");
    EXPECT_EQ(Found(store, 1), "one");
    store.Finish();
  }
  ProgramStore store;
  store.Open(path());
  EXPECT_EQ(Found(store, 1), "one");
  EXPECT_EQ(Found(store, 2), "");
  EXPECT_EQ(Found(store, 3), "nothing");
}

TEST_F(ProgramStoreTest, AddsToWhatOthersSaved) {
  ProgramStore first, second;
  first.Open(path());
  second.Open(path());
  first.Add(Key(1), "one");
  second.Add(Key(2), "two");
  first.Finish();
  second.Finish();
  ProgramStore store;
  store.Open(path());
  EXPECT_EQ(Found(store, 1), "one");
  EXPECT_EQ(Found(store, 2), "two");
}

TEST_F(ProgramStoreTest, PassesOverADamagedFile) {
  {
    ProgramStore store;
    store.Open(path());
    store.Add(Key(1), std::string(1000, 'x'));
    store.Finish();
  }
  std::filesystem::resize_file(path(), 500);
  ProgramStore store;
  store.Open(path());
  EXPECT_EQ(Found(store, 1), "nothing");
  // And replaces it.
  store.Add(Key(1), "new");
  store.Finish();
  ProgramStore again;
  again.Open(path());
  EXPECT_EQ(Found(again, 1), "new");
}

TEST_F(ProgramStoreTest, WorksWithoutAPlace) {
  ProgramStore store;
  store.Open("");
  store.Add(Key(1), "one");
  EXPECT_EQ(Found(store, 1), "one");
  store.Finish();
  // A folder that cannot be made.
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ + "/file") << "x";
  ProgramStore other;
  other.Open(folder_ + "/file/programs.bin");
  other.Add(Key(1), "one");
  other.Finish();
  EXPECT_EQ(Found(other, 1), "one");
}

TEST_F(ProgramStoreTest, ForgetsWhatIsRemoved) {
  ProgramStore store;
  store.Open("");
  store.Add(Key(1), "one");
  store.Remove(Key(1));
  store.Remove(Key(2));
  EXPECT_EQ(Found(store, 1), "nothing");
  store.Add(Key(1), "other");
  EXPECT_EQ(Found(store, 1), "other");
}

TEST_F(ProgramStoreTest, IsBounded) {
  ProgramStore store;
  store.Open("");
  store.Add(Key(1), std::string(ProgramStore::kMaxBytes, 'x'));
  store.Add(Key(2), "one more");
  EXPECT_EQ(Found(store, 2), "nothing");
}

TEST_F(ProgramStoreTest, TakesNoMoreWhereAFileHasTooMuch) {
  constexpr CacheMagic kMagic = {'D', 'M', 'L', 'D', 'X', 'P', 'S', '1'};
  const auto size = static_cast<uint32_t>(ProgramStore::kMaxBytes + 1);
  std::string data(sizeof(ProgramKey) + sizeof(size) + size, '\x01');
  std::memcpy(&data[sizeof(ProgramKey)], &size, sizeof(size));
  ASSERT_TRUE(WriteCacheFile(path(), kMagic, data));
  ProgramStore store;
  store.Open(path());
  store.Add(Key(2), "one more");
  EXPECT_EQ(Found(store, 2), "nothing");
}

}  // namespace
}  // namespace d3d12
}  // namespace hal
}  // namespace dml
