#include "mts-progress.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <adwaita.h>
#include <math.h>

/* Geometry from the specification: bar, middle of the words, percentage's left end. */
enum { BAR = 8, BAR_Y = 34, WORDS_Y = 21, FIGURE_Y = 28, FIGURE_X = 16, SPACE = 20, EDGE = 16 };
/* With the buttons above the bar. */
enum { STACKED_BAR_Y = 44, STACKED_Y = 22 };

#define POINTS_FIGURE 13.5

struct _MtsProgress {
    GtkWidget parent;
    MtsTimeAxis *axis;
    GtkWidget *anchor;
    int left, right;
    gboolean stacked;
    double rate, seconds;
};

G_DEFINE_FINAL_TYPE(MtsProgress, mts_progress, GTK_TYPE_WIDGET)

static void mts_progress_dispose(GObject *object)
{
    MtsProgress *self = MTS_PROGRESS(object);
    if (self->axis) {
        g_signal_handlers_disconnect_by_data(self->axis, self);
    }
    g_clear_object(&self->axis);
    if (self->anchor) {
        g_object_remove_weak_pointer(G_OBJECT(self->anchor), (gpointer *)&self->anchor);
        self->anchor = NULL;
    }
    G_OBJECT_CLASS(mts_progress_parent_class)->dispose(object);
}

/* A run of words on one line; what is between two '|' is bold. */
static PangoLayout *words_new(MtsProgress *self, const char *words)
{
    PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(self));
    PangoLayout *layout = mts_paint_layout(context, "", MTS_POINTS_SECONDARY, FALSE);
    g_autoptr(PangoAttrList) attributes = pango_attr_list_copy(pango_layout_get_attributes(layout));
    const GdkRGBA strong = mts_palette_ink(MTS_INK_TEXT, mts_palette_dark());
    g_auto(GStrv) parts = g_strsplit(words, "|", -1);
    GString *text = g_string_new(NULL);
    for (guint i = 0; parts[i]; i++) {
        if (i % 2 == 1) {
            PangoAttribute *both[] = {pango_attr_weight_new(PANGO_WEIGHT_BOLD),
                pango_attr_foreground_new((guint16)(strong.red * 65535),
                    (guint16)(strong.green * 65535), (guint16)(strong.blue * 65535))};
            for (guint k = 0; k < G_N_ELEMENTS(both); k++) {
                both[k]->start_index = (guint)text->len;
                both[k]->end_index = (guint)(text->len + strlen(parts[i]));
                pango_attr_list_change(attributes, both[k]);
            }
        }
        g_string_append(text, parts[i]);
    }
    pango_layout_set_attributes(layout, attributes);
    pango_layout_set_text(layout, text->str, -1);
    g_string_free(text, TRUE);
    return layout;
}

static char *epoch_words(MtsProgress *self)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    const double done = mts_time_axis_get_playhead(self->axis);
    /* Rounded down: an epoch is not done before it is. */
    const double epochs = floor(done / clock.steps_per_epoch * 100 + 1e-9) / 100,
                 all = (double)clock.steps / clock.steps_per_epoch;
    g_autofree char *now = mts_text_fixed(epochs, 2);
    g_autofree char *total = mts_text_fixed(all, all == floor(all) ? 0 : 2);
    return g_strdup_printf("|Epoch %s| of %s", now, total);
}

static char *iteration_words(MtsProgress *self)
{
    const EngClock clock = mts_time_axis_get_clock(self->axis);
    g_autofree char *now = mts_text_count((guint64)mts_time_axis_get_playhead(self->axis));
    g_autofree char *total = mts_text_count(clock.steps);
    return g_strdup_printf("iteration |%s| of %s", now, total);
}

static char *rate_words(MtsProgress *self)
{
    if (isnan(self->rate)) {
        return NULL;
    }
    g_autofree char *rate = mts_text_rate(self->rate);
    return g_strdup_printf("|%s| it/s", rate);
}

static char *left_words(MtsProgress *self)
{
    if (isnan(self->seconds)) {
        return NULL;
    }
    g_autofree char *clock = mts_text_clock(self->seconds);
    return g_strdup_printf("|%s| left", clock);
}

