#include "mts-lab-card.h"

#include "mts-lab-controls.h"

/* The specification's padding, the column at the right and what is between. */
enum { PADDING = 16, TOP = 6, SIDE = 240, GAP = 18, HEAD_GAP = 4 };

struct _MtsLabCard {
    GtkWidget parent;
    GtkWidget *title, *controls, *canvas;
    GtkWidget *figures, *aside; /* the column; NULL: none */
    double zoom;
};

G_DEFINE_FINAL_TYPE(MtsLabCard, mts_lab_card, GTK_TYPE_WIDGET)

/* ---- layout ---------------------------------------------------------------------------------- */

static int natural_width(GtkWidget *widget)
{
    int natural;
    gtk_widget_measure(widget, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
    return natural;
}

static int height_of(GtkWidget *widget, int width)
{
    int minimum;
    gtk_widget_measure(widget, GTK_ORIENTATION_VERTICAL, width, &minimum, NULL, NULL, NULL);
    return minimum;
}

typedef struct Box {
    int x, y, width, height;
} Box;

typedef struct Layout {
    Box title, controls, canvas, figures, aside;
    int height;
} Layout;

static int column_width(MtsLabCard *self)
{
    return (int)(SIDE * self->zoom);
}

/* The controls stand beside the title, or below it where there is no room. */
static int lay_out_head(MtsLabCard *self, int inner, Layout *layout)
{
    const int title = natural_width(self->title);
    const int controls = MIN(natural_width(self->controls), inner);
    const int title_height = height_of(self->title, -1);
    const int controls_height = height_of(self->controls, -1);
    const gboolean wide = title + controls + 24 <= inner;
    const int height = MAX(title_height, controls_height);
    layout->title = (Box){PADDING, TOP, MIN(title, inner), title_height};
    layout->controls = (Box){PADDING, TOP + title_height + HEAD_GAP, controls, controls_height};
    if (wide) {
        layout->title.y += (height - title_height) / 2;
        layout->controls = (Box){PADDING + inner - controls, TOP + (height - controls_height) / 2,
            controls, controls_height};
    }
    return wide ? TOP + height : layout->controls.y + (controls > 0 ? controls_height : -HEAD_GAP);
}

/* The column at the right: figures above, then what belongs there. Returns its bottom. */
static int lay_out_beside(MtsLabCard *self, int inner, int top, Layout *layout)
{
    const int width = column_width(self), x = PADDING + inner - width;
    int y = top;
    layout->canvas.width = inner - width - GAP;
    layout->canvas.height = height_of(self->canvas, layout->canvas.width);
    if (self->figures) {
        layout->figures = (Box){x, y, width, height_of(self->figures, width)};
        y += layout->figures.height + 16;
    }
    if (self->aside) {
        layout->aside = (Box){x, y, width, height_of(self->aside, width)};
        y += layout->aside.height + 8;
    }
    return MAX(y, top + layout->canvas.height);
}

/* Below the drawing they stand side by side. */
static int lay_out_below(MtsLabCard *self, int inner, int top, Layout *layout)
{
    layout->canvas.width = inner;
    layout->canvas.height = height_of(self->canvas, inner);
    const int y = top + layout->canvas.height + GAP;
    const int width = self->aside ? MIN(column_width(self), (inner - GAP) / 2) : column_width(self);
    int bottom = top + layout->canvas.height, x = PADDING;
    if (self->figures) {
        layout->figures = (Box){x, y, width, height_of(self->figures, width)};
        bottom = y + layout->figures.height;
        x += width + GAP;
    }
    if (self->aside) {
        const int rest = PADDING + inner - x;
        layout->aside = (Box){x, y, rest, height_of(self->aside, rest)};
        bottom = MAX(bottom, y + layout->aside.height + 8);
    }
    return bottom;
}

static Layout lay_out(MtsLabCard *self, int width)
{
    Layout layout = {0};
    const int inner = MAX(width - 2 * PADDING, 1);
    const int top = lay_out_head(self, inner, &layout) + HEAD_GAP;
    /* Beside each other as long as the drawing keeps most of its size: on the wall, where all is
     * large, it may give way more. */
    const double least = natural_width(self->canvas) * (self->zoom > 1 ? .75 : .9);
    const gboolean column = self->figures || self->aside;
    layout.canvas = (Box){PADDING, top, inner, 0};
    if (column && inner - column_width(self) - GAP >= least) {
        layout.height = lay_out_beside(self, inner, top, &layout);
    } else {
        layout.height = lay_out_below(self, inner, top, &layout);
    }
    layout.height += PADDING / 2;
    return layout;
}

static void mts_lab_card_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsLabCard *self = MTS_LAB_CARD(widget);
    int least, best;
    gtk_widget_measure(self->canvas, GTK_ORIENTATION_HORIZONTAL, -1, &least, &best, NULL, NULL);
    least = MAX(least, natural_width(self->controls)) + 2 * PADDING;
    best = MAX(least, best + 2 * PADDING + GAP + column_width(self));
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        *minimum = least;
        *natural = best;
    } else {
        *minimum = *natural = lay_out(self, for_size >= 0 ? for_size : best).height;
    }
}

