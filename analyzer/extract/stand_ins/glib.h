/* clang-format off */
/*
 * What GLib code needs to be parsed where GLib's headers are missing: the basic types, the records whose fields everyone
 * uses, and the macros that shape declarations or take types. Functions need no declaration. Included before a unit
 * whose flags were guessed and that asks for a header of GLib in vain; see extract/stub.h.
 */
typedef int gint, gboolean, gint32, GPid;
typedef unsigned int guint, guint32, gunichar, GQuark;
typedef short gshort, gint16;
typedef unsigned short gushort, guint16, gunichar2;
typedef long glong, gssize, gint64, goffset, gintptr, GTimeSpan, GTime;
typedef unsigned long gulong, gsize, guint64, guintptr, GType;
typedef char gchar;
typedef signed char gint8;
typedef unsigned char guchar, guint8;
typedef float gfloat;
typedef double gdouble;
typedef void *gpointer;
typedef const void *gconstpointer;
typedef gchar **GStrv;

typedef void (*GCallback)(void);
typedef void (*GDestroyNotify)(gpointer);
typedef void (*GFreeFunc)(gpointer);
typedef gboolean (*GSourceFunc)(gpointer);
typedef void (*GFunc)(gpointer, gpointer);
typedef void (*GHFunc)(gpointer, gpointer, gpointer);
typedef gint (*GCompareFunc)(gconstpointer, gconstpointer);
typedef gint (*GCompareDataFunc)(gconstpointer, gconstpointer, gpointer);
typedef guint (*GHashFunc)(gconstpointer);
typedef gboolean (*GEqualFunc)(gconstpointer, gconstpointer);
typedef gpointer (*GThreadFunc)(gpointer);
typedef gpointer (*GCopyFunc)(gconstpointer, gpointer);
typedef void (*GClassInitFunc)(gpointer, gpointer);
typedef void (*GInstanceInitFunc)(gpointer, gpointer);

typedef struct _GError { GQuark domain; gint code; gchar *message; } GError;
typedef struct _GList { gpointer data; struct _GList *next, *prev; } GList;
typedef struct _GSList { gpointer data; struct _GSList *next; } GSList;
typedef struct _GPtrArray { gpointer *pdata; guint len; } GPtrArray;
typedef struct _GArray { gchar *data; guint len; } GArray;
typedef struct _GByteArray { guint8 *data; guint len; } GByteArray;
typedef struct _GString { gchar *str; gsize len, allocated_len; } GString;
typedef struct _GQueue { GList *head, *tail; guint length; } GQueue;
typedef struct _GHashTableIter { gpointer dummy; } GHashTableIter;
typedef struct _GTypeClass { GType g_type; } GTypeClass;
typedef struct _GTypeInstance { GTypeClass *g_class; } GTypeInstance;
typedef struct _GTypeInterface { GType g_type, g_instance_type; } GTypeInterface;
typedef struct _GObject { GTypeInstance g_type_instance; guint ref_count; } GObject;
typedef struct _GValue { GType g_type; } GValue;
typedef struct _GParamSpec {
	GTypeInstance g_type_instance;
	const gchar *name;
	guint flags;
	GType value_type, owner_type;
} GParamSpec;
typedef struct _GObjectConstructParam { GParamSpec *pspec; GValue *value; } GObjectConstructParam;
typedef struct _GObjectClass {
	GTypeClass g_type_class;
	GObject *(*constructor)(GType, guint, GObjectConstructParam *);
	void (*set_property)(GObject *, guint, const GValue *, GParamSpec *);
	void (*get_property)(GObject *, guint, GValue *, GParamSpec *);
	void (*dispose)(GObject *);
	void (*finalize)(GObject *);
	void (*dispatch_properties_changed)(GObject *, guint, GParamSpec **);
	void (*notify)(GObject *, GParamSpec *);
	void (*constructed)(GObject *);
} GObjectClass;
typedef struct _GAsyncResult GAsyncResult;
typedef struct _GCancellable GCancellable;
typedef void (*GAsyncReadyCallback)(GObject *, GAsyncResult *, gpointer);

