/* The simple Markdown of lessons as Pango markup: paragraphs, items that begin with "- ", **bold**,
 * *stressed*, `code`. What closes nowhere stands as it is written. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Caller g_frees. Always valid markup, whatever the text holds. */
char *mts_lesson_markup(const char *text);

/* The same without any marks, for assistive technology. */
char *mts_lesson_plain(const char *text);

G_END_DECLS
