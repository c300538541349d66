#include "mts-segment-pane.h"

#include "mts-choice.h"
#include "mts-inspector-marks.h"
#include "mts-inspector-row.h"
#include "mts-lane-label.h"
#include "mts-lane-snap.h"
#include "mts-scale-edit.h"
#include "mts-swatch.h"
#include "mts-text.h"

#define SWATCH_SIZE 32

/* What the format's list offers: how it is called, and the format's own name; the first two have
 * settings of their own. */
static const struct {
    const char *title, *name;
} kinds[] = {
    {"Block floating point", "bfp4"},
    {"Adaptive", NULL},
    {"FP32", "fp32"},
    {"TF32", "tf32"},
    {"bfloat16", "bf16"},
    {"FP16", "fp16"},
    {"FP8 E4M3", "fp8_e4m3"},
    {"FP8 E5M2", "fp8_e5m2"},
    {"INT8", "int8"},
    {"INT4", "int4"},
    {"MXINT8", "mxint8"},
    {"MXFP8 E4M3", "mxfp8_e4m3"},
    {"MXFP6 E2M3", "mxfp6_e2m3"},
    {"MXFP4", "mxfp4"},
    {"NVFP4", "nvfp4"},
};
enum { KIND_BFP, KIND_ADAPTIVE, KINDS = G_N_ELEMENTS(kinds) };

struct _MtsSegmentPane {
    GtkWidget parent;
    MtsTimeline *timeline;
    GtkWidget *column;
    GtkWidget *swatch, *title, *subtitle, *menu;
    GtkWidget *card, *format, *cells, *bits, *high, *scope, *group, *exponent, *rounding;
    GtkWidget *noise, *noise_value, *source;
    GtkWidget *bits_row, *high_row, *group_row, *exponent_row, *rounding_row, *noise_row;
    GtkStringList *titles; /* of the format's list */
    EngPrecision shown;
    gboolean showing; /* the controls show the segment: they ask for nothing */
};

G_DEFINE_FINAL_TYPE(MtsSegmentPane, mts_segment_pane, GTK_TYPE_WIDGET)

/* ---- changes -------------------------------------------------------------------------------- */

typedef enum Detail {
    DETAIL_KIND,
    DETAIL_BITS,
    DETAIL_HIGH,
    DETAIL_GROUP,
    DETAIL_EXPONENT,
    DETAIL_ROUNDING,
    DETAIL_NOISE
} Detail;

typedef struct Wish {
    Detail detail;
    int value;
    const EngPrecision *adaptive; /* what the adaptive brush would lay down */
} Wish;

static gboolean is_stochastic(const EngFormat *format)
{
    return format->rounding == ENG_ROUND_STOCHASTIC || format->rounding == ENG_ROUND_LFSR;
}

static void set_rounding(EngFormat *format, EngRounding rounding)
{
    format->rounding = (uint8_t)rounding;
    if (!is_stochastic(format)) {
        format->noise_bits = 0;
    } else if (format->noise_bits == 0 || (rounding == ENG_ROUND_LFSR && format->noise_bits > 8)) {
        format->noise_bits = 8;
    }
}

/* A detail that both formats of an adaptive precision share. */
static void set_format_detail(EngFormat *format, const Wish *wish)
{
    if (format->kind != ENG_KIND_BFP && wish->detail != DETAIL_ROUNDING &&
        wish->detail != DETAIL_NOISE) {
        return;
    }
    switch (wish->detail) {
    case DETAIL_GROUP:
        format->g = (uint16_t)wish->value;
        break;
    case DETAIL_EXPONENT:
        format->e = (uint8_t)wish->value;
        break;
    case DETAIL_ROUNDING:
        if (format->kind == ENG_KIND_BFP || format->kind == ENG_KIND_INT) {
            set_rounding(format, (EngRounding)wish->value);
        }
        break;
    case DETAIL_NOISE:
        if (is_stochastic(format)) {
            format->noise_bits = (uint8_t)wish->value;
        }
        break;
    default:
        break;
    }
}

