//===- TextMutator.cpp - Changes to a program text by words and lines -----------------------------------------===//
//
// Exchanges, repeats and drops the words and lines of the text, and moves numbers to the borders of their types, so
// that what results often parses.
//
//===----------------------------------------------------------------------------------------------------------===//

#include "Target.h"
#include "llvm/ADT/StringExtras.h"
#include <cstring>
#include <random>
#include <vector>

namespace {

class TextMutator {
public:
  TextMutator(llvm::StringRef text, unsigned seed) : random(seed) {
    while (!text.empty()) {
      size_t length = lengthOfWord(text);
      words.push_back(text.take_front(length).str());
      text = text.drop_front(length);
    }
  }

  std::string mutate() {
    for (int count = 1 + pick(3); count > 0 && !words.empty(); --count)
      switch (pick(8)) {
      case 0:
        // The same kind of word from elsewhere: a name for a name, a type for a type.
        std::swap(words[pick(words.size())], words[pick(words.size())]);
        break;
      case 1:
      case 2:
        words[pick(words.size())] = words[pick(words.size())];
        break;
      case 3:
        words.erase(words.begin() + pick(words.size()));
        break;
      case 4:
        copyLine(/*remove=*/false);
        break;
      case 5:
        copyLine(/*remove=*/true);
        break;
      default:
        changeNumber();
      }
    return llvm::join(words, "");
  }

private:
  size_t pick(size_t count) { return random() % count; }

  static size_t lengthOfWord(llvm::StringRef text) {
    auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$'; };
    if (llvm::isDigit(text[0]))
      return text.take_while([](char c) { return llvm::isDigit(c); }).size();
    if (isWord(text[0]) || ((text[0] == '%' || text[0] == '@' || text[0] == '#') && text.size() > 1))
      return 1 + text.drop_front().take_while(isWord).size();
    return 1;
  }

  void changeNumber() {
    static const char *const borders[] = {
        "0", "1", "2", "7", "16", "1000000", "2147483648", "9223372036854775807", "18446744073709551616", "-1", "?"};
    size_t start = pick(words.size());
    for (size_t step = 0; step < words.size(); ++step) {
      std::string &word = words[(start + step) % words.size()];
      if (llvm::isDigit(word[0])) {
        word = borders[pick(std::size(borders))];
        return;
      }
    }
  }

  void copyLine(bool remove) {
    size_t begin = pick(words.size()), end = begin;
    while (begin > 0 && words[begin - 1] != "\n")
      --begin;
    while (end < words.size() && words[end] != "\n")
      ++end;
    std::vector<std::string> line(words.begin() + begin, words.begin() + end);
    line.push_back("\n");
    if (remove) {
      words.erase(words.begin() + begin, words.begin() + end);
      return;
    }
    size_t target = pick(words.size());
    while (target > 0 && words[target - 1] != "\n")
      --target;
    words.insert(words.begin() + target, line.begin(), line.end());
  }

  std::minstd_rand random;
  std::vector<std::string> words;
};

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize, unsigned seed) {
  if (seed % 8 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string text = TextMutator({reinterpret_cast<const char *>(data), size}, seed).mutate();
  if (text.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::memcpy(data, text.data(), text.size());
  return text.size();
}
