#include "mts-lab-handout.h"

#include "mts-lab-canvas.h"
#include "mts-lab-kinds.h"
#include "mts-lesson-markup.h"
#include <cairo-pdf.h>
#include <pango/pangocairo.h>

/* A4 in points, its margins, and what a pixel of the screen becomes. */
#define PAGE_WIDTH 595.276
#define PAGE_HEIGHT 841.89
#define MARGIN 48.0
#define PIXEL 0.75
#define SIDE_WIDTH 240.0

typedef struct Sheet {
    cairo_t *cr;
    PangoContext *context;
    double y; /* points from the top */
    guint page;
    const char *title;
} Sheet;

static double text_width(void)
{
    return PAGE_WIDTH - 2 * MARGIN;
}

static cairo_status_t write_bytes(void *closure, const unsigned char *data, unsigned int length)
{
    g_byte_array_append(closure, data, length);
    return CAIRO_STATUS_SUCCESS;
}

/* ---- text ------------------------------------------------------------------------------------ */

/* A paragraph in a size relative to the body's; returns its height. `show` FALSE only measures. */
static double paragraph(
    Sheet *sheet, const char *markup, double scale, double indent, gboolean show)
{
    g_autoptr(PangoLayout) layout = pango_layout_new(sheet->context);
    g_autofree char *sized =
        g_strdup_printf("<span size=\"%d%%\">%s</span>", (int)(scale * 100), markup);
    int height;
    pango_layout_set_width(layout, (int)((text_width() - indent) / PIXEL * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(layout, 1.15f);
    pango_layout_set_markup(layout, sized, -1);
    pango_layout_get_pixel_size(layout, NULL, &height);
    if (show) {
        cairo_save(sheet->cr);
        cairo_translate(sheet->cr, MARGIN + indent, sheet->y);
        cairo_scale(sheet->cr, PIXEL, PIXEL);
        cairo_set_source_rgb(sheet->cr, .12, .12, .13);
        pango_cairo_show_layout(sheet->cr, layout);
        cairo_restore(sheet->cr);
    }
    return height * PIXEL;
}

static void foot(Sheet *sheet)
{
    g_autofree char *escaped = g_markup_escape_text(sheet->title, -1);
    g_autofree char *markup = g_strdup_printf("%s · %u", escaped, sheet->page);
    const double y = sheet->y;
    sheet->y = PAGE_HEIGHT - MARGIN + 12;
    paragraph(sheet, markup, .75, 0, TRUE);
    sheet->y = y;
}

/* Makes sure that `height` fits below; else a new page begins. */
static void need(Sheet *sheet, double height)
{
    if (sheet->y + height > PAGE_HEIGHT - MARGIN && sheet->y > MARGIN) {
        foot(sheet);
        cairo_show_page(sheet->cr);
        sheet->y = MARGIN;
        sheet->page++;
    }
}

static void add_paragraph(
    Sheet *sheet, const char *markup, double scale, double indent, double space)
{
    need(sheet, paragraph(sheet, markup, scale, indent, FALSE));
    sheet->y += paragraph(sheet, markup, scale, indent, TRUE) + space;
}

static void add_escaped(
    Sheet *sheet, const char *format, const char *text, double scale, double indent, double space)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);
    g_autofree char *markup = g_strdup_printf(format, escaped);
    add_paragraph(sheet, markup, scale, indent, space);
}

/* ---- things and tasks ------------------------------------------------------------------------ */

static double part_height(MtsLabModel *model, MtsLabPart part, double width)
{
    MtsLabModelClass *class = MTS_LAB_MODEL_GET_CLASS(model);
    const double least = class->least_width(model, part);
    const double scale = MIN(1, width / least);
    return class->height(model, part, (int)(width / scale + 1e-6)) * scale;
}

static void draw_part(Sheet *sheet, MtsLabModel *model, MtsLabPart part, double width)
{
    cairo_save(sheet->cr);
    cairo_translate(sheet->cr, MARGIN, sheet->y);
    cairo_scale(sheet->cr, PIXEL, PIXEL);
    mts_lab_draw(model, part, sheet->cr, sheet->context, width, FALSE);
    cairo_restore(sheet->cr);
    sheet->y += part_height(model, part, width) * PIXEL + 10;
}

static void add_thing(Sheet *sheet, const MtsLessonThing *thing)
{
    g_autoptr(MtsLabModel) model = mts_lab_kind_make(thing->kind);
    mts_lab_model_apply(model, thing->settings, NULL);
    const double width = text_width() / PIXEL;
    const double main = part_height(model, MTS_LAB_MAIN, width) * PIXEL;
    const double side = part_height(model, MTS_LAB_SIDE, SIDE_WIDTH) * PIXEL;
    need(sheet, main + 16);
    add_escaped(sheet, "<b>%s</b>", mts_lab_model_get_kind(model)->title, .9, 0, 4);
    draw_part(sheet, model, MTS_LAB_MAIN, width);
    if (side > 0) {
        need(sheet, side);
        draw_part(sheet, model, MTS_LAB_SIDE, SIDE_WIDTH);
    }
}

static void add_task(Sheet *sheet, const MtsLessonTask *task)
{
    need(sheet, 34);
    cairo_set_source_rgb(sheet->cr, .35, .35, .37);
    cairo_set_line_width(sheet->cr, .8);
    cairo_rectangle(sheet->cr, MARGIN + .5, sheet->y + 1.5, 9, 9);
    cairo_stroke(sheet->cr);
    add_escaped(sheet, "<b>%s</b>", task->title, 1, 18, task->say ? 1 : 8);
    if (task->say) {
        add_escaped(sheet, "%s", task->say, .9, 18, 8);
    }
}

static void add_step(Sheet *sheet, const MtsLessonStep *step)
{
    g_autofree char *body = mts_lesson_markup(step->text);
    need(sheet, 60);
    add_escaped(sheet, "<b>%s</b>", step->title, 1.2, 0, 3);
    if (*body) {
        add_paragraph(sheet, body, 1, 0, 8);
    }
    for (guint i = 0; i < step->things->len; i++) {
        add_thing(sheet, mts_lesson_thing(step, i));
    }
    for (guint i = 0; i < step->tasks->len; i++) {
        add_task(sheet, mts_lesson_task(step, i));
    }
    sheet->y += 10;
}

GBytes *mts_lab_handout(const MtsLesson *lesson, const PangoFontDescription *font)
{
    GByteArray *bytes = g_byte_array_new();
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(write_bytes, bytes, PAGE_WIDTH, PAGE_HEIGHT);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, lesson->title);
    Sheet sheet = {.cr = cairo_create(surface), .y = MARGIN, .page = 1, .title = lesson->title};
    sheet.context = pango_cairo_create_context(sheet.cr);
    pango_cairo_context_set_resolution(sheet.context, 96);
    pango_context_set_font_description(sheet.context, font);
    add_escaped(&sheet, "<b>%s</b>", lesson->title, 1.8, 0, 4);
    if (lesson->summary) {
        add_escaped(&sheet, "%s", lesson->summary, 1, 0, 14);
    }
    for (guint i = 0; i < lesson->steps->len; i++) {
        add_step(&sheet, mts_lesson_step(lesson, i));
    }
    foot(&sheet);
    g_object_unref(sheet.context);
    cairo_destroy(sheet.cr);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
    return g_byte_array_free_to_bytes(bytes);
}
