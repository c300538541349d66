/* The lanes as they lie still: rows, grid, past, segments, mosaic, names. Kept as one render node
 * until something of it changes; what follows the pointer is drawn above it
 * (mts-timeline-overlay.c). */
#include "mts-timeline-private.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include <math.h>

/* The gutter: names stand at NAME_X, lane letters end at LETTER_X. */
#define NAME_X 16
#define NAME_WIDTH 60
#define LETTER_X 87
/* A segment narrower than this says nothing. */
#define LEAST_LABEL 18
/* The pill of an adaptive segment stands this far behind the playhead. */
#define PILL_INSET 8
#define MOSAIC_CELL 3
#define SEGMENT_RADIUS 3

PangoLayout *mts_timeline_text(MtsTimeline *self, const char *text, double points, gboolean bold)
{
    char key[160];
    g_snprintf(key, sizeof key, "%d%c%s", (int)(points * 10), bold ? 'b' : 'r', text);
    PangoLayout *layout = g_hash_table_lookup(self->texts, key);
    if (!layout) {
        /* Drags and playheads say ever new numbers; what was said long ago is let go. */
        if (g_hash_table_size(self->texts) > 400) {
            g_hash_table_remove_all(self->texts);
        }
        PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(self));
        layout = mts_paint_layout(context, text, points, bold);
        g_hash_table_insert(self->texts, g_strdup(key), layout);
    }
    return layout;
}

/* ---- where things stand --------------------------------------------------------------------- */

/* Sides of the plot, in whole pixels. */
static double plot_left(void)
{
    return MTS_AXIS_GUTTER;
}

static double plot_right(MtsTimeline *self)
{
    return mts_time_axis_get_width(self->axis) - MTS_AXIS_MARGIN;
}

/* The dragged boundary is shown on its way into a snap. */
static double shown_step(MtsTimeline *self, int box, guint edge, guint32 step)
{
    const MtsDrag *drag = &self->drag;
    const gboolean sliding = self->slide_left != 0 && box == drag->box &&
        (drag->hit.part == MTS_PART_EDGE ? edge == drag->hit.edge
                                         : edge == drag->hit.span || edge == drag->hit.span + 1);
    return sliding ? step + self->slide_left : step;
}

gboolean mts_timeline_span_rect(MtsTimeline *self, int box, guint span, graphene_rect_t *rect)
{
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    if (span >= count) {
        return FALSE;
    }
    const double from = shown_step(self, box, span, spans[span].from);
    const double to = shown_step(self, box, span + 1, spans[span].to);
    /* A pixel of gap before the next segment, none at the run's end. */
    const double left = round(mts_time_axis_x(self->axis, from));
    const double right = round(mts_time_axis_x(self->axis, to)) - (span + 1 < count ? 1 : 0);
    if (right <= plot_left() || left >= plot_right(self)) {
        return FALSE;
    }
    const double y = self->layout.boxes[box].y - mts_timeline_offset(self);
    *rect = GRAPHENE_RECT_INIT((float)left, (float)y, (float)MAX(right - left, 1), MTS_LANE_HEIGHT);
    return TRUE;
}

static void fill(
    GtkSnapshot *snapshot, double x, double y, double width, double height, GdkRGBA ink)
{
    if (width > 0 && height > 0) {
        gtk_snapshot_append_color(
            snapshot, &ink, &GRAPHENE_RECT_INIT((float)x, (float)y, (float)width, (float)height));
    }
}

/* ---- segments ------------------------------------------------------------------------------- */

static void append_label(MtsTimeline *self, GtkSnapshot *snapshot, const graphene_rect_t *rect,
    const EngPrecision *precision, gboolean dark)
{
    const double left = MAX(rect->origin.x, plot_left());
    const double right = MIN(rect->origin.x + rect->size.width, plot_right(self));
    PangoLayout *text =
        mts_timeline_text(self, mts_precision_label(precision), MTS_POINTS_TICKS, TRUE);
    int width;
    mts_paint_layout_size(text, &width, NULL);
    if (right - left < MAX(LEAST_LABEL, width + 4)) {
        return;
    }
    const GdkRGBA ink = mts_palette_format_text(&precision->format, dark);
    mts_paint_append_layout(
        snapshot, text, (left + right) / 2, rect->origin.y + MTS_LANE_HEIGHT / 2.0, 0.5, &ink);
}