static double done_share(MtsProgress *self)
{
    return mts_time_axis_get_playhead(self->axis) / mts_time_axis_get_clock(self->axis).steps;
}

static char *figure(MtsProgress *self)
{
    g_autofree char *number = mts_text_fixed(floor(done_share(self) * 100 + 1e-9), 0);
    return g_strconcat(number, " %", NULL);
}

/* ---- drawing --------------------------------------------------------------------------------- */

typedef struct Words {
    PangoLayout *layout;
    int width;
} Words;

static Words words_take(MtsProgress *self, char *text)
{
    Words words = {NULL, 0};
    if (text) {
        words.layout = words_new(self, text);
        mts_paint_layout_size(words.layout, &words.width, NULL);
        g_free(text);
    }
    return words;
}

static void words_drop(Words *words)
{
    g_clear_object(&words->layout);
    words->width = 0;
}

static int words_room(const Words *words)
{
    return words->layout ? words->width + SPACE : 0;
}

/* Epoch and iteration from the left, time left and speed from the right; what finds no room is
 * left out, the least needed first. */
static void append_words(MtsProgress *self, GtkSnapshot *snapshot, double from, double to, double y)
{
    Words epoch = words_take(self, epoch_words(self)),
          iteration = words_take(self, iteration_words(self)),
          rate = words_take(self, rate_words(self)), left = words_take(self, left_words(self));
    Words *const dispensable[] = {&rate, &iteration, &left};
    for (guint i = 0; i < G_N_ELEMENTS(dispensable); i++) {
        const int room = words_room(&epoch) + words_room(&iteration) + words_room(&rate) +
            words_room(&left) - SPACE;
        if (room > to - from) {
            words_drop(dispensable[i]);
        }
    }
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT_SECONDARY, mts_palette_dark());
    Words *const rightwards[] = {&epoch, &iteration}, *const leftwards[] = {&left, &rate};
    for (guint i = 0; i < 2; i++) {
        if (rightwards[i]->layout) {
            mts_paint_append_layout(snapshot, rightwards[i]->layout, from, y, 0, &ink);
            from += words_room(rightwards[i]);
        }
        if (leftwards[i]->layout) {
            mts_paint_append_layout(snapshot, leftwards[i]->layout, to, y, 1, &ink);
            to -= words_room(leftwards[i]);
        }
        words_drop(rightwards[i]);
        words_drop(leftwards[i]);
    }
}

static void append_pill(
    GtkSnapshot *snapshot, double x, double y, double width, double reach, const GdkRGBA *ink)
{
    GskRoundedRect pill;
    gsk_rounded_rect_init_from_rect(
        &pill, &GRAPHENE_RECT_INIT((float)x, (float)y, (float)width, BAR), BAR / 2.0f);
    gtk_snapshot_push_rounded_clip(snapshot, &pill);
    gtk_snapshot_append_color(
        snapshot, ink, &GRAPHENE_RECT_INIT((float)x, (float)y, (float)reach, BAR));
    gtk_snapshot_pop(snapshot);
}

static void append_bar(MtsProgress *self, GtkSnapshot *snapshot, double axis, double y)
{
    const gboolean dark = mts_palette_dark();
    const double left = axis + MTS_AXIS_GUTTER,
                 right = axis + mts_time_axis_get_width(self->axis) - MTS_AXIS_MARGIN;
    if (right - left < BAR) {
        return;
    }
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double end = CLAMP(axis + mts_time_axis_x(self->axis, playhead), left, right);
    const GdkRGBA trough = {dark, dark, dark, dark ? .16f : .12f};
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT, dark);
    append_pill(snapshot, left, y, right - left, right - left, &trough);
    if (playhead > 0 && end > left) {
        /* The end is cut straight, as the playhead is; only the run's own end is round. */
        append_pill(snapshot, left, y, right - left, end - left, &accent);
    }
}

gboolean mts_progress_find_axis(MtsProgress *self, GtkWidget *relative, double *x)
{
    graphene_rect_t bounds;
    if (!self->anchor || !gtk_widget_compute_bounds(self->anchor, relative, &bounds)) {
        return FALSE;
    }
    *x = bounds.origin.x;
    return TRUE;
}

