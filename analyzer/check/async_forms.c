/*
 * async_forms: what each loop library has for what programs otherwise wait for, with its signature.
 *
 * A table and no code. Behind a semicolon stands how the asynchronous form differs: in its errors, in its order, in
 * what has to stay alive. The signatures are those of the libraries' manuals (libuv 1.44, libevent 2.1, libev 4.33, GLib
 * 2.74, systemd 252, wayland 1.21).
 */
#include "check/advice.h"

static const struct twin gio_twins[] = {
	{ "open", "g_file_read_async or g_file_replace_async(GFile *, ..., GAsyncReadyCallback, gpointer)" },
	{ "fopen", "g_file_read_async or g_file_replace_async(GFile *, ..., GAsyncReadyCallback, gpointer)" },
	{ "stat", "g_file_query_info_async(GFile *, attributes, ..., GAsyncReadyCallback, gpointer)" },
	{ "lstat", "g_file_query_info_async(GFile *, attributes, ..., GAsyncReadyCallback, gpointer)" },
	{ "access", "g_file_query_info_async(GFile *, attributes, ..., GAsyncReadyCallback, gpointer)" },
	{ "opendir", "g_file_enumerate_children_async(GFile *, attributes, ..., GAsyncReadyCallback, gpointer)" },
	{ "scandir", "g_file_enumerate_children_async(GFile *, attributes, ..., GAsyncReadyCallback, gpointer)" },
	{ "mkdir",
	  "g_file_make_directory_async(GFile *, int io_priority, GCancellable *, GAsyncReadyCallback, gpointer)" },
	{ "unlink", "g_file_delete_async(GFile *, int io_priority, GCancellable *, GAsyncReadyCallback, gpointer)" },
	{ "remove", "g_file_delete_async(GFile *, int io_priority, GCancellable *, GAsyncReadyCallback, gpointer)" },
	{ NULL, NULL },
};