static GtkSizeRequestMode mts_lab_card_get_request_mode(GtkWidget *widget)
{
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void place(GtkWidget *widget, const Box *box)
{
    if (widget) {
        gtk_widget_size_allocate(
            widget, &(GtkAllocation){box->x, box->y, box->width, box->height}, -1);
    }
}

static void mts_lab_card_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsLabCard *self = MTS_LAB_CARD(widget);
    const Layout layout = lay_out(self, width);
    place(self->title, &layout.title);
    place(self->controls, &layout.controls);
    place(self->canvas, &layout.canvas);
    place(self->figures, &layout.figures);
    place(self->aside, &layout.aside);
}

/* ---- widget ---------------------------------------------------------------------------------- */

static void mts_lab_card_dispose(GObject *object)
{
    MtsLabCard *self = MTS_LAB_CARD(object);
    g_clear_pointer(&self->title, gtk_widget_unparent);
    g_clear_pointer(&self->controls, gtk_widget_unparent);
    g_clear_pointer(&self->canvas, gtk_widget_unparent);
    g_clear_pointer(&self->figures, gtk_widget_unparent);
    g_clear_pointer(&self->aside, gtk_widget_unparent);
    G_OBJECT_CLASS(mts_lab_card_parent_class)->dispose(object);
}

static void mts_lab_card_class_init(MtsLabCardClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_lab_card_dispose;
    widget->measure = mts_lab_card_measure;
    widget->get_request_mode = mts_lab_card_get_request_mode;
    widget->size_allocate = mts_lab_card_size_allocate;
    gtk_widget_class_set_css_name(widget, "labcard");
    gtk_widget_class_set_accessible_role(widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void mts_lab_card_init(MtsLabCard *self)
{
    self->zoom = 1;
    gtk_widget_add_css_class(GTK_WIDGET(self), "card");
}

static GtkWidget *title_new(const MtsLabKind *kind)
{
    GtkWidget *box = gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 10);
    GtkWidget *title = gtk_label_new(kind->title);
    gtk_widget_add_css_class(title, "lab-card-title");
    gtk_box_append(GTK_BOX(box), title);
    if (kind->hint) {
        GtkWidget *hint = gtk_label_new(kind->hint);
        gtk_widget_add_css_class(hint, "lab-hint");
        gtk_box_append(GTK_BOX(box), hint);
    }
    return box;
}

GtkWidget *mts_lab_card_new(MtsLabModel *model)
{
    MtsLabCard *self = g_object_new(MTS_TYPE_LAB_CARD, NULL);
    GtkWidget *widget = GTK_WIDGET(self);
    self->title = title_new(mts_lab_model_get_kind(model));
    self->controls = mts_lab_controls_new(model, mts_lab_model_get_kind(model)->controls);
    self->canvas = mts_lab_canvas_new(model, MTS_LAB_MAIN);
    gtk_widget_set_parent(self->title, widget);
    gtk_widget_set_parent(self->controls, widget);
    gtk_widget_set_parent(self->canvas, widget);
    if (MTS_LAB_MODEL_GET_CLASS(model)->height(model, MTS_LAB_SIDE, SIDE) > 0) {
        self->figures = mts_lab_canvas_new(model, MTS_LAB_SIDE);
        gtk_widget_set_parent(self->figures, widget);
    }
    gtk_accessible_update_property(GTK_ACCESSIBLE(self), GTK_ACCESSIBLE_PROPERTY_LABEL,
        mts_lab_model_get_kind(model)->title, -1);
    return widget;
}

void mts_lab_card_set_aside(MtsLabCard *self, GtkWidget *aside)
{
    g_clear_pointer(&self->aside, gtk_widget_unparent);
    self->aside = aside;
    if (aside) {
        gtk_widget_set_parent(aside, GTK_WIDGET(self));
    }
    gtk_widget_queue_resize(GTK_WIDGET(self));
}

void mts_lab_card_set_zoom(MtsLabCard *self, double zoom)
{
    self->zoom = zoom;
    mts_lab_canvas_set_zoom(MTS_LAB_CANVAS(self->canvas), zoom);
    if (self->figures) {
        mts_lab_canvas_set_zoom(MTS_LAB_CANVAS(self->figures), zoom);
    }
}

MtsLabCanvas *mts_lab_card_get_canvas(MtsLabCard *self)
{
    return MTS_LAB_CANVAS(self->canvas);
}

GtkWidget *mts_lab_card_get_control(MtsLabCard *self, const char *key)
{
    return mts_lab_controls_find(self->controls, key);
}