#define GLIB_MAJOR_VERSION 2
#define GLIB_MINOR_VERSION 74
#define GLIB_CHECK_VERSION(major, minor, micro) 1
#define FALSE 0
#define TRUE 1
#ifndef NULL
#define NULL ((void *) 0)
#endif
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define ABS(a) (((a) < 0) ? -(a) : (a))
#define CLAMP(x, l, h) (((x) > (h)) ? (h) : (((x) < (l)) ? (l) : (x)))
#define G_BEGIN_DECLS
#define G_END_DECLS
#define G_STMT_START do
#define G_STMT_END while (0)
#define G_GNUC_UNUSED
#define G_GNUC_CONST
#define G_GNUC_PURE
#define G_GNUC_NORETURN __attribute__((noreturn))
#define G_NORETURN __attribute__((noreturn))
#define G_GNUC_INTERNAL
#define G_GNUC_DEPRECATED
#define G_GNUC_WARN_UNUSED_RESULT
#define G_GNUC_MALLOC
#define G_GNUC_NULL_TERMINATED
#define G_MODULE_EXPORT
#define G_GNUC_PRINTF(a, b)
#define G_GNUC_FORMAT(a)
#define G_GNUC_ALLOC_SIZE(a)
#define G_INLINE_FUNC static inline
#define G_GNUC_DEPRECATED_FOR(f)
#define G_GNUC_FALLTHROUGH
#define G_GNUC_EXTENSION __extension__
#define G_GNUC_BEGIN_IGNORE_DEPRECATIONS
#define G_GNUC_END_IGNORE_DEPRECATIONS
#define G_DEPRECATED
#define G_STRLOC ""
#define G_STRFUNC __func__
#define G_LIKELY(e) (e)
#define G_UNLIKELY(e) (e)
#define G_N_ELEMENTS(a) (sizeof (a) / sizeof ((a)[0]))
#define G_STRINGIFY(x) #x
#define G_DIR_SEPARATOR '/'
#define G_DIR_SEPARATOR_S "/"
#define G_STRUCT_OFFSET(t, m) __builtin_offsetof (t, m)
#define G_STATIC_ASSERT(e)
#define G_PARAM_SPEC(x) ((GParamSpec *) (x))
#define G_CALLBACK(f) ((GCallback) (f))
#define G_SOURCE_FUNC(f) ((GSourceFunc) (f))
#define GINT_TO_POINTER(i) ((gpointer) (glong) (i))
#define GPOINTER_TO_INT(p) ((gint) (glong) (p))
#define GUINT_TO_POINTER(u) ((gpointer) (gulong) (u))
#define GPOINTER_TO_UINT(p) ((guint) (gulong) (p))
#define GSIZE_TO_POINTER(s) ((gpointer) (gsize) (s))
#define GPOINTER_TO_SIZE(p) ((gsize) (p))
#define G_GINT64_FORMAT "li"
#define G_GUINT64_FORMAT "lu"
#define G_GSIZE_FORMAT "lu"
#define G_GSSIZE_FORMAT "li"
#define G_GINT32_FORMAT "i"
#define G_GUINT32_FORMAT "u"
#define G_GINT16_FORMAT "hi"
#define G_GUINT16_FORMAT "hu"
#define G_GINT64_CONSTANT(v) v##L
#define G_GUINT64_CONSTANT(v) v##UL
#define G_VALUE_INIT { 0 }
#define g_autoptr(T) T *
#define g_autofree
#define g_auto(T) T
#define g_autolist(T) GList *
#define g_autoslist(T) GSList *
#define g_new(T, n) ((T *) g_malloc_n ((n), sizeof (T)))
#define g_new0(T, n) ((T *) g_malloc0_n ((n), sizeof (T)))
#define g_try_new(T, n) ((T *) g_try_malloc_n ((n), sizeof (T)))
#define g_try_new0(T, n) ((T *) g_try_malloc0_n ((n), sizeof (T)))
#define g_renew(T, m, n) ((T *) g_realloc_n ((m), (n), sizeof (T)))
#define g_newa(T, n) ((T *) __builtin_alloca (sizeof (T) * (n)))
#define g_slice_new(T) ((T *) g_slice_alloc (sizeof (T)))
#define g_slice_new0(T) ((T *) g_slice_alloc0 (sizeof (T)))
#define g_slice_free(T, m) g_slice_free1 (sizeof (T), (m))
#define g_array_index(a, T, i) (((T *) (void *) (a)->data)[(i)])
#define g_ptr_array_index(a, i) ((a)->pdata)[(i)]
#define g_list_next(l) ((l) ? ((GList *) (l))->next : NULL)
#define g_list_previous(l) ((l) ? ((GList *) (l))->prev : NULL)
#define g_slist_next(l) ((l) ? ((GSList *) (l))->next : NULL)
#define g_array_append_val(a, v) g_array_append_vals (a, &(v), 1)
#define g_signal_connect(o, s, h, d) g_signal_connect_data ((o), (s), (h), (d), NULL, 0)
#define g_signal_connect_after(o, s, h, d) g_signal_connect_data ((o), (s), (h), (d), NULL, 1)
#define g_signal_connect_swapped(o, s, h, d) g_signal_connect_data ((o), (s), (h), (d), NULL, 2)
#define g_return_if_fail(e) do { if (!(e)) { g_return_if_fail_warning (NULL, __func__, #e); return; } } while (0)
#define g_return_val_if_fail(e, v) do { if (!(e)) { g_return_if_fail_warning (NULL, __func__, #e); return (v); } } while (0)
#define g_return_if_reached() do { return; } while (0)
#define g_return_val_if_reached(v) do { return (v); } while (0)
#define g_assert(e) do { if (!(e)) g_assertion_message_expr (NULL, NULL, 0, __func__, #e); } while (0)
#define g_assert_not_reached() g_assertion_message_expr (NULL, NULL, 0, __func__, NULL)
#define g_error(...) do { g_log (NULL, 4, __VA_ARGS__); for (;;); } while (0)
#define g_message(...) g_log (NULL, 32, __VA_ARGS__)
#define g_critical(...) g_log (NULL, 8, __VA_ARGS__)
#define g_warning(...) g_log (NULL, 16, __VA_ARGS__)
#define g_info(...) g_log (NULL, 64, __VA_ARGS__)
#define g_debug(...) g_log (NULL, 128, __VA_ARGS__)
#define g_steal_pointer(p) (*(p))
#define g_clear_object(p) (g_object_unref (*(p)))
#define g_clear_pointer(p, f) (f (*(p)))
#define G_OBJECT(o) ((GObject *) (o))
#define G_OBJECT_CLASS(k) ((GObjectClass *) (k))
#define G_OBJECT_GET_CLASS(o) ((GObjectClass *) ((GTypeInstance *) (o))->g_class)
#define G_OBJECT_TYPE(o) (((GTypeInstance *) (o))->g_class->g_type)
#define G_TYPE_CHECK_INSTANCE_CAST(o, t, C) ((C *) g_type_check_instance_cast ((o), (t)))
#define G_TYPE_CHECK_INSTANCE_TYPE(o, t) g_type_check_instance_is_a ((o), (t))
#define G_TYPE_CHECK_CLASS_CAST(k, t, C) ((C *) g_type_check_class_cast ((k), (t)))
#define G_TYPE_CHECK_CLASS_TYPE(k, t) g_type_check_class_is_a ((k), (t))
#define G_TYPE_INSTANCE_GET_CLASS(o, t, C) ((C *) ((GTypeInstance *) (o))->g_class)
#define G_TYPE_INSTANCE_GET_INTERFACE(o, t, I) ((I *) g_type_interface_peek (((GTypeInstance *) (o))->g_class, (t)))
#define G_TYPE_INSTANCE_GET_PRIVATE(o, t, P) ((P *) g_type_instance_get_private ((o), (t)))
#define G_TYPE_MAKE_FUNDAMENTAL(x) ((GType) ((x) << 2))
#define G_IMPLEMENT_INTERFACE(t, f) g_implement_interface (t, (gpointer) f);
#define G_ADD_PRIVATE(T)
#define G_DEFINE_QUARK(QN, q_n) GQuark q_n##_quark (void) { return g_quark_from_static_string (#QN); }
#define looplint_define_type(TN, t_n, P, flags, code, ...) __VA_ARGS__ void t_n##_init (TN *self); \
 static void t_n##_class_init (TN##Class *klass); static gpointer t_n##_parent_class = NULL; \
 static inline gpointer t_n##_get_instance_private (TN *self) { return (gpointer) self; } \
 GType t_n##_get_type (void) { GType g_define_type_id = g_type_register_static_simple (P, #TN, sizeof (TN##Class), \
 (GClassInitFunc) t_n##_class_init, sizeof (TN), (GInstanceInitFunc) t_n##_init, flags); { code } return g_define_type_id; }
