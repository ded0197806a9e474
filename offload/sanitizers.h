/*
 * What the sanitizers and valgrind must be told about stacks that we change ourselves; nothing in an ordinary build.
 */
#ifndef OFFLOAD_SANITIZERS_H
#define OFFLOAD_SANITIZERS_H

#if defined(__has_feature)
#define OFFLOAD__HAS_FEATURE(feature) __has_feature(feature)
#else
#define OFFLOAD__HAS_FEATURE(feature) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || OFFLOAD__HAS_FEATURE(address_sanitizer)
#define OFFLOAD_ASAN 1
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if defined(__SANITIZE_THREAD__) || OFFLOAD__HAS_FEATURE(thread_sanitizer)
#define OFFLOAD_TSAN 1
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__has_include)
#if __has_include(<valgrind/valgrind.h>)
#define OFFLOAD_VALGRIND 1
#include <valgrind/valgrind.h>
#endif
#endif

#endif
