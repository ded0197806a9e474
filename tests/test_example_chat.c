/* The example chat server works: clients hear each other, the administrator is answered, the end is clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct chat {
	char *folder;
	GPid process;
	FILE *output;
	int port, admin_port;
};

static char *in_folder(const struct chat *chat, const char *name)
{
	return g_build_filename(chat->folder, name, NULL);
}

static void write_settings(const struct chat *chat, const char *path)
{
	char *settings = g_strdup_printf("motd %s/motd\nhistory %s/history\naudit %s/audit\n"
					 "join_hook echo $CHAT_NAME >> %s/joined\nonly_host 127.0.0.1\n",
					 chat->folder, chat->folder, chat->folder, chat->folder);
	char *motd = in_folder(chat, "motd");

	assert_true(g_file_set_contents(path, settings, -1, NULL));
	assert_true(g_file_set_contents(motd, "be kind\n", -1, NULL));
	g_free(settings);
	g_free(motd);
}

/* A server that outlived a failed test would keep whoever reads our output waiting. */
static void die_with_the_test(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static int start(void **state)
{
	static struct chat chat;
	char *settings;
	int output;

	chat.folder = g_dir_make_tmp("chat-XXXXXX", NULL);
	settings = in_folder(&chat, "settings");
	write_settings(&chat, settings);
	char *arguments[] = { CHAT_BIN, settings, NULL };
	assert_true(g_spawn_async_with_pipes(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, die_with_the_test, NULL,
					     &chat.process, NULL, &output, NULL, NULL));
	g_free(settings);
	chat.output = fdopen(output, "r");
	*state = &chat;
	return fscanf(chat.output, "chat on port %d admin on port %d", &chat.port, &chat.admin_port) == 2 ? 0 : -1;
}

static int stop(void **state)
{
	struct chat *chat = *state;
	const char *const clean_up[] = { "rm", "-rf", chat->folder, NULL };

	fclose(chat->output);
	assert_true(
		g_spawn_sync(NULL, (char **)clean_up, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
	g_free(chat->folder);
	return 0;
}

/* A connection that gives up after five seconds instead of hanging. */
static FILE *connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct timeval patience = { .tv_sec = 5 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
	return fdopen(fd, "r+");
}

static void send_line(FILE *peer, const char *line)
{
	assert_true(dprintf(fileno(peer), "%s\n", line) > 0);
}

static void expect_line(FILE *peer, const char *expected)
{
	char line[600] = "";

	assert_non_null(fgets(line, sizeof line, peer));
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, expected);
}

static void clients_hear_each_other(void **state)
{
	const struct chat *chat = *state;
	FILE *ann = connect_to(chat->port), *bob;

	expect_line(ann, "welcome");
	send_line(ann, "/nick ann");
	expect_line(ann, "guest1: is now ann");
	bob = connect_to(chat->port);
	expect_line(bob, "welcome");
	send_line(ann, "hello");
	expect_line(bob, "ann: hello");
	expect_line(ann, "ann: hello");
	send_line(bob, "/quit");
	expect_line(bob, "goodbye");
	fclose(bob);
	fclose(ann);
}

static void commands_are_answered(void **state)
{
	const struct chat *chat = *state;
	FILE *eve = connect_to(chat->port);
	char *copy = in_folder(chat, "copy"), *command = g_strdup_printf("/export %s", copy), *text = NULL;

	expect_line(eve, "welcome");
	send_line(eve, "/motd");
	expect_line(eve, "be kind");
	send_line(eve, "/nonsense");
	expect_line(eve, "no such command");
	send_line(eve, command);
	expect_line(eve, "exporting");
	for (int tries = 0; tries < 200 && !(g_file_get_contents(copy, &text, NULL, NULL) && *text); tries++) {
		g_clear_pointer(&text, g_free);
		g_usleep(10000);
	}
	assert_non_null(strstr(text, "ann: hello\n"));
	fclose(eve);
	g_free(copy);
	g_free(command);
	g_free(text);
}

static void the_administrator_sees_the_count_and_stops_the_server(void **state)
{
	const struct chat *chat = *state;
	FILE *administrator = connect_to(chat->admin_port);
	char *audit = in_folder(chat, "audit"), *joined = in_folder(chat, "joined"), *text;
	char line[100] = "";
	int status;

	send_line(administrator, "stats");
	assert_non_null(fgets(line, sizeof line, administrator));
	assert_non_null(strstr(line, "messages 2"));
	send_line(administrator, "stop");
	assert_int_equal(waitpid(chat->process, &status, 0), chat->process);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_true(g_file_get_contents(audit, &text, NULL, NULL));
	assert_string_equal(text, "stats\nstop\n");
	g_free(text);
	assert_true(g_file_get_contents(joined, &text, NULL, NULL));
	assert_true(g_str_has_prefix(text, "guest1\n"));
	g_free(text);
	g_free(audit);
	g_free(joined);
	fclose(administrator);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_hear_each_other),
		cmocka_unit_test(commands_are_answered),
		cmocka_unit_test(the_administrator_sees_the_count_and_stops_the_server),
	};
	alarm(60);
	return cmocka_run_group_tests(tests, start, stop);
}
