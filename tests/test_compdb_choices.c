/* compdb: which macros a build file gives, by what its options are set to if nobody chooses. */
#include "compdb_helpers.h"

static void a_switch_of_make_is_as_its_variable_is_set(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "config.mk",
		      "WITH_BRIDGE:=yes # bridges\nWITH_SRV ?= no\nUSE_OTHER = $(SHELL)\nPOLL = 1\n"
		      "ifeq ($(WITH_BRIDGE),yes)\n  CFLAGS += -DWITH_BRIDGE\nendif\n"
		      "ifeq ($(WITH_SRV),yes)\n  CFLAGS += -DWITH_SRV -DSRV_PORT=1\nelse\n  CFLAGS += -DNO_SRV\nendif\n"
		      "ifeq ($(USE_OTHER),yes)\n  CFLAGS += -DUSE_OTHER\nendif\n"
		      "ifneq ($(POLL),0)\nifdef UNRELATED\nendif\n  CFLAGS += -DWITH_POLLING\nendif\n"
		      "ifneq ($(POLL),0)\nelse ifdef NEVER\n  CFLAGS += -DWITH_NEVER\nendif\n");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_argument(unit, "-DWITH_BRIDGE=1"));
	assert_true(has_argument(unit, "-DNO_SRV=1"));
	assert_true(has_argument(unit, "-DWITH_POLLING=1"));
	assert_false(has_argument(unit, "-DWITH_SRV=1"));
	assert_false(has_argument(unit, "-DSRV_PORT=1"));
	assert_false(has_argument(unit, "-DUSE_OTHER=1"));
	assert_false(has_argument(unit, "-DWITH_NEVER=1"));
}

static void a_switch_of_cmake_is_as_its_option_says(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(
		project, "CMakeLists.txt",
		"option(INC_BRIDGE\n  \"Bridges (of others)?\" ON)\noption(WITH_SRV \"SRV\")\n"
		"set(WITH_POLLING on CACHE BOOL \"\")\nset(WITH_VALUE ${OTHER})\n"
		"if (${INC_BRIDGE} STREQUAL ON)\n  add_definitions(\"-DWITH_BRIDGE\")\nendif (${INC_BRIDGE} STREQUAL "
		"ON)\n"
		"if(WITH_SRV)\n  add_definitions(-DWITH_SRV)\nendif()\n"
		"IF(NOT INC_BRIDGE)\n  add_definitions(-DALONE)\nELSEIF(WITH_SRV)\n  add_definitions(-DWITH_BOTH)\n"
		"ELSE()\n  add_definitions(-DWITH_NEITHER)\nENDIF()\n"
		"add_definitions(-DWITH_POLLING -DWITH_VALUE)\n");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_argument(unit, "-DWITH_BRIDGE=1"));
	assert_true(has_argument(unit, "-DWITH_POLLING=1"));
	assert_false(has_argument(unit, "-DWITH_SRV=1"));
	assert_false(has_argument(unit, "-DALONE=1"));
	assert_false(has_argument(unit, "-DWITH_BOTH=1"));
	assert_false(has_argument(unit, "-DWITH_NEITHER=1"));
	assert_false(has_argument(unit, "-DWITH_VALUE=1"));
}

static void a_switch_of_meson_is_as_its_option_says(void **state)
{
	struct project *project = *state;

	project_write(project, "src/a.c", "");
	project_write(project, "meson_options.txt",
		      "option('bridge', type: 'boolean', value: true)\n"
		      "option('srv', type: 'feature', value: 'disabled', description: 'SRV')\n");
	project_write(
		project, "meson.build",
		"if get_option('bridge')\n  add_project_arguments('-DWITH_BRIDGE', language: 'c')\nendif\n"
		"if get_option('srv').enabled()\n  add_project_arguments('-DWITH_SRV', language: 'c')\nendif\n"
		"if not get_option('srv').enabled()\n  add_project_arguments('-DWITHOUT_SRV', language: 'c')\nendif\n");
	const struct unit_command *unit = infer(project, "src/a.c");
	assert_true(has_argument(unit, "-DWITH_BRIDGE=1"));
	assert_true(has_argument(unit, "-DWITHOUT_SRV=1"));
	assert_false(has_argument(unit, "-DWITH_SRV=1"));
}

#define test(function) cmocka_unit_test_setup_teardown(function, project_setup, project_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(a_switch_of_make_is_as_its_variable_is_set),
		test(a_switch_of_cmake_is_as_its_option_says),
		test(a_switch_of_meson_is_as_its_option_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
