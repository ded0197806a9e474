# libclang 19 (C API only). Debian keeps each LLVM below /usr/lib/llvm-N; LOOPLINT_LLVM_ROOT names another place.
set(LOOPLINT_LLVM_ROOT /usr/lib/llvm-19 CACHE PATH "Where LLVM 19 is installed")
find_path(LIBCLANG_INCLUDE_DIR clang-c/Index.h PATHS ${LOOPLINT_LLVM_ROOT}/include NO_DEFAULT_PATH REQUIRED)
find_library(LIBCLANG_LIBRARY NAMES clang-19 clang PATHS ${LOOPLINT_LLVM_ROOT}/lib NO_DEFAULT_PATH REQUIRED)
add_library(libclang::libclang SHARED IMPORTED)
set_target_properties(libclang::libclang PROPERTIES
	IMPORTED_LOCATION ${LIBCLANG_LIBRARY}
	INTERFACE_INCLUDE_DIRECTORIES ${LIBCLANG_INCLUDE_DIR})
# The headers of the compiler itself (stddef.h, stdarg.h ...): libclang does not find them by itself.
set(LOOPLINT_CLANG_RESOURCE_DIR ${LOOPLINT_LLVM_ROOT}/lib/clang/19 CACHE PATH "clang's resource directory")
