/* What lies above the lanes and follows pointer, playhead and time: hover, selection, grips, drag
 * guide and tooltip, brush preview, razor, band, flash. */
#include "mts-timeline-private.h"

#include "mts-paint.h"
#include "mts-palette.h"
#include "mts-text.h"
#include <math.h>

#define GRIP_WIDTH 8
#define GRIP_HEIGHT 22
#define RING 2
#define TIP_PADDING 12
#define TIP_ARROW 6
#define TIP_GAP 3

static GdkRGBA ink_of(MtsInk ink)
{
    return mts_palette_ink(ink, mts_palette_dark());
}

static graphene_rect_t plot_rect(MtsTimeline *self)
{
    const float width = (float)mts_time_axis_get_width(self->axis);
    return GRAPHENE_RECT_INIT(MTS_AXIS_GUTTER, 0, width - MTS_AXIS_GUTTER - MTS_AXIS_MARGIN,
        (float)gtk_widget_get_height(GTK_WIDGET(self)));
}

static void append_border(
    GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, float width, GdkRGBA ink)
{
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, rect, radius);
    gtk_snapshot_append_border(snapshot, &shape, (const float[4]){width, width, width, width},
        (const GdkRGBA[4]){ink, ink, ink, ink});
}

static void append_rounded(
    GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, GdkRGBA ink)
{
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, rect, radius);
    gtk_snapshot_push_rounded_clip(snapshot, &shape);
    gtk_snapshot_append_color(snapshot, &ink, rect);
    gtk_snapshot_pop(snapshot);
}

/* A vertical line of `on` pixels ink and `off` pixels nothing; off 0: solid. */
static void append_line(
    GtkSnapshot *snapshot, double x, double width, double height, int on, int off, GdkRGBA ink)
{
    const graphene_rect_t line = GRAPHENE_RECT_INIT((float)x, 0, (float)width, (float)height);
    if (off == 0) {
        gtk_snapshot_append_color(snapshot, &ink, &line);
        return;
    }
    const GdkRGBA none = mts_palette_fade(ink, 0);
    const float turn = (float)on / (float)(on + off);
    const GskColorStop stops[] = {{0, ink}, {turn, ink}, {turn, none}, {1, none}};
    gtk_snapshot_append_repeating_linear_gradient(snapshot, &line,
        &GRAPHENE_POINT_INIT((float)x, 0), &GRAPHENE_POINT_INIT((float)x, (float)(on + off)), stops,
        G_N_ELEMENTS(stops));
}

/* ---- hover and selection -------------------------------------------------------------------- */

static void append_hover(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const MtsHover *hover = &self->hover;
    graphene_rect_t rect;
    if (hover->box < 0 || hover->hit.part == MTS_PART_NOTHING || self->drag.mode != MTS_DRAG_NONE ||
        self->tool != MTS_TOOL_SELECT ||
        !mts_timeline_span_rect(self, hover->box, hover->hit.span, &rect)) {
        return;
    }
    append_rounded(snapshot, &rect, 3, (GdkRGBA){1, 1, 1, mts_palette_dark() ? .06f : .16f});
}

/* A grip on a boundary: filled while it is the one that moves. */
static void append_grip(
    MtsTimeline *self, GtkSnapshot *snapshot, double x, double lane_y, gboolean active)
{
    const GdkRGBA accent = ink_of(MTS_INK_ACCENT);
    const GdkRGBA white = {1, 1, 1, 1};
    const graphene_rect_t grip = GRAPHENE_RECT_INIT((float)(x - GRIP_WIDTH / 2.0),
        (float)(lane_y + (MTS_LANE_HEIGHT - GRIP_HEIGHT) / 2.0), GRIP_WIDTH, GRIP_HEIGHT);
    const graphene_rect_t core =
        GRAPHENE_RECT_INIT((float)(x - 2), (float)(lane_y + MTS_LANE_HEIGHT / 2.0 - 4), 4, 8);
    append_rounded(snapshot, &grip, 4, active ? accent : white);
    if (!active) {
        append_border(snapshot, &grip, 4, 1.5f, accent);
    }
    append_rounded(snapshot, &core, 1, mts_palette_fade(active ? white : accent, .45f));
}

