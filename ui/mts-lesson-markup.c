#include "mts-lesson-markup.h"

#include <string.h>

/* A mark, and the tags it becomes. Longer marks before those they begin with. */
static const struct {
    const char *mark, *open, *close;
} marks[] = {
    {"**", "<b>", "</b>"},
    {"*", "<i>", "</i>"},
    {"`", "<tt>", "</tt>"},
};

static void add_escaped(GString *out, const char *text, gsize length, gboolean plain)
{
    if (plain) {
        g_string_append_len(out, text, (gssize)length);
        return;
    }
    g_autofree char *escaped = g_markup_escape_text(text, (gssize)length);
    g_string_append(out, escaped);
}

/* What a mark at `text` closes: the length up to the closing one; 0 where it opens nothing. */
static gsize span_of(const char *text, const char *mark)
{
    const gsize length = strlen(mark);
    /* "a * b" and "2*3" are no marks: one opens before a letter and closes behind one. */
    if (!text[length] || g_ascii_isspace(text[length])) {
        return 0;
    }
    const char *end = strstr(text + length, mark);
    if (!end || end == text + length || g_ascii_isspace(end[-1])) {
        return 0;
    }
    return (gsize)(end - text - length);
}

/* One mark at `text`, and what stands in it; returns the characters taken, 0 where there is none. */
static gsize add_marked(GString *out, const char *text, gboolean plain)
{
    for (guint i = 0; i < G_N_ELEMENTS(marks); i++) {
        const gsize length = strlen(marks[i].mark);
        if (!g_str_has_prefix(text, marks[i].mark)) {
            continue;
        }
        const gsize inside = span_of(text, marks[i].mark);
        if (inside > 0) {
            g_string_append(out, plain ? "" : marks[i].open);
            add_escaped(out, text + length, inside, plain);
            g_string_append(out, plain ? "" : marks[i].close);
            return inside + 2 * length;
        }
    }
    return 0;
}

static void add_line(GString *out, const char *line, gboolean plain)
{
    while (*line) {
        const gsize marked = add_marked(out, line, plain);
        if (marked > 0) {
            line += marked;
            continue;
        }
        gsize length = 1;
        while (line[length] && !strchr("*`", line[length])) {
            length++;
        }
        add_escaped(out, line, length, plain);
        line += length;
    }
}

/* Lines of a paragraph become one; items keep their own. */
static char *convert(const char *text, gboolean plain)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);
    gboolean open = FALSE; /* the last line may go on */
    for (guint i = 0; lines[i]; i++) {
        const char *line = g_strstrip(lines[i]);
        const gboolean item = g_str_has_prefix(line, "- ");
        if (!*line) {
            open = FALSE;
            continue;
        }
        if (out->len > 0) {
            g_string_append(out, item ? "\n" : open ? " " : "\n\n");
        }
        if (item) {
            g_string_append(out, "•  ");
        }
        add_line(out, item ? line + 2 : line, plain);
        open = TRUE;
    }
    return g_string_free(out, FALSE);
}

char *mts_lesson_markup(const char *text)
{
    return convert(text, FALSE);
}

char *mts_lesson_plain(const char *text)
{
    return convert(text, TRUE);
}
