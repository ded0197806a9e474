/* server: clients come, send lines, go. Everything here runs on the libuv loop. */
#include "chat.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct message {
	uv_write_t request; /* first: a uv_write_t * of libuv is our message */
	char text[LINE_SIZE + NAME_SIZE];
};

static void on_written(uv_write_t *request, int status)
{
	(void)status; /* a client that went away is closed by its read callback */
	free(request);
}

void client_send(struct client *client, const char *text)
{
	struct message *message = calloc(1, sizeof *message);

	if (!message)
		return;
	snprintf(message->text, sizeof message->text, "%s\n", text);
	uv_buf_t buffer = uv_buf_init(message->text, (unsigned)strlen(message->text));
	if (uv_write(&message->request, (uv_stream_t *)&client->tcp, &buffer, 1, on_written) != 0)
		free(message);
}

/* Mistake: a loop within the loop. Everybody else is served from inside this call, and may even close this client. */
void client_flush(struct client *client)
{
	for (int turns = 0; turns < 50 && uv_stream_get_write_queue_size((uv_stream_t *)&client->tcp) > 0; turns++)
		uv_run(&client->server->loop, UV_RUN_ONCE);
}

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

void client_close(struct client *client)
{
	struct client **place = &client->server->clients;

	if (uv_is_closing((uv_handle_t *)&client->tcp))
		return;
	while (*place && *place != client)
		place = &(*place)->next;
	if (*place) {
		*place = client->next;
		atomic_fetch_sub(&client->server->client_count, 1);
	}
	uv_close((uv_handle_t *)&client->tcp, on_closed);
}

void server_broadcast(struct server *server, const struct client *from, const char *text)
{
	char line[LINE_SIZE + NAME_SIZE];

	snprintf(line, sizeof line, "%s: %s", from->name, text);
	for (struct client *client = server->clients; client; client = client->next)
		client_send(client, line);
	atomic_fetch_add(&server->message_count, 1);
	history_append(server->history, line);
}

static void handle_line(struct client *client, char *line)
{
	line[strcspn(line, "\r")] = '\0';
	if (line[0] == '/')
		command_run(client, line);
	else if (line[0])
		server_broadcast(client->server, client, line);
}

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct client *client = (struct client *)handle;

	(void)suggested;
	*out = uv_buf_init(client->line + client->used, (unsigned)(sizeof client->line - 1 - client->used));
}

static void on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct client *client = (struct client *)stream;
	char *end;

	(void)buffer;
	if (length < 0) {
		client_close(client);
		return;
	}
	client->used += (size_t)length;
	client->line[client->used] = '\0';
	while (!uv_is_closing((uv_handle_t *)stream) && (end = memchr(client->line, '\n', client->used))) {
		char line[LINE_SIZE];
		size_t taken = (size_t)(end - client->line) + 1;

		memcpy(line, client->line, taken);
		line[taken - 1] = '\0';
		memmove(client->line, end + 1, client->used - taken);
		client->used -= taken;
		handle_line(client, line);
	}
	if (client->used == sizeof client->line - 1)
		client_close(client); /* a line without an end */
}

static bool may_enter(const struct client *client)
{
	struct sockaddr_storage address;
	int length = sizeof address;

	if (!client->server->settings.only_host[0])
		return true;
	return uv_tcp_getpeername(&client->tcp, (struct sockaddr *)&address, &length) == 0 &&
	       host_matches((struct sockaddr *)&address, client->server->settings.only_host);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct server *server = listener->data;
	struct client *client = status == 0 ? calloc(1, sizeof *client) : NULL;

	if (!client)
		return;
	client->server = server;
	uv_tcp_init(&server->loop, &client->tcp);
	if (uv_accept(listener, (uv_stream_t *)&client->tcp) != 0 || !may_enter(client)) {
		uv_close((uv_handle_t *)&client->tcp, on_closed);
		return;
	}
	snprintf(client->name, sizeof client->name, "guest%u", atomic_fetch_add(&server->client_count, 1) + 1);
	client->next = server->clients;
	server->clients = client;
	uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_read);
	client_send(client, "welcome");
	if (server->settings.join_hook[0])
		hook_run(server->settings.join_hook, client->name);
}

static void on_child(uv_signal_t *signal, int number)
{
	(void)signal;
	(void)number;
	hook_reap();
}

void server_stop(struct server *server)
{
	while (server->clients)
		client_close(server->clients);
	uv_close((uv_handle_t *)&server->listener, NULL);
	uv_close((uv_handle_t *)&server->on_child, NULL);
	uv_close((uv_handle_t *)&server->on_term, NULL);
	uv_close((uv_handle_t *)&server->stop, NULL);
}

static void on_term(uv_signal_t *signal, int number)
{
	(void)number;
	server_stop(signal->data);
}

static void on_stop(uv_async_t *async)
{
	server_stop(async->data);
}

int server_start(struct server *server)
{
	struct sockaddr_in address;
	int length = sizeof address;

	server->history = history_open(server->settings.history);
	uv_ip4_addr("127.0.0.1", server->settings.port, &address);
	uv_tcp_init(&server->loop, &server->listener);
	uv_signal_init(&server->loop, &server->on_child);
	uv_signal_init(&server->loop, &server->on_term);
	uv_async_init(&server->loop, &server->stop, on_stop);
	server->listener.data = server->on_term.data = server->stop.data = server;
	uv_signal_start(&server->on_child, on_child, SIGCHLD);
	uv_signal_start(&server->on_term, on_term, SIGTERM);
	int error = uv_tcp_bind(&server->listener, (struct sockaddr *)&address, 0);
	if (error == 0)
		error = uv_listen((uv_stream_t *)&server->listener, 128, on_connection);
	if (error != 0) {
		fprintf(stderr, "chat: cannot listen: %s\n", uv_strerror(error));
		return error;
	}
	uv_tcp_getsockname(&server->listener, (struct sockaddr *)&address, &length);
	printf("chat on port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return 0;
}