static void mts_progress_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsProgress *self = MTS_PROGRESS(widget);
    double axis;
    if (!mts_progress_find_axis(self, widget, &axis)) {
        return;
    }
    const GdkRGBA ink = mts_palette_ink(MTS_INK_TEXT, mts_palette_dark());
    g_autofree char *percent = figure(self);
    g_autoptr(PangoLayout) layout =
        mts_paint_layout(gtk_widget_get_pango_context(widget), percent, POINTS_FIGURE, TRUE);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    const double end = axis + mts_time_axis_get_width(self->axis) - MTS_AXIS_MARGIN;
    const double right = MIN(end, gtk_widget_get_width(widget) - (double)self->right - EDGE);
    if (self->stacked) {
        const double left = self->left + EDGE;
        mts_paint_append_layout(snapshot, layout, left, STACKED_Y, 0, &ink);
        append_words(self, snapshot, left + width + SPACE, right, STACKED_Y);
        append_bar(self, snapshot, axis, STACKED_BAR_Y);
    } else {
        mts_paint_append_layout(snapshot, layout, axis + FIGURE_X, FIGURE_Y, 0, &ink);
        append_words(self, snapshot, axis + MTS_AXIS_GUTTER, right, WORDS_Y);
        append_bar(self, snapshot, axis, BAR_Y);
    }
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void tell(MtsProgress *self)
{
    g_autofree char *percent = figure(self);
    g_autofree char *epoch = epoch_words(self);
    g_auto(GStrv) plain = g_strsplit(epoch, "|", -1);
    g_autofree char *words = g_strjoinv("", plain);
    g_autofree char *text = g_strdup_printf("%s, %s", percent, words);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_VALUE_NOW,
        done_share(self), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, text,
        GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

static void on_cursor_changed(MtsTimeAxis *axis, MtsProgress *self)
{
    tell(self);
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void mts_progress_class_init(MtsProgressClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_progress_dispose;
    widget_class->snapshot = mts_progress_snapshot;
    gtk_widget_class_set_css_name(widget_class, "runprogress");
    gtk_widget_class_set_accessible_role(widget_class, GTK_ACCESSIBLE_ROLE_PROGRESS_BAR);
}

static void mts_progress_init(MtsProgress *self)
{
    self->rate = self->seconds = NAN;
    g_signal_connect_object(adw_style_manager_get_default(), "notify::dark",
        G_CALLBACK(gtk_widget_queue_draw), self, G_CONNECT_SWAPPED);
}

GtkWidget *mts_progress_new(MtsTimeAxis *axis)
{
    MtsProgress *self = g_object_new(MTS_TYPE_PROGRESS, NULL);
    self->axis = g_object_ref(axis);
    g_signal_connect_swapped(axis, "view-changed", G_CALLBACK(gtk_widget_queue_draw), self);
    g_signal_connect(axis, "cursor-changed", G_CALLBACK(on_cursor_changed), self);
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
        "Progress of the run", GTK_ACCESSIBLE_PROPERTY_VALUE_MIN, 0.0,
        GTK_ACCESSIBLE_PROPERTY_VALUE_MAX, 1.0, -1);
    tell(self);
    return GTK_WIDGET(self);
}

void mts_progress_set_anchor(MtsProgress *self, GtkWidget *anchor)
{
    if (self->anchor) {
        g_object_remove_weak_pointer(G_OBJECT(self->anchor), (gpointer *)&self->anchor);
    }
    self->anchor = anchor;
    if (anchor) {
        g_object_add_weak_pointer(G_OBJECT(anchor), (gpointer *)&self->anchor);
    }
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_progress_set_room(MtsProgress *self, int left, int right, gboolean stacked)
{
    self->left = left;
    self->right = right;
    self->stacked = stacked;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void mts_progress_set_speed(MtsProgress *self, double rate, double left)
{
    self->rate = rate;
    self->seconds = left;
    gtk_widget_queue_draw(GTK_WIDGET(self));
}
