/*
 * admin: the administrator's port. A thread with its own loop, written by hand: epoll says which descriptor is ready,
 * and the pointer that was registered with it says what to call.
 */
#include "chat.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct watch {
	int descriptor; /* of a peer: 0 while the place is free */
	void (*ready)(struct watch *watch);
};

static struct {
	pthread_t thread;
	int epoll, audit;
	struct watch listener, wake, peers[8];
	struct server *server;
	bool stopping;
} admin;

static int watch_add(struct watch *watch)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

	return epoll_ctl(admin.epoll, EPOLL_CTL_ADD, watch->descriptor, &event);
}

/* Mistake: each request waits for the disk to confirm its line. */
static void audit(const char *what)
{
	if (admin.audit < 0)
		return;
	dprintf(admin.audit, "%s\n", what);
	fsync(admin.audit);
}

static void answer(const struct watch *watch, const char *request)
{
	char text[LINE_SIZE] = "commands: stats, stop\n";

	audit(request);
	if (strcmp(request, "stats") == 0)
		snprintf(text, sizeof text, "clients %u, messages %u\n", atomic_load(&admin.server->client_count),
			 atomic_load(&admin.server->message_count));
	if (strcmp(request, "stop") == 0)
		uv_async_send(&admin.server->stop);
	send(watch->descriptor, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void on_request(struct watch *watch)
{
	char request[LINE_SIZE];
	ssize_t length = recv(watch->descriptor, request, sizeof request - 1, MSG_DONTWAIT);

	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length <= 0) {
		close(watch->descriptor); /* epoll forgets it */
		watch->descriptor = 0;
		return;
	}
	request[length] = '\0';
	request[strcspn(request, "\r\n")] = '\0';
	answer(watch, request);
}

static struct watch *free_place(void)
{
	for (size_t i = 0; i < sizeof admin.peers / sizeof admin.peers[0]; i++)
		if (admin.peers[i].descriptor == 0)
			return &admin.peers[i];
	return NULL;
}

static void on_administrator(struct watch *listener)
{
	int descriptor = accept4(listener->descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct watch *place = free_place();

	if (descriptor < 0)
		return;
	if (!place) {
		close(descriptor);
		return;
	}
	*place = (struct watch){ .descriptor = descriptor, .ready = on_request };
	watch_add(place);
}

static void on_wake(struct watch *watch)
{
	uint64_t count;

	admin.stopping = read(watch->descriptor, &count, sizeof count) == sizeof count;
}

static void *admin_loop(void *unused)
{
	struct epoll_event events[16];

	(void)unused;
	while (!admin.stopping) {
		int count = epoll_wait(admin.epoll, events, 16, -1);

		for (int i = 0; i < count; i++) {
			struct watch *watch = events[i].data.ptr;

			watch->ready(watch);
		}
	}
	return NULL;
}

static int listen_locally(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 8) != 0) {
		perror("chat: admin port");
		close(listener);
		return -1;
	}
	getsockname(listener, (struct sockaddr *)&address, &length);
	printf("admin on port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return listener;
}

int admin_start(struct server *server)
{
	const char *audit_path = server->settings.audit;

	admin.server = server;
	admin.audit = audit_path[0] ? open(audit_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
	admin.epoll = epoll_create1(EPOLL_CLOEXEC);
	admin.listener =
		(struct watch){ .descriptor = listen_locally(server->settings.admin_port), .ready = on_administrator };
	admin.wake = (struct watch){ .descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .ready = on_wake };
	if (admin.listener.descriptor < 0 || watch_add(&admin.listener) != 0 || watch_add(&admin.wake) != 0)
		return -1;
	return pthread_create(&admin.thread, NULL, admin_loop, NULL);
}

void admin_stop(void)
{
	uint64_t one = 1;

	if (write(admin.wake.descriptor, &one, sizeof one) == sizeof one)
		pthread_join(admin.thread, NULL);
}