const struct async_forms async_forms[] = {
	{
		.packs = "libuv",
		.form = {
			[TASK_SLEEP] = "uv_timer_start(uv_timer_t *, uv_timer_cb, uint64_t timeout, uint64_t repeat)",
			[TASK_DNS] = "uv_getaddrinfo(uv_loop_t *, uv_getaddrinfo_t *, uv_getaddrinfo_cb, node, service, hints); "
				     "it fails with UV_EAI_... and its list is freed with uv_freeaddrinfo",
			[TASK_CHILD] = "uv_signal_start(uv_signal_t *, uv_signal_cb, SIGCHLD) and there waitpid with WNOHANG, or "
				       "uv_spawn with exit_cb",
			[TASK_RUN] = "uv_spawn(uv_loop_t *, uv_process_t *, const uv_process_options_t *); its exit_cb has the "
				     "status",
			[TASK_FILE] = "uv_fs_%s with a callback; it fails with UV_E... in req->result, not in errno, and the "
				      "buffers must live until then",
			[TASK_READY] = "uv_poll_start(uv_poll_t *, int events, uv_poll_cb); one handle for each descriptor",
			[TASK_WAKE] = "uv_async_send(uv_async_t *), the only call that another thread may make; several of them may arrive as one",
		},
		.offload = "with uv_queue_work(uv_loop_t *, uv_work_t *, uv_work_cb work, uv_after_work_cb done); what 'work' reads "
			   "must live until 'done' has run",
	},
	{
		.packs = "libevent",
		.form = {
			[TASK_SLEEP] = "evtimer_new(struct event_base *, event_callback_fn, void *) and event_add with a timeval",
			[TASK_DNS] = "evdns_getaddrinfo(struct evdns_base *, nodename, servname, hints, evdns_getaddrinfo_cb, void *); "
				     "it fails with EVUTIL_EAI_..., may call back before it returns, and its list is freed with "
				     "evutil_freeaddrinfo",
			[TASK_CHILD] = "evsignal_new(struct event_base *, SIGCHLD, event_callback_fn, void *) and there waitpid with "
				       "WNOHANG",
			[TASK_RUN] = "fork and exec, and evsignal_new(struct event_base *, SIGCHLD, event_callback_fn, void *) for its "
				     "end",
			[TASK_READY] = "event_new(struct event_base *, fd, EV_READ, event_callback_fn, void *), or a bufferevent",
			[TASK_WAKE] = "event_active(struct event *, EV_READ, 0) after evthread_use_pthreads, or a pipe that the loop reads",
		},
		.offload = "that then wakes the loop through event_active (after evthread_use_pthreads) or a pipe "
			   "that the loop reads",
	},
	{
		.packs = "libev",
		.form = {
			[TASK_SLEEP] = "ev_timer_start(struct ev_loop *, ev_timer *)",
			[TASK_CHILD] = "ev_child_start(struct ev_loop *, ev_child *); only in the default loop",
			[TASK_RUN] = "fork and exec, and ev_child_start(struct ev_loop *, ev_child *) for its end; only in the default "
				     "loop",
			[TASK_READY] = "ev_io_start(struct ev_loop *, ev_io *)",
			[TASK_WAKE] = "ev_async_send(struct ev_loop *, ev_async *); several of them may arrive as one",
		},
		.offload = "that then wakes the loop through ev_async_send(struct ev_loop *, ev_async *)",
	},
	{
		.packs = "glib gobject gio gdbus gtk libsoup",
		.form = {
			[TASK_SLEEP] = "g_timeout_add(guint interval, GSourceFunc, gpointer)",
			[TASK_DNS] = "g_resolver_lookup_by_name_async(GResolver *, hostname, GCancellable *, GAsyncReadyCallback, "
				     "gpointer); it fails with G_RESOLVER_ERROR, and gives GInetAddress objects",
			[TASK_CHILD] = "g_child_watch_add(GPid, GChildWatchFunc, gpointer); nothing else may wait for that child",
			[TASK_RUN] = "g_subprocess_new and g_subprocess_communicate_utf8_async(GSubprocess *, stdin, GCancellable *, "
				     "GAsyncReadyCallback, gpointer)",
			[TASK_READY] = "g_unix_fd_add(gint fd, GIOCondition, GUnixFDSourceFunc, gpointer)",
			[TASK_WAKE] = "g_main_context_invoke(GMainContext *, GSourceFunc, gpointer), or g_idle_add",
		},
		.twins = gio_twins,
		.offload = "with g_task_run_in_thread(GTask *, GTaskThreadFunc); the result comes to the GAsyncReadyCallback of the task, "
			   "also after it was cancelled",
	},
	{
		.packs = "sd-event sd-bus systemd",
		.form = {
			[TASK_SLEEP] = "sd_event_add_time_relative(sd_event *, sd_event_source **, clockid_t, usec, accuracy, "
				       "sd_event_time_handler_t, void *)",
			[TASK_CHILD] = "sd_event_add_child(sd_event *, sd_event_source **, pid_t, WEXITED, sd_event_child_handler_t, "
				       "void *); SIGCHLD must be blocked",
			[TASK_RUN] = "fork and exec, and sd_event_add_child(sd_event *, sd_event_source **, pid_t, WEXITED, "
				     "sd_event_child_handler_t, void *) for its end",
			[TASK_READY] = "sd_event_add_io(sd_event *, sd_event_source **, int fd, uint32_t events, "
				       "sd_event_io_handler_t, void *)",
		},
		.offload = "that then wakes the loop through an eventfd that the loop watches (sd_event_add_io)",
	},
	{
		.packs = "wayland-server",
		.form = {
			[TASK_SLEEP] = "wl_event_loop_add_timer(struct wl_event_loop *, wl_event_loop_timer_func_t, void *) and "
				       "wl_event_source_timer_update",
			[TASK_CHILD] = "wl_event_loop_add_signal(struct wl_event_loop *, SIGCHLD, wl_event_loop_signal_func_t, void *) "
				       "and there waitpid with WNOHANG",
			[TASK_RUN] = "fork and exec, and wl_event_loop_add_signal(struct wl_event_loop *, SIGCHLD, "
				     "wl_event_loop_signal_func_t, void *) for its end",
			[TASK_READY] = "wl_event_loop_add_fd(struct wl_event_loop *, int fd, uint32_t mask, "
				       "wl_event_loop_fd_func_t, void *)",
		},
		.offload = "that then wakes the loop through an eventfd that the loop watches (wl_event_loop_add_fd)",
	},
	{
		.packs = "redis-ae",
		.form = {
			[TASK_SLEEP] = "aeCreateTimeEvent(aeEventLoop *, long long milliseconds, aeTimeProc *, void *, "
				       "aeEventFinalizerProc *)",
			[TASK_READY] = "aeCreateFileEvent(aeEventLoop *, int fd, int mask, aeFileProc *, void *)",
		},
		.offload = "that then wakes the loop through a pipe that the loop reads (aeCreateFileEvent)",
	},
	{
		.packs = "nginx",
		.form = {
			[TASK_SLEEP] = "ngx_add_timer(ngx_event_t *, ngx_msec_t)",
			[TASK_DNS] = "ngx_resolve_name(ngx_resolver_ctx_t *); its handler runs later, and the context is freed with "
				     "ngx_resolve_name_done",
		},
		.offload = "with ngx_thread_task_post(ngx_thread_pool_t *, ngx_thread_task_t *); task->event.handler runs on the loop",
	},
	{
		.packs = "qemu",
		.form = {
			[TASK_SLEEP] = "timer_mod(QEMUTimer *, int64_t expire_time), or qemu_co_sleep_ns in a coroutine",
		},
		.offload = "with thread_pool_submit_co(func, arg) in a coroutine, thread_pool_submit_aio elsewhere",
	},
	/* a loop written by hand, or one that nobody knows: what the system has */
	{
		.packs = "",
		.form = {
			[TASK_SLEEP] = "the time-out of the wait that the loop makes anyway, or a timerfd that it watches",
			[TASK_CHILD] = "a pidfd (pidfd_open) or a signalfd for SIGCHLD that the loop watches, and then waitpid with "
				       "WNOHANG",
			[TASK_RUN] = "fork and exec, and a pidfd (pidfd_open) or a signalfd for SIGCHLD that the loop watches",
			[TASK_READY] = "the wait that the loop makes anyway: add the descriptor to what it watches",
			[TASK_WAKE] = "a byte through an eventfd or a pipe that the loop watches",
		},
		.offload = "that then wakes the loop through an eventfd or a pipe that the loop watches",
	},
};

const size_t async_forms_count = sizeof async_forms / sizeof *async_forms;