/* The boundary after `edge - 1` of a lane, at its shown place. */
static void append_edge_grip(
    MtsTimeline *self, GtkSnapshot *snapshot, int box, guint edge, gboolean active)
{
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    if (edge == 0 || edge >= count || spans[edge].from < mts_schedule_model_get_lock(self->model)) {
        return;
    }
    graphene_rect_t rect;
    double x = mts_time_axis_x(self->axis, spans[edge].from);
    if (mts_timeline_span_rect(self, box, edge, &rect)) {
        x = rect.origin.x;
    }
    const graphene_rect_t plot = plot_rect(self);
    if (x < plot.origin.x || x > plot.origin.x + plot.size.width) {
        return;
    }
    const double blocked = active ? self->shake_x : 0;
    append_grip(self, snapshot, round(x) + blocked,
        self->layout.boxes[box].y - mts_timeline_offset(self), active);
}

static gboolean edge_is_active(MtsTimeline *self, int box, guint edge)
{
    const MtsDrag *drag = &self->drag;
    if (drag->mode == MTS_DRAG_EDGE || drag->mode == MTS_DRAG_BLOCKED) {
        return box == drag->box && edge == drag->hit.edge;
    }
    if (drag->mode == MTS_DRAG_SPAN) {
        return box == drag->box && (edge == drag->hit.span || edge == drag->hit.span + 1);
    }
    /* The boundary that the arrow keys would move. */
    if (!(gtk_widget_get_state_flags(GTK_WIDGET(self)) & GTK_STATE_FLAG_FOCUS_VISIBLE) ||
        box != mts_timeline_focus_box(self)) {
        return FALSE;
    }
    guint count;
    mts_timeline_box_spans(self, box, &count);
    const guint span = mts_timeline_focus_span(self);
    const gboolean at_end = (self->focus_side == MTS_SIDE_END && span + 1 < count) || span == 0;
    return edge == (at_end ? span + 1 : span);
}

static void append_hover_grips(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const MtsHover *hover = &self->hover;
    if (hover->box < 0 || self->drag.mode != MTS_DRAG_NONE || self->tool != MTS_TOOL_SELECT) {
        return;
    }
    /* Near a boundary both neighbours show their facing grip: it is one and the same here. */
    if (hover->hit.part == MTS_PART_EDGE) {
        append_edge_grip(self, snapshot, hover->box, hover->hit.edge, FALSE);
    } else if (hover->hit.part == MTS_PART_SEGMENT) {
        append_edge_grip(self, snapshot, hover->box, hover->hit.span, FALSE);
        append_edge_grip(self, snapshot, hover->box, hover->hit.span + 1, FALSE);
    }
}

/* Rings round what is selected, with grips where one segment is; a dashed ring where the focus is
 * on something else. */
static void append_selection(MtsTimeline *self, GtkSnapshot *snapshot)
{
    guint count;
    g_autofree MtsSegment *segments = mts_timeline_get_selection(self, &count);
    const GdkRGBA accent = ink_of(MTS_INK_ACCENT);
    for (guint i = 0; i < count; i++) {
        const int box = mts_lane_layout_find(&self->layout, segments[i].layer, segments[i].track);
        graphene_rect_t rect;
        if (box < 0 || self->layout.boxes[box].layer != segments[i].layer ||
            !mts_timeline_span_rect(self, box, segments[i].span, &rect)) {
            continue;
        }
        graphene_rect_inset(&rect, -RING, -RING);
        append_border(snapshot, &rect, 5, RING, accent);
    }
    for (guint i = 0; i < count && count <= 2; i++) {
        const int box = mts_lane_layout_find(&self->layout, segments[i].layer, segments[i].track);
        if (box < 0) {
            continue;
        }
        append_edge_grip(
            self, snapshot, box, segments[i].span, edge_is_active(self, box, segments[i].span));
        append_edge_grip(self, snapshot, box, segments[i].span + 1,
            edge_is_active(self, box, segments[i].span + 1));
    }
}

/* The keyboard's focus: a second, inner ring in the text colour, visible on every fill. */
static void append_focus(MtsTimeline *self, GtkSnapshot *snapshot)
{
    if (!(gtk_widget_get_state_flags(GTK_WIDGET(self)) & GTK_STATE_FLAG_FOCUS_VISIBLE)) {
        return;
    }
    const int box = mts_timeline_focus_box(self);
    graphene_rect_t rect;
    if (box >= 0 && mts_timeline_span_rect(self, box, mts_timeline_focus_span(self), &rect)) {
        graphene_rect_inset(&rect, -RING, -RING);
        append_border(snapshot, &rect, 5, RING, ink_of(MTS_INK_ACCENT));
        graphene_rect_inset(&rect, RING, RING);
        append_border(snapshot, &rect, 3, 1, ink_of(MTS_INK_VIEW));
    }
}

