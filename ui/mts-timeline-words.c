/* What the timeline says in words: to a screen reader, and in a tooltip. */
#include "mts-timeline-private.h"

#include "mts-text.h"

/* "conv3, weights: bfp4, epoch 6.0 to 9.0, segment 2 of 3, selected, boundary at its start". */
static char *describe_focus(MtsTimeline *self)
{
    const int box = mts_timeline_focus_box(self);
    if (box < 0) {
        return g_strdup("No layers");
    }
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, box, &count);
    const guint span = mts_timeline_focus_span(self);
    const MtsLaneBox *lane = &self->layout.boxes[box];
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const EngPrecision shown =
        eng_precision_unsettled(&spans[span].precision, mts_track_role(lane->track));
    char precision[ENG_PRECISION_TEXT], from[32], to[32];
    GString *text = g_string_new(self->names[lane->layer]);
    if (lane->layers > 1) {
        g_string_append_printf(text, " to %s", self->names[lane->layer + lane->layers - 1]);
    }
    g_string_append_printf(text, ", %s", mts_role_words(mts_track_role(lane->track)));
    if (lane->track >= 3) {
        g_string_append_printf(text, " (%s)", mts_track_name(lane->track));
    }
    g_string_append_printf(text, ": %s, epoch %s to %s, segment %u of %u",
        eng_precision_text(&shown, precision), mts_lane_epoch_text(clock, spans[span].from, from),
        mts_lane_epoch_text(clock, spans[span].to, to), span + 1, count);
    const guint32 id = mts_schedule_model_get_id(self->model, lane->layer, lane->track, span);
    if (mts_timeline_is_picked(self, lane->layer, lane->track, id)) {
        g_string_append(text, ", selected");
    }
    if (spans[span].to <= mts_schedule_model_get_lock(self->model)) {
        g_string_append(text, ", trained");
    }
    return g_string_free(text, FALSE);
}

void mts_timeline_update_accessible(MtsTimeline *self)
{
    g_autofree char *text = describe_focus(self);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, text, -1);
}

/* "bfp4 · epoch 6.0 – 9.0 · 12 % of cycles" for the segment under the pointer. */
gboolean mts_timeline_query_tooltip(
    GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip)
{
    MtsTimeline *self = MTS_TIMELINE(widget);
    const MtsHover *hover = &self->hover;
    if (keyboard || !hover->inside || hover->box < 0 || hover->hit.part == MTS_PART_NOTHING ||
        self->drag.mode != MTS_DRAG_NONE || self->guide.shown) {
        return FALSE;
    }
    guint count;
    const EngSpan *spans = mts_timeline_box_spans(self, hover->box, &count);
    const MtsLaneBox *box = &self->layout.boxes[hover->box];
    const EngSpan *span = &spans[MIN(hover->hit.span, count - 1)];
    const EngClock clock = mts_schedule_model_get_clock(self->model);
    const EngPrecision shown =
        eng_precision_unsettled(&span->precision, mts_track_role(box->track));
    char precision[ENG_PRECISION_TEXT], from[32], to[32];
    g_autoptr(GString) text = g_string_new(eng_precision_text(&shown, precision));
    g_string_append_printf(text, "\nepoch %s – %s", mts_lane_epoch_text(clock, span->from, from),
        mts_lane_epoch_text(clock, span->to, to));
    double share;
    const MtsSegment segment = {box->layer, box->track, hover->hit.span};
    if (self->share && self->share(&segment, &share, self->share_data)) {
        g_autofree char *percent = mts_text_percent(share);
        g_string_append_printf(text, " · %s of all cycles", percent);
    }
    gtk_tooltip_set_text(tooltip, text->str);
    graphene_rect_t rect;
    if (mts_timeline_span_rect(self, hover->box, hover->hit.span, &rect)) {
        const GdkRectangle area = {
            (int)rect.origin.x, (int)rect.origin.y, (int)rect.size.width, (int)rect.size.height};
        gtk_tooltip_set_tip_area(tooltip, &area);
    }
    return TRUE;
}