#define G_DEFINE_TYPE(TN, t_n, P) looplint_define_type (TN, t_n, P, 0, ;, static)
#define G_DEFINE_TYPE_WITH_CODE(TN, t_n, P, C) looplint_define_type (TN, t_n, P, 0, C, static)
#define G_DEFINE_TYPE_WITH_PRIVATE(TN, t_n, P) looplint_define_type (TN, t_n, P, 0, ;, static)
#define G_DEFINE_ABSTRACT_TYPE(TN, t_n, P) looplint_define_type (TN, t_n, P, 16, ;, static)
#define G_DEFINE_ABSTRACT_TYPE_WITH_CODE(TN, t_n, P, C) looplint_define_type (TN, t_n, P, 16, C, static)
#define G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE(TN, t_n, P) looplint_define_type (TN, t_n, P, 16, ;, static)
#define G_DEFINE_FINAL_TYPE(TN, t_n, P) looplint_define_type (TN, t_n, P, 32, ;, static)
#define G_DEFINE_TYPE_EXTENDED(TN, t_n, P, f, C) looplint_define_type (TN, t_n, P, f, C, static)
#define G_DEFINE_INTERFACE(TN, t_n, P) static void t_n##_default_init (TN##Interface *klass); \
 GType t_n##_get_type (void) { return g_type_register_static_simple (2 << 2, #TN, sizeof (TN##Interface), \
 (GClassInitFunc) t_n##_default_init, 0, 0, 0); }