static void append_flash(MtsTimeline *self, GtkSnapshot *snapshot)
{
    if (self->flash_level <= 0) {
        return;
    }
    for (guint i = 0; i < self->flashed_count; i++) {
        const MtsLaneChange *change = &self->flashed[i];
        const int box = mts_lane_layout_find(&self->layout, change->layer, change->role);
        if (box < 0) {
            continue;
        }
        const double left = mts_time_axis_x(self->axis, change->from);
        const double right = mts_time_axis_x(self->axis, change->to);
        const double y = self->layout.boxes[box].y - mts_timeline_offset(self);
        const graphene_rect_t rect =
            GRAPHENE_RECT_INIT((float)left, (float)y, (float)(right - left), MTS_LANE_HEIGHT);
        append_rounded(snapshot, &rect, 3, (GdkRGBA){1, 1, 1, .7f * (float)self->flash_level});
    }
}

/* Families can be folded: said while the pointer is in the gutter. */
static void append_fold_arrows(MtsTimeline *self, GtkSnapshot *snapshot)
{
    if (!self->hover.inside || self->hover.x >= MTS_AXIS_GUTTER) {
        return;
    }
    const GdkRGBA ink = ink_of(MTS_INK_TEXT_SECONDARY);
    for (guint i = 0; i < self->layout.row_count; i++) {
        const MtsLaneRow *row = &self->layout.rows[i];
        if (row->family_head && !row->folded) {
            const double y = row->y + row->height / 2.0 - 7 - mts_timeline_offset(self);
            mts_timeline_append_fold_arrow(snapshot, y, FALSE, &ink);
        }
    }
}

/* ---- brush, band ---------------------------------------------------------------------------- */

/* What the next press would paint, at 40 %. */
static void append_brush(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const MtsHover *hover = &self->hover;
    if ((self->tool != MTS_TOOL_PAINT && self->tool != MTS_TOOL_ADAPTIVE) || hover->box < 0 ||
        self->drag.mode != MTS_DRAG_NONE) {
        return;
    }
    guint32 from, to;
    mts_timeline_brush_cell(self, hover->x, FALSE, &from, &to);
    from = MAX(from, mts_schedule_model_get_lock(self->model));
    if (from >= to) {
        return;
    }
    const double left = round(mts_time_axis_x(self->axis, from));
    const double right = round(mts_time_axis_x(self->axis, to));
    const double y = self->layout.boxes[hover->box].y - mts_timeline_offset(self);
    const graphene_rect_t rect =
        GRAPHENE_RECT_INIT((float)left, (float)y, (float)(right - left), MTS_LANE_HEIGHT);
    const EngPrecision brush = mts_timeline_brush(self);
    gtk_snapshot_push_opacity(snapshot, .4);
    if (brush.adaptive) {
        mts_hatch_append(
            &self->hatch, snapshot, &rect, gtk_widget_get_scale_factor(GTK_WIDGET(self)));
    } else {
        append_rounded(
            snapshot, &rect, 3, mts_palette_format_fill(&brush.format, mts_palette_dark()));
    }
    gtk_snapshot_pop(snapshot);
    append_border(snapshot, &rect, 3, 1, ink_of(MTS_INK_ACCENT));
}

static void append_band(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const MtsDrag *drag = &self->drag;
    if (drag->mode != MTS_DRAG_BAND) {
        return;
    }
    const graphene_rect_t band =
        GRAPHENE_RECT_INIT((float)MIN(drag->press_x, drag->x), (float)MIN(drag->press_y, drag->y),
            (float)fabs(drag->x - drag->press_x), (float)fabs(drag->y - drag->press_y));
    const GdkRGBA wash = ink_of(MTS_INK_ACCENT_WASH);
    gtk_snapshot_append_color(snapshot, &wash, &band);
    append_border(snapshot, &band, 2, 1, ink_of(MTS_INK_ACCENT));
}

static void append_range(MtsTimeline *self, GtkSnapshot *snapshot)
{
    double from, to;
    if (!mts_time_axis_get_range(self->axis, &from, &to)) {
        return;
    }
    const double left = mts_time_axis_x(self->axis, from), right = mts_time_axis_x(self->axis, to);
    const GdkRGBA wash = ink_of(MTS_INK_ACCENT_WASH);
    gtk_snapshot_append_color(snapshot, &wash,
        &GRAPHENE_RECT_INIT(
            (float)left, 0, (float)(right - left), (float)gtk_widget_get_height(GTK_WIDGET(self))));
}

/* ---- lines through all lanes ---------------------------------------------------------------- */