/* "2 ↔ 4" on a ground that the stripes do not cross. */
static void append_pill(MtsTimeline *self, GtkSnapshot *snapshot, double left, double right,
    double y, const EngPrecision *precision, gboolean dark)
{
    PangoLayout *text =
        mts_timeline_text(self, mts_precision_label(precision), MTS_POINTS_TICKS, TRUE);
    int width;
    mts_paint_layout_size(text, &width, NULL);
    const double from = MAX(left, plot_left()) + PILL_INSET, to = MIN(right, plot_right(self));
    if (to - from < width + 10) {
        return;
    }
    const GdkRGBA ground = mts_palette_fade(mts_palette_ink(MTS_INK_VIEW, dark), .86f);
    const GdkRGBA ink = mts_palette_ink(MTS_INK_HATCH_TEXT, dark);
    const graphene_rect_t pill =
        GRAPHENE_RECT_INIT((float)from, (float)y + 1, (float)width + 8, MTS_LANE_HEIGHT - 2);
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, &pill, (MTS_LANE_HEIGHT - 2) / 2.0f);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    gtk_snapshot_append_color(snapshot, &ground, &pill);
    gtk_snapshot_pop(snapshot);
    mts_paint_append_layout(snapshot, text, from + 4, y + MTS_LANE_HEIGHT / 2.0, 0, &ink);
}

/* Cells of what was really used, on a grid that hangs on the run's start; a cell shows the majority
 * of the steps it covers. Cells of the same kind are one rectangle. */
static void append_mosaic(MtsTimeline *self, GtkSnapshot *snapshot, const MtsLaneChoices *choices,
    const EngSpan *span, const graphene_rect_t *rect, double until, gboolean dark)
{
    const double left = MAX(rect->origin.x, plot_left());
    const double right = MIN(MIN(rect->origin.x + rect->size.width, plot_right(self)), until);
    const GdkRGBA high = mts_palette_format_fill(&span->precision.high, dark);
    fill(snapshot, left, rect->origin.y, right - left, MTS_LANE_HEIGHT,
        mts_palette_format_fill(&span->precision.format, dark));
    const double origin = round(mts_time_axis_x(self->axis, 0));
    double cell = origin + floor((left - origin) / MOSAIC_CELL) * MOSAIC_CELL, start = -1;
    for (; cell < right; cell += MOSAIC_CELL) {
        const double from = mts_time_axis_step(self->axis, MAX(cell, left));
        const double to = mts_time_axis_step(self->axis, MIN(cell + MOSAIC_CELL, right));
        const guint32 first = (guint32)CLAMP(floor(from), span->from, span->to - 1);
        const guint32 last = (guint32)CLAMP(ceil(to), first + 1, span->to);
        const guint32 taken = mts_lane_choices_high(choices, first, last);
        const gboolean is_high = 2 * (guint64)taken > last - first;
        if (is_high && start < 0) {
            start = MAX(cell, left);
        } else if (!is_high && start >= 0) {
            fill(snapshot, start, rect->origin.y, MAX(cell, left) - start, MTS_LANE_HEIGHT, high);
            start = -1;
        }
    }
    if (start >= 0) {
        fill(snapshot, start, rect->origin.y, right - start, MTS_LANE_HEIGHT, high);
    }
}