static EngPrecision of_kind(const EngPrecision *now, const Wish *wish)
{
    EngFormat format;
    if (wish->value == KIND_ADAPTIVE) {
        return now->adaptive ? *now : *wish->adaptive;
    }
    if (wish->value == KIND_BFP) {
        /* Adaptive leaves its low format behind; a float becomes the plain one. */
        return eng_precision_fixed(
            now->format.kind == ENG_KIND_BFP ? now->format : eng_format_bfp(4));
    }
    const char *name = kinds[wish->value].name;
    if (eng_format_parse(name, strlen(name), &format, NULL)) {
        return *now;
    }
    return eng_precision_fixed(format);
}

/* Bits make a segment that has none a block format; of an adaptive one they are the low end. */
static void set_bits(EngPrecision *next, int bits)
{
    if (next->format.kind != ENG_KIND_BFP) {
        *next = eng_precision_fixed(eng_format_bfp((unsigned)bits));
        return;
    }
    next->format.m = (uint8_t)bits;
    if (next->adaptive && next->high.m <= bits) {
        next->high.m = (uint8_t)(bits + 1);
    }
}

static EngPrecision wish_recipe(const EngPrecision *now, gconstpointer data)
{
    const Wish *wish = data;
    EngPrecision next = *now;
    switch (wish->detail) {
    case DETAIL_KIND:
        return of_kind(now, wish);
    case DETAIL_BITS:
        set_bits(&next, wish->value);
        return next;
    case DETAIL_HIGH:
        if (next.adaptive) {
            next.high.m = (uint8_t)MAX(wish->value, next.format.m + 1);
        }
        return next;
    default:
        set_format_detail(&next.format, wish);
        if (next.adaptive) {
            set_format_detail(&next.high, wish);
        }
        return next;
    }
}

static void ask(MtsSegmentPane *self, Detail detail, int value)
{
    if (self->showing) {
        return;
    }
    const Wish wish = {detail, value, mts_timeline_get_adaptive(self->timeline)};
    mts_timeline_modify(self->timeline, mts_segment_pane_get_scope(self), wish_recipe, &wish);
    /* What adaptive segments were given last is what the brush lays down next. */
    const EngPrecision own = wish_recipe(&self->shown, &wish);
    if (own.adaptive && detail != DETAIL_KIND && eng_precision_check(&own, NULL) == ENG_OK) {
        mts_timeline_set_adaptive(self->timeline, &own);
    }
}

static void on_format(MtsSegmentPane *self)
{
    const guint at = gtk_drop_down_get_selected(GTK_DROP_DOWN(self->format));
    if (at < KINDS) {
        ask(self, DETAIL_KIND, (int)at);
    }
}

static void on_bits(MtsSegmentPane *self)
{
    ask(self, DETAIL_BITS, gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->bits)));
}

static void on_high(MtsSegmentPane *self)
{
    ask(self, DETAIL_HIGH, gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->high)));
}

static void on_exponent(MtsSegmentPane *self)
{
    ask(self, DETAIL_EXPONENT, gtk_spin_button_get_value_as_int(GTK_SPIN_BUTTON(self->exponent)));
}

static void on_group(MtsSegmentPane *self, int value)
{
    ask(self, DETAIL_GROUP, value);
}

/* Stochastic keeps the source it has. */
static void on_rounding(MtsSegmentPane *self, int value)
{
    const gboolean keeps = value == ENG_ROUND_STOCHASTIC && is_stochastic(&self->shown.format);
    ask(self, DETAIL_ROUNDING, keeps ? self->shown.format.rounding : value);
}

static void on_noise(MtsSegmentPane *self)
{
    ask(self, DETAIL_NOISE, (int)(gtk_range_get_value(GTK_RANGE(self->noise)) + .5));
}

static void on_source(MtsSegmentPane *self)
{
    const gboolean lfsr = self->shown.format.rounding == ENG_ROUND_LFSR;
    ask(self, DETAIL_ROUNDING, lfsr ? ENG_ROUND_STOCHASTIC : ENG_ROUND_LFSR);
}

