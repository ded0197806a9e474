/* commands: what a client may type after a slash, as a table. */
#include "chat.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	void (*run)(struct client *client, const char *argument);
	const char *help;
};

static void command_nick(struct client *client, const char *argument)
{
	char text[LINE_SIZE];

	if (!*argument) {
		client_send(client, "usage: /nick NAME");
		return;
	}
	snprintf(text, sizeof text, "is now %.*s", NAME_SIZE - 1, argument);
	server_broadcast(client->server, client, text);
	snprintf(client->name, sizeof client->name, "%s", argument);
}

static void command_who(struct client *client, const char *argument)
{
	(void)argument;
	for (const struct client *other = client->server->clients; other; other = other->next)
		client_send(client, other->name);
}

/* Mistake: without a callback these three read the disk right here, for all clients. */
static void command_motd(struct client *client, const char *argument)
{
	char text[LINE_SIZE] = "";
	uv_buf_t buffer = uv_buf_init(text, sizeof text - 1);
	uv_loop_t *loop = &client->server->loop;
	uv_fs_t request;
	int file = uv_fs_open(loop, &request, client->server->settings.motd, O_RDONLY, 0, NULL);

	(void)argument;
	uv_fs_req_cleanup(&request);
	if (file >= 0) {
		uv_fs_read(loop, &request, file, &buffer, 1, 0, NULL);
		uv_fs_req_cleanup(&request);
		uv_fs_close(loop, &request, file, NULL);
		uv_fs_req_cleanup(&request);
	}
	text[strcspn(text, "\n")] = '\0';
	client_send(client, text[0] ? text : "nothing new today");
}

static void command_export(struct client *client, const char *argument)
{
	client_send(client, *argument && history_export(client->server, argument) == 0 ? "exporting" : "cannot export");
}

static void command_backup(struct client *client, const char *argument)
{
	(void)argument;
	client_send(client, hook_spawn(client->server->settings.backup_hook) == 0 ? "backup started" : "no backup");
}

static void command_quit(struct client *client, const char *argument)
{
	(void)argument;
	client_send(client, "goodbye");
	client_flush(client);
	client_close(client);
}

static const struct command commands[] = {
	{ "nick", command_nick, "change your name" },       { "who", command_who, "list everybody" },
	{ "motd", command_motd, "the message of today" },   { "export", command_export, "write the history to a file" },
	{ "backup", command_backup, "run the backup job" }, { "quit", command_quit, "leave" },
};

void command_run(struct client *client, char *line)
{
	char *argument = line + strcspn(line, " ");

	if (*argument)
		*argument++ = '\0';
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, line + 1) != 0)
			continue;
		commands[i].run(client, argument);
		return;
	}
	client_send(client, "no such command");
}