static void append_adaptive(MtsTimeline *self, GtkSnapshot *snapshot, int box, const EngSpan *span,
    const graphene_rect_t *rect, gboolean dark)
{
    const MtsLaneBox *lane = &self->layout.boxes[box];
    const MtsLaneChoices *choices =
        &self->choices[lane->layer * 3 + (guint)mts_track_role(lane->track)];
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const guint32 known = mts_lane_choices_first(choices);
    /* Behind the playhead, and where the choices are known at all. */
    const gboolean used = span->from < playhead && known < playhead && known < span->to;
    const double until = used
        ? MIN(round(mts_time_axis_x(self->axis, playhead)), rect->origin.x + rect->size.width)
        : rect->origin.x;
    const double right = rect->origin.x + rect->size.width;
    if (used) {
        append_mosaic(self, snapshot, choices, span, rect, until, dark);
    }
    if (until < right) {
        mts_hatch_append(&self->hatch, snapshot,
            &GRAPHENE_RECT_INIT(
                (float)until, rect->origin.y, (float)(right - until), MTS_LANE_HEIGHT),
            gtk_widget_get_scale_factor(GTK_WIDGET(self)));
        append_pill(self, snapshot, until, right, rect->origin.y, &span->precision, dark);
    }
}

static void append_segment(
    MtsTimeline *self, GtkSnapshot *snapshot, int box, guint span, gboolean dark)
{
    graphene_rect_t rect;
    if (!mts_timeline_span_rect(self, box, span, &rect)) {
        return;
    }
    guint count;
    const EngSpan *here = &mts_timeline_box_spans(self, box, &count)[span];
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, &rect, SEGMENT_RADIUS);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    if (here->precision.adaptive) {
        append_adaptive(self, snapshot, box, here, &rect, dark);
    } else {
        const GdkRGBA ink = mts_palette_format_fill(&here->precision.format, dark);
        gtk_snapshot_append_color(snapshot, &ink, &rect);
    }
    gtk_snapshot_pop(snapshot);
    const GdkRGBA outline = mts_palette_ink(MTS_INK_SEGMENT_OUTLINE, dark);
    gtk_snapshot_append_border(snapshot, &shape, (const float[4]){1, 1, 1, 1},
        (const GdkRGBA[4]){outline, outline, outline, outline});
    if (!here->precision.adaptive) {
        append_label(self, snapshot, &rect, &here->precision, dark);
    }
}

/* A folded family whose layers differ: a thin strip for each of them, in their order. */
static void append_strips(MtsTimeline *self, GtkSnapshot *snapshot, int box, gboolean dark)
{
    const MtsLaneBox *lane = &self->layout.boxes[box];
    const double top = lane->y - mts_timeline_offset(self);
    const double height = (double)MTS_LANE_HEIGHT / lane->layers;
    for (guint i = 0; i < lane->layers; i++) {
        guint count;
        const EngSpan *spans =
            mts_schedule_model_get_spans(self->model, lane->layer + i, lane->track, &count);
        for (guint k = 0; k < count; k++) {
            const double left = MAX(mts_time_axis_x(self->axis, spans[k].from), plot_left());
            const double right = MIN(mts_time_axis_x(self->axis, spans[k].to), plot_right(self));
            const EngPrecision *precision = &spans[k].precision;
            GdkRGBA ink = mts_palette_format_fill(&precision->format, dark);
            if (precision->adaptive) {
                ink = mts_palette_mix(ink, mts_palette_format_fill(&precision->high, dark), .5);
            }
            fill(snapshot, left, top + i * height, right - left, height, ink);
        }
    }
}

static gboolean layers_agree(MtsTimeline *self, const MtsLaneBox *lane)
{
    guint count;
    const EngSpan *first =
        mts_schedule_model_get_spans(self->model, lane->layer, lane->track, &count);
    for (guint i = 1; i < lane->layers; i++) {
        guint other_count;
        const EngSpan *other =
            mts_schedule_model_get_spans(self->model, lane->layer + i, lane->track, &other_count);
        if (other_count != count) {
            return FALSE;
        }
        for (guint k = 0; k < count; k++) {
            if (other[k].from != first[k].from ||
                !eng_precision_equal(&other[k].precision, &first[k].precision)) {
                return FALSE;
            }
        }
    }
    return TRUE;
}