/* ---- showing -------------------------------------------------------------------------------- */

static guint kind_index(MtsSegmentPane *self, const EngPrecision *precision)
{
    if (precision->adaptive) {
        return KIND_ADAPTIVE;
    }
    if (precision->format.kind == ENG_KIND_BFP) {
        return KIND_BFP;
    }
    for (guint i = KIND_ADAPTIVE + 1; i < KINDS; i++) {
        EngFormat format;
        eng_format_parse(kinds[i].name, strlen(kinds[i].name), &format, NULL);
        if (format.kind == precision->format.kind && format.element == precision->format.element &&
            format.m == precision->format.m) {
            return i;
        }
    }
    /* A format of a file that the list does not know is shown by its own name. */
    char name[ENG_FORMAT_TEXT];
    eng_format_text(&precision->format, name);
    const char *const further[] = {name, NULL};
    const guint all = g_list_model_get_n_items(G_LIST_MODEL(self->titles));
    gtk_string_list_splice(self->titles, KINDS, all - KINDS, further);
    return KINDS;
}

static void show_heading(MtsSegmentPane *self, const MtsSegment *segment, const EngSpan *span)
{
    MtsScheduleModel *model = mts_timeline_get_model(self->timeline);
    const EngClock clock = mts_schedule_model_get_clock(model);
    guint selected;
    g_free(mts_timeline_get_selection(self->timeline, &selected));
    static const char *const roles[] = {"Weights", "Activations", "Gradients"};
    g_autofree char *title = selected > 1
        ? g_strdup_printf("%u segments", selected)
        : g_strdup_printf("%s · %s", mts_schedule_model_get_name(model, segment->layer),
              roles[mts_track_role(segment->track)]);
    char from[32], to[32];
    g_autofree char *count = mts_text_count(span->to - span->from);
    const guint32 lock = mts_schedule_model_get_lock(model);
    const char *past = span->to <= lock ? " · trained" : "";
    g_autofree char *subtitle = g_strdup_printf("epoch %s – %s · %s iterations%s",
        mts_lane_epoch_text(clock, span->from, from), mts_lane_epoch_text(clock, span->to, to),
        count, past);
    mts_swatch_set_precision(MTS_SWATCH(self->swatch), &span->precision);
    gtk_label_set_text(GTK_LABEL(self->title), title);
    gtk_label_set_text(GTK_LABEL(self->subtitle), subtitle);
    gtk_widget_set_sensitive(self->card, span->to > lock);
}

static void show_group(MtsSegmentPane *self, const EngFormat *format)
{
    char other[16];
    g_snprintf(other, sizeof other, "%u", format->g);
    mts_choice_show(MTS_CHOICE(self->group), format->g, other);
}

static void show_rounding(MtsSegmentPane *self, const EngFormat *format)
{
    const gboolean lfsr = format->rounding == ENG_ROUND_LFSR;
    mts_choice_show(
        MTS_CHOICE(self->rounding), lfsr ? ENG_ROUND_STOCHASTIC : format->rounding, "Even");
    gtk_widget_set_visible(self->noise_row, is_stochastic(format));
    gtk_button_set_label(GTK_BUTTON(self->source), lfsr ? "LFSR" : "Philox");
    gtk_range_set_range(GTK_RANGE(self->noise), 0, lfsr ? 8 : 16);
    gtk_range_set_value(GTK_RANGE(self->noise), format->noise_bits);
    g_autofree char *bits = g_strdup_printf("%u", format->noise_bits);
    gtk_label_set_text(GTK_LABEL(self->noise_value), bits);
}

