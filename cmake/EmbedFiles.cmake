# Writes OUTPUT: the contents of FILES, which lie in ROOT, as C++ string literals that FUNCTION of HEADER gives.
set(TEXT "#include \"${HEADER}\"\n\nstatic const st::RuntimeFile files[] = {\n")
foreach(FILE ${FILES})
  file(READ ${ROOT}/${FILE} CONTENTS)
  string(APPEND TEXT "{\"${FILE}\", R\"__runtime__(${CONTENTS})__runtime__\"},\n")
endforeach()
string(APPEND TEXT "};\n\nllvm::ArrayRef<st::RuntimeFile> ${FUNCTION}() { return files; }\n")
file(WRITE ${OUTPUT} "${TEXT}")
