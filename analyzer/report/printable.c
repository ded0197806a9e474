/* printable: see printable.h. */
#include "report/printable.h"

#include <glib.h>
#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */

static struct glyph unprintable(size_t bytes)
{
	struct glyph glyph = { .bytes = bytes, .columns = 1 };

	memcpy(glyph.text, replacement, sizeof replacement);
	return glyph;
}

static unsigned columns_of(gunichar c)
{
	return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

struct glyph printable_next(const char *text, size_t length)
{
	gunichar c = g_utf8_get_char_validated(text, (gssize)MIN(length, 6));

	if (c == (gunichar)-1 || c == (gunichar)-2)
		return unprintable(1);
	struct glyph glyph = { .columns = columns_of(c) };
	glyph.bytes = (size_t)g_unichar_to_utf8(c, glyph.text);
	if (c != '\t' && !g_unichar_isprint(c))
		return unprintable(glyph.bytes);
	return glyph;
}

void printable_put(FILE *out, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	for (size_t i = 0; i < length;) {
		struct glyph glyph = printable_next(text + i, length - i);

		fputs(glyph.text, out);
		i += glyph.bytes;
	}
}