static void show_format(MtsSegmentPane *self, const EngPrecision *precision)
{
    const EngFormat *format = &precision->format;
    const gboolean block = format->kind == ENG_KIND_BFP;
    gtk_drop_down_set_selected(GTK_DROP_DOWN(self->format), kind_index(self, precision));
    gtk_widget_set_visible(self->bits_row, block);
    gtk_widget_set_visible(self->high_row, precision->adaptive);
    gtk_widget_set_visible(self->group_row, block);
    gtk_widget_set_visible(self->exponent_row, block);
    gtk_widget_set_visible(self->rounding_row, block || format->kind == ENG_KIND_INT);
    mts_bit_cells_show(MTS_BIT_CELLS(self->cells), format);
    if (block) {
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->bits), format->m);
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->exponent), format->e);
        show_group(self, format);
    }
    if (precision->adaptive) {
        gtk_spin_button_set_value(GTK_SPIN_BUTTON(self->high), precision->high.m);
    }
    show_rounding(self, format);
}

static void show(MtsSegmentPane *self)
{
    MtsSegment segment;
    const gboolean any = mts_timeline_get_focused(self->timeline, &segment);
    gtk_widget_set_sensitive(self->column, any);
    if (!any) {
        gtk_label_set_text(GTK_LABEL(self->title), "No network");
        gtk_label_set_text(GTK_LABEL(self->subtitle), "");
        return;
    }
    guint count;
    const EngSpan span = mts_schedule_model_get_spans(
        mts_timeline_get_model(self->timeline), segment.layer, segment.track, &count)[segment.span];
    self->showing = TRUE;
    self->shown = span.precision;
    show_heading(self, &segment, &span);
    show_format(self, &span.precision);
    self->showing = FALSE;
}

MtsScope mts_segment_pane_get_scope(MtsSegmentPane *self)
{
    return (MtsScope)mts_choice_get(MTS_CHOICE(self->scope));
}

/* ---- building ------------------------------------------------------------------------------- */

static void add_action(
    MtsSegmentPane *self, GSimpleActionGroup *group, const char *name, GCallback activated)
{
    GSimpleAction *action = g_simple_action_new(name, NULL);
    g_signal_connect_object(action, "activate", activated, self->timeline, G_CONNECT_SWAPPED);
    g_action_map_add_action(G_ACTION_MAP(group), G_ACTION(action));
    g_object_unref(action);
}

static GtkWidget *menu_new(MtsSegmentPane *self)
{
    g_autoptr(GSimpleActionGroup) group = g_simple_action_group_new();
    add_action(self, group, "split", G_CALLBACK(mts_timeline_split_selection));
    add_action(self, group, "duplicate", G_CALLBACK(mts_timeline_duplicate));
    add_action(self, group, "copy", G_CALLBACK(mts_timeline_copy));
    add_action(self, group, "paste", G_CALLBACK(mts_timeline_paste));
    add_action(self, group, "remove", G_CALLBACK(mts_timeline_remove_selection));
    gtk_widget_insert_action_group(GTK_WIDGET(self), "segment", G_ACTION_GROUP(group));
    g_autoptr(GMenu) menu = g_menu_new();
    g_menu_append(menu, "Split", "segment.split");
    g_menu_append(menu, "Duplicate", "segment.duplicate");
    g_menu_append(menu, "Copy", "segment.copy");
    g_menu_append(menu, "Paste", "segment.paste");
    g_menu_append(menu, "Remove", "segment.remove");
    GtkWidget *button = gtk_menu_button_new();
    gtk_menu_button_set_icon_name(GTK_MENU_BUTTON(button), "view-more-symbolic");
    gtk_menu_button_set_menu_model(GTK_MENU_BUTTON(button), G_MENU_MODEL(menu));
    gtk_widget_add_css_class(button, "flat");
    gtk_widget_set_valign(button, GTK_ALIGN_CENTER);
    gtk_widget_set_tooltip_text(button, "Segment");
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(button), GTK_ACCESSIBLE_PROPERTY_LABEL, "Segment menu", -1);
    return button;
}