static void append_playhead(MtsTimeline *self, GtkSnapshot *snapshot, double height)
{
    const double playhead = mts_time_axis_get_playhead(self->axis);
    const double x = mts_time_axis_x(self->axis, playhead);
    if (self->drag.at_lock && self->shake_x != 0) {
        const graphene_rect_t plot = plot_rect(self);
        const GdkRGBA pulse = mts_palette_fade(ink_of(MTS_INK_PAST), 2);
        gtk_snapshot_append_color(snapshot, &pulse,
            &GRAPHENE_RECT_INIT(plot.origin.x, 0, (float)(x - plot.origin.x), (float)height));
    }
    if (playhead > 0) {
        append_line(snapshot, round(x) - 1, 1.5, height, 1, 0, ink_of(MTS_INK_ACCENT));
    }
}

static void append_cursors(MtsTimeline *self, GtkSnapshot *snapshot, double height)
{
    const double crosshair = mts_time_axis_get_crosshair(self->axis);
    const double pin = mts_time_axis_get_pin(self->axis);
    if (crosshair >= 0) {
        const double x = floor(mts_time_axis_x(self->axis, crosshair));
        append_line(snapshot, x, 1, height, 2, 2, ink_of(MTS_INK_CROSSHAIR));
    }
    if (pin >= 0) {
        const double x = floor(mts_time_axis_x(self->axis, pin));
        append_line(snapshot, x, 1, height, 2, 2, ink_of(MTS_INK_CROSSHAIR));
    }
    append_playhead(self, snapshot, height);
    if (self->guide.shown) {
        const double x = round(mts_time_axis_x(self->axis, self->guide.step)) - 1;
        append_line(snapshot, x, 1, height, 3, 2, ink_of(MTS_INK_ACCENT_TEXT));
    }
}

/* ---- the drag's own ------------------------------------------------------------------------- */

/* The steps that changed hands, dashed, from the boundary's old place to its new one. */
static void append_old_place(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const MtsDrag *drag = &self->drag;
    if ((drag->mode != MTS_DRAG_EDGE && drag->mode != MTS_DRAG_SPAN) || drag->shown == drag->was) {
        return;
    }
    const double now = mts_time_axis_x(self->axis, drag->shown);
    double left = mts_time_axis_x(self->axis, drag->was), right = now;
    if (drag->mode == MTS_DRAG_SPAN) {
        right = mts_time_axis_x(self->axis, drag->was + (double)drag->was_length);
    } else if (left > right) {
        right = left;
        left = now;
    }
    const double y = self->layout.boxes[drag->box].y - mts_timeline_offset(self);
    const GdkRGBA ink = mts_palette_fade(ink_of(MTS_INK_TEXT), .5f);
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot,
        &GRAPHENE_RECT_INIT((float)left - 1, (float)y, (float)(right - left) + 2, MTS_LANE_HEIGHT));
    mts_paint_source(cr, &ink);
    cairo_set_line_width(cr, 1);
    cairo_set_dash(cr, (const double[]){2, 2}, 2, 0);
    mts_paint_rounded(
        cr, round(left) + .5, y + .5, round(right - left) - 1, MTS_LANE_HEIGHT - 1, 3);
    cairo_stroke(cr);
    cairo_destroy(cr);
}

/* A horseshoe magnet, 9 px wide: the sign of snapping. */
static void append_magnet(GtkSnapshot *snapshot, double x, double y, GdkRGBA ink)
{
    cairo_t *cr =
        gtk_snapshot_append_cairo(snapshot, &GRAPHENE_RECT_INIT((float)x, (float)y - 6, 10, 12));
    mts_paint_source(cr, &ink);
    cairo_set_line_width(cr, 2.25);
    cairo_move_to(cr, x + 2, y - 4.5);
    cairo_line_to(cr, x + 2, y + .5);
    cairo_arc_negative(cr, x + 4.75, y + .5, 2.75, G_PI, 0);
    cairo_line_to(cr, x + 7.5, y - 4.5);
    cairo_stroke(cr);
    cairo_destroy(cr);
}

typedef struct Tip {
    PangoLayout *epoch, *snap, *detail; /* snap NULL: did not snap */
    double width, height;
} Tip;