static void append_lane(MtsTimeline *self, GtkSnapshot *snapshot, int box, gboolean dark)
{
    if (!layers_agree(self, &self->layout.boxes[box])) {
        append_strips(self, snapshot, box, dark);
        return;
    }
    guint count;
    mts_timeline_box_spans(self, box, &count);
    for (guint i = 0; i < count; i++) {
        append_segment(self, snapshot, box, i, dark);
    }
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void append_name(MtsTimeline *self, GtkSnapshot *snapshot, const char *text, double points,
    gboolean bold, double y, const GdkRGBA *ink)
{
    PangoLayout *layout = mts_timeline_text(self, text, points, bold);
    int width;
    mts_paint_layout_size(layout, &width, NULL);
    /* A long name is cut softly rather than run into the letters. */
    const gboolean cut = width > NAME_WIDTH;
    if (cut) {
        gtk_snapshot_push_clip(
            snapshot, &GRAPHENE_RECT_INIT(NAME_X, (float)y - 12, NAME_WIDTH, 24));
    }
    mts_paint_append_layout(snapshot, layout, NAME_X, y, 0, ink);
    if (cut) {
        gtk_snapshot_pop(snapshot);
    }
}

void mts_timeline_append_fold_arrow(
    GtkSnapshot *snapshot, double y, gboolean folded, const GdkRGBA *ink)
{
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT(2, (float)y - 5, 11, 10));
    mts_paint_source(cr, ink);
    cairo_translate(cr, 7.5, y);
    cairo_rotate(cr, folded ? 0 : G_PI_2);
    cairo_move_to(cr, -2, -3.5);
    cairo_line_to(cr, 2.5, 0);
    cairo_line_to(cr, -2, 3.5);
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_destroy(cr);
}

/* "conv ×3" for a folded family. */
static char *row_name(MtsTimeline *self, const MtsLaneRow *row)
{
    const char *name = self->names[row->layer];
    return row->folded ? g_strdup_printf("%.*s ×%u", (int)mts_lane_stem(name), name, row->layers)
                       : g_strdup(name);
}

/* And "1 – 3" below it: which of them. */
static char *row_summary(MtsTimeline *self, const MtsLaneRow *row)
{
    if (!row->folded) {
        return g_strdup(mts_schedule_model_get_summary(self->model, row->layer));
    }
    const char *first = self->names[row->layer];
    const char *last = self->names[row->layer + row->layers - 1];
    return g_strdup_printf("%s – %s", first + mts_lane_stem(first), last + mts_lane_stem(last));
}

static void append_row_texts(
    MtsTimeline *self, GtkSnapshot *snapshot, const MtsLaneRow *row, double y, gboolean dark)
{
    const int focus = mts_timeline_focus_box(self);
    const gboolean own = focus >= 0 && &self->layout.rows[self->layout.boxes[focus].row] == row;
    const GdkRGBA text = mts_palette_ink(MTS_INK_TEXT, dark);
    const GdkRGBA secondary = mts_palette_ink(MTS_INK_TEXT_SECONDARY, dark);
    const GdkRGBA accent = mts_palette_ink(MTS_INK_ACCENT_TEXT, dark);
    g_autofree char *name = row_name(self, row);
    g_autofree char *summary = row_summary(self, row);
    const double middle = y + row->height / 2.0;
    append_name(self, snapshot, name, MTS_POINTS_BODY, TRUE, middle - 7, own ? &accent : &text);
    append_name(self, snapshot, summary, MTS_POINTS_LEGEND, FALSE, middle + 8.5, &secondary);
    if (row->folded) {
        mts_timeline_append_fold_arrow(snapshot, middle - 7, TRUE, &secondary);
    }
    for (guint i = row->first; i < row->first + row->count; i++) {
        const MtsLaneBox *box = &self->layout.boxes[i];
        /* Of "W.dgrad" the gutter has room for "Wd". */
        const char *full = mts_track_name(box->track);
        const char letters[] = {full[0], full[1] ? full[2] : '\0', '\0'};
        const gboolean focused = (int)i == focus;
        PangoLayout *letter = mts_timeline_text(self, letters, MTS_POINTS_TICKS, focused);
        mts_paint_append_layout(snapshot, letter, LETTER_X,
            box->y - mts_timeline_offset(self) + MTS_LANE_HEIGHT / 2.0, 1,
            focused ? &accent : &secondary);
    }
}

