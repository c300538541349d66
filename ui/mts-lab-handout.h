/* A lesson on paper: its text, what can be touched as the lesson sets it up, and its tasks with a
 * box to tick. Main thread. */
#pragma once

#include "mts-lesson.h"
#include <gio/gio.h>
#include <pango/pango.h>

G_BEGIN_DECLS

/* A4 pages as a PDF; `font` is the family and size of the text (the window's). Caller unrefs. */
GBytes *mts_lab_handout(const MtsLesson *lesson, const PangoFontDescription *font);

G_END_DECLS
