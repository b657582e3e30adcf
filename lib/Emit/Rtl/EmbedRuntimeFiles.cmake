# Writes OUTPUT: the contents of FILES, which lie in ROOT, as C++ string literals.
set(TEXT "#include \"Emit/Rtl/RuntimeFiles.h\"\n\nstatic const st::rtl::RuntimeFile files[] = {\n")
foreach(FILE ${FILES})
  file(READ ${ROOT}/${FILE} CONTENTS)
  string(APPEND TEXT "{\"${FILE}\", R\"__runtime__(${CONTENTS})__runtime__\"},\n")
endforeach()
string(APPEND TEXT "};\n\nllvm::ArrayRef<st::rtl::RuntimeFile> st::rtl::getRuntimeFiles() { return files; }\n")
file(WRITE ${OUTPUT} "${TEXT}")