static GtkWidget *heading_new(MtsSegmentPane *self)
{
    const EngPrecision four = eng_precision_fixed(eng_format_bfp(4));
    GtkWidget *line = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    GtkWidget *words = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    self->swatch = mts_swatch_new(&four, SWATCH_SIZE, FALSE);
    self->title = gtk_label_new(NULL);
    self->subtitle = gtk_label_new(NULL);
    gtk_label_set_xalign(GTK_LABEL(self->title), 0);
    gtk_label_set_xalign(GTK_LABEL(self->subtitle), 0);
    gtk_label_set_ellipsize(GTK_LABEL(self->title), PANGO_ELLIPSIZE_END);
    gtk_label_set_ellipsize(GTK_LABEL(self->subtitle), PANGO_ELLIPSIZE_END);
    gtk_widget_add_css_class(self->title, "inspector-name");
    gtk_widget_add_css_class(self->subtitle, "inspector-span");
    gtk_widget_set_hexpand(words, TRUE);
    gtk_widget_set_valign(words, GTK_ALIGN_CENTER);
    gtk_box_append(GTK_BOX(words), self->title);
    gtk_box_append(GTK_BOX(words), self->subtitle);
    self->menu = menu_new(self);
    gtk_box_append(GTK_BOX(line), self->swatch);
    gtk_box_append(GTK_BOX(line), words);
    gtk_box_append(GTK_BOX(line), self->menu);
    gtk_widget_add_css_class(line, "inspector-head");
    return line;
}

static GtkWidget *add_row(MtsSegmentPane *self, const char *title, GtkWidget *control)
{
    GtkWidget *row = mts_inspector_row_new(title, control);
    gtk_box_append(GTK_BOX(self->card), row);
    return row;
}

static void add_format_row(MtsSegmentPane *self)
{
    self->titles = gtk_string_list_new(NULL);
    for (guint i = 0; i < KINDS; i++) {
        gtk_string_list_append(self->titles, kinds[i].title);
    }
    self->format = gtk_drop_down_new(G_LIST_MODEL(self->titles), NULL);
    gtk_widget_add_css_class(self->format, "plain");
    g_signal_connect_swapped(self->format, "notify::selected", G_CALLBACK(on_format), self);
    add_row(self, "Format", self->format);
}

static void add_bits_rows(MtsSegmentPane *self)
{
    GtkWidget *controls = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12);
    self->cells = mts_bit_cells_new();
    self->bits = mts_inspector_spin_new(1, 16);
    gtk_box_append(GTK_BOX(controls), self->cells);
    gtk_box_append(GTK_BOX(controls), self->bits);
    g_signal_connect_swapped(self->bits, "value-changed", G_CALLBACK(on_bits), self);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->bits), GTK_ACCESSIBLE_PROPERTY_LABEL, "Mantissa bits", -1);
    self->bits_row = add_row(self, "Mantissa bits", controls);
    self->high = mts_inspector_spin_new(2, 16);
    g_signal_connect_swapped(self->high, "value-changed", G_CALLBACK(on_high), self);
    self->high_row = add_row(self, "Raised to", self->high);
}

static void add_scope_row(MtsSegmentPane *self)
{
    self->scope = mts_choice_new("Apply to");
    mts_choice_add(MTS_CHOICE(self->scope), "Lane", MTS_SCOPE_LANE);
    mts_choice_add(MTS_CHOICE(self->scope), "Layer", MTS_SCOPE_LAYER);
    mts_choice_add(MTS_CHOICE(self->scope), "All", MTS_SCOPE_ALL);
    mts_choice_show(MTS_CHOICE(self->scope), MTS_SCOPE_LANE, NULL);
    add_row(self, "Apply to", self->scope);
}

static void add_shape_rows(MtsSegmentPane *self)
{
    self->group = mts_choice_new("Group size");
    mts_choice_add(MTS_CHOICE(self->group), "8", 8);
    mts_choice_add(MTS_CHOICE(self->group), "16", 16);
    mts_choice_add(MTS_CHOICE(self->group), "32", 32);
    g_signal_connect_swapped(self->group, "chosen", G_CALLBACK(on_group), self);
    self->group_row = add_row(self, "Group size", self->group);
    self->exponent = mts_inspector_spin_new(2, 8);
    g_signal_connect_swapped(self->exponent, "value-changed", G_CALLBACK(on_exponent), self);
    self->exponent_row = add_row(self, "Exponent bits", self->exponent);
}