#define G_DEFINE_BOXED_TYPE(TN, t_n, copy, free) GType t_n##_get_type (void) { \
 return g_boxed_type_register_static (#TN, (gpointer) copy, (gpointer) free); }
#define G_DEFINE_AUTOPTR_CLEANUP_FUNC(T, f)
#define G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(T, f)
#define G_DEFINE_AUTO_CLEANUP_FREE_FUNC(T, f, n)
#define G_DECLARE_FINAL_TYPE(MON, m_o_n, M, O, P) GType m_o_n##_get_type (void); typedef struct _##MON MON; \
 typedef struct { P##Class parent_class; } MON##Class; static inline MON *M##_##O (gpointer p) { return (MON *) p; } \
 static inline gboolean M##_IS_##O (gpointer p) { return g_type_check_instance_is_a (p, m_o_n##_get_type ()); }
#define G_DECLARE_DERIVABLE_TYPE(MON, m_o_n, M, O, P) GType m_o_n##_get_type (void); typedef struct _##MON MON; \
 typedef struct _##MON##Class MON##Class; struct _##MON { P parent_instance; }; \
 static inline MON *M##_##O (gpointer p) { return (MON *) p; } static inline MON##Class *M##_##O##_CLASS (gpointer p) { return p; } \
 static inline gboolean M##_IS_##O (gpointer p) { return g_type_check_instance_is_a (p, m_o_n##_get_type ()); } \
 static inline MON##Class *M##_##O##_GET_CLASS (gpointer p) { return (MON##Class *) ((GTypeInstance *) p)->g_class; }
#define G_DECLARE_INTERFACE(MON, m_o_n, M, O, P) GType m_o_n##_get_type (void); typedef struct _##MON MON; \
 typedef struct _##MON##Interface MON##Interface; static inline MON *M##_##O (gpointer p) { return (MON *) p; } \
 static inline gboolean M##_IS_##O (gpointer p) { return g_type_check_instance_is_a (p, m_o_n##_get_type ()); } \
 static inline MON##Interface *M##_##O##_GET_IFACE (gpointer p) { return (MON##Interface *) g_type_interface_peek (p, 0); }
#define G_GINT64_MODIFIER "l"
#define G_GINT32_MODIFIER ""
#define G_GSIZE_MODIFIER "l"
#define G_PASTE_ARGS(a, b) a##b
#define G_PASTE(a, b) G_PASTE_ARGS (a, b)
#define G_DEPRECATED_FOR(f)
#define G_UNAVAILABLE(major, minor)
#define GLIB_AVAILABLE_IN_ALL
#define GLIB_DEPRECATED
#define G_MAXINT 0x7fffffff
#define G_MAXUINT 0xffffffffu
#define G_MAXINT64 0x7fffffffffffffffL
#define G_MAXUINT64 0xffffffffffffffffUL
#define G_MAXSIZE 0xffffffffffffffffUL
#define G_USEC_PER_SEC 1000000
#define G_OS_UNIX
#define G_BYTE_ORDER 1234
#define G_LITTLE_ENDIAN 1234
#define G_BIG_ENDIAN 4321
