# Sets OFFLOAD_CONTEXT_KIND (boost or ucontext), OFFLOAD_CONTEXT_LIBRARY and OFFLOAD_CONTEXT_DEFINITION.
#
# boost-context is a C++ library, whose CMake files want a C++ compiler. We only need two C symbols of it, so we look
# for these.
include(CheckCSourceCompiles)

set(OFFLOAD_CONTEXT_KIND ucontext)
set(OFFLOAD_CONTEXT_LIBRARY)
set(OFFLOAD_CONTEXT_DEFINITION OFFLOAD_CONTEXT_UCONTEXT)
find_library(BOOST_CONTEXT_LIBRARY NAMES boost_context boost_context-mt)
mark_as_advanced(BOOST_CONTEXT_LIBRARY)
if(BOOST_CONTEXT_LIBRARY)
	set(CMAKE_REQUIRED_LIBRARIES ${BOOST_CONTEXT_LIBRARY})
	check_c_source_compiles("
		struct transfer { void *context, *data; };
		struct transfer jump_fcontext(void *, void *);
		void *make_fcontext(void *, unsigned long, void (*)(struct transfer));
		int main(void) { return !make_fcontext(0, 0, 0) && jump_fcontext(0, 0).data; }
		" OFFLOAD_HAVE_BOOST_CONTEXT)
	unset(CMAKE_REQUIRED_LIBRARIES)
endif()
if(OFFLOAD_CONTEXT STREQUAL boost AND NOT OFFLOAD_HAVE_BOOST_CONTEXT)
	message(FATAL_ERROR "boost-context was not found (libboost-context-dev)")
endif()
if(OFFLOAD_HAVE_BOOST_CONTEXT AND NOT OFFLOAD_CONTEXT STREQUAL ucontext)
	set(OFFLOAD_CONTEXT_KIND boost)
	set(OFFLOAD_CONTEXT_LIBRARY ${BOOST_CONTEXT_LIBRARY})
	set(OFFLOAD_CONTEXT_DEFINITION)
endif()
