/*
 * main: reads the settings, starts both loops, waits for the end.
 *
 * Reading a file here is fine: no loop runs yet, nobody waits.
 */
#include "chat.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void copy_value(char *to, size_t size, const char *value)
{
	snprintf(to, size, "%s", value);
}

static bool set(struct settings *settings, const char *key, const char *value)
{
	struct text_setting {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {
		{ "motd", settings->motd, sizeof settings->motd },
		{ "history", settings->history, sizeof settings->history },
		{ "audit", settings->audit, sizeof settings->audit },
		{ "join_hook", settings->join_hook, sizeof settings->join_hook },
		{ "backup_hook", settings->backup_hook, sizeof settings->backup_hook },
		{ "only_host", settings->only_host, sizeof settings->only_host },
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (strcmp(texts[i].key, key) == 0)
			return copy_value(texts[i].to, texts[i].size, value), true;
	if (strcmp(key, "port") == 0)
		return settings->port = atoi(value), true;
	if (strcmp(key, "admin_port") == 0)
		return settings->admin_port = atoi(value), true;
	return false;
}

/* Lines of `key value`; false after a message. */
static bool read_settings(const char *path, struct settings *settings)
{
	char line[LINE_SIZE], key[NAME_SIZE], value[PATH_SIZE];
	FILE *file = fopen(path, "r");
	bool good = file != NULL;

	if (!file)
		perror(path);
	while (good && fgets(line, sizeof line, file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		good = sscanf(line, "%31s %255[^\n]", key, value) == 2 && set(settings, key, value);
		if (!good)
			fprintf(stderr, "%s: bad line: %s", path, line);
	}
	if (file)
		fclose(file);
	return good;
}

int main(int argc, char **argv)
{
	static struct server server;

	signal(SIGPIPE, SIG_IGN);
	if (argc > 2 || (argc == 2 && !read_settings(argv[1], &server.settings))) {
		fprintf(stderr, "usage: chat [SETTINGS-FILE]\n");
		return 2;
	}
	uv_loop_init(&server.loop);
	if (server_start(&server) != 0 || admin_start(&server) != 0)
		return 1;
	uv_run(&server.loop, UV_RUN_DEFAULT);
	admin_stop();
	uv_loop_close(&server.loop);
	return 0;
}
