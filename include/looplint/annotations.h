/*
 * annotations: what a function's author knows and looplint cannot see. Written before a declaration, in C or C++; for
 * every other compiler, and in the program itself, they mean nothing.
 *
 *      LOOPLINT_LOOP_ONLY void conn_close(struct conn *c);              only on the loop's thread
 *      LOOPLINT_WORKER int thumbnail_make(const char *path);            only on other threads: the loop must not call it
 *      LOOPLINT_BLOCKING int db_query(struct db *db, const char *sql);  can block, wherever it is called
 *      LOOPLINT_BLOCKING_ON(disk) int log_flush(void);                  ... and for what: a category of docs/packs.md
 *      LOOPLINT_NONBLOCKING void on_readable(struct conn *c);           must not block: held to it, and trusted by callers
 *      LOOPLINT_ANY_THREAD void loop_post(struct loop *l, void (*f)(void *), void *data);
 *
 * They may also stand on a function-pointer field or on the typedef of one: then they speak of every call through it
 * and of every function that is stored there.
 *
 *      struct codec { LOOPLINT_BLOCKING_ON(cpu) int (*decode)(struct codec *c); };
 *      typedef void (*loop_callback)(void *data) LOOPLINT_LOOP_ONLY;
 *
 * For code that cannot be edited .looplint.yaml takes the same words.
 */
#ifndef LOOPLINT_ANNOTATIONS_H
#define LOOPLINT_ANNOTATIONS_H

#ifdef __clang__
#define LOOPLINT_ANNOTATE(text) __attribute__((annotate(text)))
#else
#define LOOPLINT_ANNOTATE(text)
#endif

#define LOOPLINT_LOOP_ONLY             LOOPLINT_ANNOTATE("looplint::loop-only")
#define LOOPLINT_WORKER                LOOPLINT_ANNOTATE("looplint::worker")
#define LOOPLINT_BLOCKING              LOOPLINT_ANNOTATE("looplint::blocking")
#define LOOPLINT_BLOCKING_ON(category) LOOPLINT_ANNOTATE("looplint::blocking:" #category)
#define LOOPLINT_NONBLOCKING           LOOPLINT_ANNOTATE("looplint::nonblocking")
#define LOOPLINT_ANY_THREAD            LOOPLINT_ANNOTATE("looplint::any-thread")

#endif