static Tip lay_out_tip(MtsTimeline *self)
{
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    char epoch[32], was[32];
    g_autofree char *first =
        g_strdup_printf("epoch %s", mts_lane_epoch_text(clock, self->guide.step, epoch));
    g_autofree char *iteration = mts_text_count((guint64)(self->guide.step + .5));
    g_autofree char *second = self->guide.was < 0
        ? g_strdup_printf("iteration %s", iteration)
        : g_strdup_printf(
              "iteration %s · was %s", iteration, mts_lane_epoch_text(clock, self->guide.was, was));
    Tip tip = {.epoch = mts_timeline_text(self, first, MTS_POINTS_BODY, TRUE),
        .detail = mts_timeline_text(self, second, MTS_POINTS_LEGEND, FALSE)};
    if (self->guide.snapped) {
        tip.snap = mts_timeline_text(self, "snap", MTS_POINTS_BODY, FALSE);
    }
    int top, bottom, snap = 0;
    mts_paint_layout_size(tip.epoch, &top, NULL);
    mts_paint_layout_size(tip.detail, &bottom, NULL);
    if (tip.snap) {
        mts_paint_layout_size(tip.snap, &snap, NULL);
        snap += 22;
    }
    tip.width = MAX(top + snap, bottom) + 2 * TIP_PADDING;
    tip.height = 38;
    return tip;
}

/* Above the lane it speaks of, below it where there is no room above; never over it. */
static void append_tip(MtsTimeline *self, GtkSnapshot *snapshot)
{
    if (!self->guide.shown || self->guide.box < 0 ||
        self->guide.box >= (int)self->layout.box_count) {
        return;
    }
    const Tip tip = lay_out_tip(self);
    const double lane = self->layout.boxes[self->guide.box].y - mts_timeline_offset(self);
    const double middle = round(mts_time_axis_x(self->axis, self->guide.step));
    const double widget_width = gtk_widget_get_width(GTK_WIDGET(self));
    const double x = CLAMP(middle - tip.width / 2, 4, MAX(widget_width - tip.width - 4, 4));
    double y = lane - TIP_GAP - TIP_ARROW - tip.height;
    const gboolean below = y < 2;
    if (below) {
        y = lane + MTS_LANE_HEIGHT + TIP_GAP + TIP_ARROW;
    }
    const GdkRGBA ground = ink_of(MTS_INK_TOOLTIP), text = ink_of(MTS_INK_TOOLTIP_TEXT);
    const GdkRGBA faint = mts_palette_fade(text, .72f), blue = ink_of(MTS_INK_TOOLTIP_SNAP);
    const graphene_rect_t body =
        GRAPHENE_RECT_INIT((float)x, (float)y, (float)tip.width, (float)tip.height);
    GskRoundedRect shape;
    gsk_rounded_rect_init_from_rect(&shape, &body, 8);
    gtk_snapshot_append_outset_shadow(snapshot, &shape, &(GdkRGBA){0, 0, 0, .28f}, 0, 2, 0, 6);
    append_rounded(snapshot, &body, 8, ground);
    const double base = below ? y : y + tip.height, point = below ? -TIP_ARROW : TIP_ARROW;
    cairo_t *cr = gtk_snapshot_append_cairo(snapshot,
        &GRAPHENE_RECT_INIT((float)middle - 7, (float)MIN(base, base + point), 14, TIP_ARROW));
    mts_paint_source(cr, &ground);
    cairo_move_to(cr, middle - 6, base);
    cairo_line_to(cr, middle, base + point);
    cairo_line_to(cr, middle + 6, base);
    cairo_fill(cr);
    cairo_destroy(cr);
    mts_paint_append_layout(snapshot, tip.epoch, x + TIP_PADDING, y + 13, 0, &text);
    mts_paint_append_layout(snapshot, tip.detail, x + TIP_PADDING, y + 27, 0, &faint);
    if (tip.snap) {
        int width;
        mts_paint_layout_size(tip.epoch, &width, NULL);
        append_magnet(snapshot, x + TIP_PADDING + width + 8, y + 13, blue);
        mts_paint_append_layout(snapshot, tip.snap, x + TIP_PADDING + width + 22, y + 13, 0, &blue);
    }
}

void mts_timeline_draw_overlay(MtsTimeline *self, GtkSnapshot *snapshot)
{
    const double height = MIN(
        gtk_widget_get_height(GTK_WIDGET(self)), self->layout.height - mts_timeline_offset(self));
    const graphene_rect_t plot = plot_rect(self);
    gtk_snapshot_push_clip(snapshot, &plot);
    append_range(self, snapshot);
    append_hover(self, snapshot);
    append_brush(self, snapshot);
    append_flash(self, snapshot);
    append_cursors(self, snapshot, height);
    append_old_place(self, snapshot);
    gtk_snapshot_pop(snapshot);
    /* Rings and grips reach over the plot's sides. */
    append_selection(self, snapshot);
    append_focus(self, snapshot);
    append_hover_grips(self, snapshot);
    append_fold_arrows(self, snapshot);
    append_band(self, snapshot);
    append_tip(self, snapshot);
}