static void add_rounding_rows(MtsSegmentPane *self)
{
    self->rounding = mts_choice_new("Rounding");
    mts_choice_add(MTS_CHOICE(self->rounding), "Nearest", ENG_ROUND_NEAREST);
    mts_choice_add(MTS_CHOICE(self->rounding), "Stochastic", ENG_ROUND_STOCHASTIC);
    mts_choice_add(MTS_CHOICE(self->rounding), "Truncate", ENG_ROUND_TRUNCATE);
    g_signal_connect_swapped(self->rounding, "chosen", G_CALLBACK(on_rounding), self);
    self->rounding_row = mts_inspector_tall_row_new("Rounding", self->rounding);
    gtk_box_append(GTK_BOX(self->card), self->rounding_row);

    GtkWidget *controls = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 8);
    self->source = gtk_button_new_with_label("Philox");
    gtk_widget_add_css_class(self->source, "flat");
    gtk_widget_add_css_class(self->source, "source");
    gtk_widget_set_tooltip_text(self->source,
        "Where the noise comes from: a counter-based generator, or the converters' own registers");
    g_signal_connect_swapped(self->source, "clicked", G_CALLBACK(on_source), self);
    self->noise = mts_scale_edit_new(mts_timeline_get_model(self->timeline), 0, 16, 1);
    gtk_widget_set_size_request(self->noise, 96, -1);
    g_signal_connect_swapped(self->noise, "value-changed", G_CALLBACK(on_noise), self);
    self->noise_value = gtk_label_new(NULL);
    gtk_widget_add_css_class(self->noise_value, "inspector-value");
    gtk_label_set_width_chars(GTK_LABEL(self->noise_value), 2);
    gtk_label_set_xalign(GTK_LABEL(self->noise_value), 1);
    gtk_box_append(GTK_BOX(controls), self->source);
    gtk_box_append(GTK_BOX(controls), self->noise);
    gtk_box_append(GTK_BOX(controls), self->noise_value);
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self->noise), GTK_ACCESSIBLE_PROPERTY_LABEL, "Noise bits", -1);
    self->noise_row = add_row(self, "Noise bits", controls);
}

static void build(MtsSegmentPane *self)
{
    self->column = gtk_box_new(GTK_ORIENTATION_VERTICAL, 0);
    gtk_box_append(GTK_BOX(self->column), heading_new(self));
    self->card = mts_inspector_card_new();
    add_format_row(self);
    add_bits_rows(self);
    add_scope_row(self);
    add_shape_rows(self);
    add_rounding_rows(self);
    gtk_box_append(GTK_BOX(self->column), self->card);
    gtk_widget_set_parent(self->column, GTK_WIDGET(self));
}

/* ---- life ----------------------------------------------------------------------------------- */

static void mts_segment_pane_dispose(GObject *object)
{
    MtsSegmentPane *self = MTS_SEGMENT_PANE(object);
    g_clear_pointer(&self->column, gtk_widget_unparent);
    g_clear_object(&self->timeline);
    G_OBJECT_CLASS(mts_segment_pane_parent_class)->dispose(object);
}

static void mts_segment_pane_class_init(MtsSegmentPaneClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_segment_pane_dispose;
    gtk_widget_class_set_layout_manager_type(widget, GTK_TYPE_BIN_LAYOUT);
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_segment_pane_init(MtsSegmentPane *self)
{
    gtk_accessible_update_property(
        GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL, "Segment", -1);
}

GtkWidget *mts_segment_pane_new(MtsTimeline *timeline)
{
    MtsSegmentPane *self = g_object_new(MTS_TYPE_SEGMENT_PANE, NULL);
    self->timeline = g_object_ref(timeline);
    build(self);
    g_signal_connect_object(
        timeline, "selection-changed", G_CALLBACK(show), self, G_CONNECT_SWAPPED);
    show(self);
    return GTK_WIDGET(self);
}