/* A line at every epoch; where they stand close, at every second, fourth, … one. */
static void append_grid(MtsTimeline *self, GtkSnapshot *snapshot, double height, gboolean dark)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    double from, to;
    mts_time_axis_get_view(self->axis, &from, &to);
    const double per_epoch = clock.steps_per_epoch * mts_timeline_scale(self).per_step;
    double every = 1;
    while (every * per_epoch < 16) {
        every *= 2;
    }
    const GdkRGBA grid = mts_palette_ink(MTS_INK_GRID, dark);
    const GdkRGBA faint = mts_palette_fade(grid, .5f);
    double epoch = ceil(from / clock.steps_per_epoch / every) * every;
    for (; epoch * clock.steps_per_epoch <= to; epoch += every) {
        const double x = floor(mts_time_axis_x(self->axis, epoch * clock.steps_per_epoch));
        const gboolean odd = fmod(epoch / every, 2) != 0;
        fill(snapshot, x, 0, 1, height, odd ? faint : grid);
    }
}

static void append_past(MtsTimeline *self, GtkSnapshot *snapshot, double height, gboolean dark)
{
    const double x = mts_time_axis_x(self->axis, mts_time_axis_get_playhead(self->axis));
    fill(snapshot, plot_left(), 0, MIN(x, plot_right(self)) - plot_left(), height,
        mts_palette_ink(MTS_INK_PAST, dark));
}

static void append_rows(MtsTimeline *self, GtkSnapshot *snapshot, double height, gboolean dark)
{
    const double width = gtk_widget_get_width(GTK_WIDGET(self));
    const double offset = mts_timeline_offset(self);
    const int focus = mts_timeline_focus_box(self);
    for (guint i = 0; i < self->layout.row_count; i++) {
        const MtsLaneRow *row = &self->layout.rows[i];
        const double y = row->y - offset;
        if (y + row->height <= 0 || y >= height) {
            continue;
        }
        if (focus >= 0 && self->layout.boxes[focus].row == i) {
            const GdkRGBA wash = mts_palette_fade(mts_palette_ink(MTS_INK_ACCENT_WASH, dark), .5f);
            fill(snapshot, 0, y, width, row->height - 1, wash);
        }
        fill(snapshot, 0, y + row->height - 1, width, 1, mts_palette_ink(MTS_INK_HAIRLINE, dark));
        append_row_texts(self, snapshot, row, y, dark);
    }
}

void mts_timeline_draw_lanes(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const gboolean dark = mts_palette_dark();
    const double height = gtk_widget_get_height(GTK_WIDGET(self));
    const double offset = mts_timeline_offset(self);
    const double rows = MIN(height, self->layout.height - offset);
    append_past(self, snapshot, rows, dark);
    append_grid(self, snapshot, rows, dark);
    append_rows(self, snapshot, height, dark);
    gtk_snapshot_push_clip(snapshot,
        &GRAPHENE_RECT_INIT(
            (float)plot_left(), 0, (float)(plot_right(self) - plot_left()), (float)height));
    for (int box = 0; box < (int)self->layout.box_count; box++) {
        const double y = self->layout.boxes[box].y - offset;
        if (y + MTS_LANE_HEIGHT > 0 && y < height) {
            append_lane(self, snapshot, box, dark);
        }
    }
    gtk_snapshot_pop(snapshot);
}

void mts_timeline_snapshot(GtkWidget *widget, GtkSnapshot *snapshot)
{
    MtsTimeline *self = MTS_TIMELINE(widget);
    const GdkRGBA view = mts_palette_ink(MTS_INK_VIEW, mts_palette_dark());
    fill(snapshot, 0, 0, gtk_widget_get_width(widget), gtk_widget_get_height(widget), view);
    if (!self->lanes) {
        GtkSnapshot *lanes = gtk_snapshot_new();
        mts_timeline_draw_lanes(self, lanes);
        self->lanes = gtk_snapshot_free_to_node(lanes);
    }
    if (self->lanes) {
        gtk_snapshot_append_node(snapshot, self->lanes);
    }
    mts_timeline_draw_overlay(self, snapshot);
}
