/*
 * chat: a small chat server, the example that `./dev run` checks.
 *
 * Clients speak lines over TCP on a libuv loop (server.c, commands.c). A second thread answers an administrator on a
 * loop written by hand around epoll (admin.c). The code works, and it holds the mistakes that a hurried, competent
 * programmer makes: calls that stop one of the two loops, some of them several files away from the callback.
 */
#ifndef CHAT_H
#define CHAT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <uv.h>

enum { LINE_SIZE = 512, NAME_SIZE = 32, PATH_SIZE = 256 };

struct settings {
	int port, admin_port; /* 0: any free port */
	char motd[PATH_SIZE]; /* file shown by /motd; "" if none */
	char history[PATH_SIZE];
	char audit[PATH_SIZE];     /* the administrator's log */
	char join_hook[PATH_SIZE]; /* shell command run when somebody joins */
	char backup_hook[PATH_SIZE];
	char only_host[NAME_SIZE * 2]; /* clients must come from this host; "" for anybody */
};

struct client {
	uv_tcp_t tcp; /* first: a uv_stream_t * of libuv is our client */
	struct server *server;
	struct client *next;
	char name[NAME_SIZE];
	char line[LINE_SIZE];
	size_t used; /* bytes in line */
};

struct server {
	uv_loop_t loop;
	uv_tcp_t listener;
	uv_signal_t on_child, on_term;
	uv_async_t stop; /* sent by the administrator's thread */
	struct settings settings;
	struct client *clients;
	int history;                             /* descriptor; -1 if nothing is kept */
	atomic_uint client_count, message_count; /* read by the administrator's thread */
};

/* server.c */
int server_start(struct server *server);
void server_stop(struct server *server);
void client_send(struct client *client, const char *text);
void client_flush(struct client *client); /* returns once everything was sent */
void client_close(struct client *client);
void server_broadcast(struct server *server, const struct client *from, const char *text);

/* commands.c: runs `line`, which begins with a slash */
void command_run(struct client *client, char *line);

/* history.c */
int history_open(const char *path); /* a descriptor, or -1; before the loop runs */
void history_append(int file, const char *text);
int history_export(struct server *server, const char *path); /* in the background; 0 or a libuv error */

/* hooks.c */
void hook_run(const char *command, const char *name);
int hook_spawn(const char *command); /* does not wait; 0 or -errno */
void hook_reap(void);                /* collects children that have ended */

/* hosts.c: whether `address` belongs to `host` */
bool host_matches(const struct sockaddr *address, const char *host);

/* admin.c: serves the administrator until the loop is told to stop */
int admin_start(struct server *server);
void admin_stop(void);

#endif
