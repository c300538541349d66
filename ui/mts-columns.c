#include "mts-columns.h"

struct _MtsColumns {
    GtkWidget parent;
    int least, spacing;
    guint count, weights;
};

G_DEFINE_FINAL_TYPE(MtsColumns, mts_columns, GTK_TYPE_WIDGET)

#define WEIGHT "mts-weight"

static guint weight_of(GtkWidget *child)
{
    return GPOINTER_TO_UINT(g_object_get_data(G_OBJECT(child), WEIGHT));
}

/* Where the column that begins after `before` shares starts, of `width` pixels: rounding leaves no
 * pixel over. */
static int start_of(MtsColumns *self, guint before, guint index, int width)
{
    const int room = width - self->spacing * ((int)self->count - 1);
    return (int)((gint64)room * before / self->weights) + self->spacing * (int)index;
}

static gboolean stacked(MtsColumns *self, int width)
{
    return width < self->least;
}

/* The width of the child at `index`, before which `before` shares lie. */
static int column_width(MtsColumns *self, GtkWidget *child, guint before, guint index, int width)
{
    if (stacked(self, width)) {
        return width;
    }
    return start_of(self, before + weight_of(child), index, width) -
        start_of(self, before, index, width);
}

/* The least width is a stack's: columns are for when there is more. */
static void measure_width(MtsColumns *self, int *minimum, int *natural)
{
    int widest = 0;
    for (GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(self)); child;
         child = gtk_widget_get_next_sibling(child)) {
        int least, wished;
        gtk_widget_measure(child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &wished, NULL, NULL);
        *minimum = MAX(*minimum, least);
        widest = MAX(widest, wished);
    }
    *natural = MAX(self->least, widest);
}

static void measure_height(MtsColumns *self, int width, int *minimum, int *natural)
{
    guint before = 0, index = 0;
    const gboolean stack = stacked(self, width);
    for (GtkWidget *child = gtk_widget_get_first_child(GTK_WIDGET(self)); child;
         child = gtk_widget_get_next_sibling(child)) {
        int least, wished;
        gtk_widget_measure(child, GTK_ORIENTATION_VERTICAL,
            column_width(self, child, before, index, width), &least, &wished, NULL, NULL);
        *minimum = stack ? *minimum + least : MAX(*minimum, least);
        *natural = stack ? *natural + wished : MAX(*natural, wished);
        before += weight_of(child);
        index++;
    }
    if (stack && index > 0) {
        *minimum += self->spacing * ((int)index - 1);
        *natural += self->spacing * ((int)index - 1);
    }
}

static void mts_columns_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    MtsColumns *self = MTS_COLUMNS(widget);
    *minimum = *natural = 0;
    if (orientation == GTK_ORIENTATION_HORIZONTAL) {
        measure_width(self, minimum, natural);
    } else {
        measure_height(self, for_size < 0 ? self->least : for_size, minimum, natural);
    }
}

static void mts_columns_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsColumns *self = MTS_COLUMNS(widget);
    const gboolean stack = stacked(self, width);
    const gboolean mirrored = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL;
    guint before = 0, index = 0;
    int y = 0;
    for (GtkWidget *child = gtk_widget_get_first_child(widget); child;
         child = gtk_widget_get_next_sibling(child)) {
        GtkAllocation place = {0, y, column_width(self, child, before, index, width), height};
        if (stack) {
            gtk_widget_measure(
                child, GTK_ORIENTATION_VERTICAL, width, NULL, &place.height, NULL, NULL);
            y += place.height + self->spacing;
        } else {
            const int start = start_of(self, before, index, width);
            place.x = mirrored ? width - start - place.width : start;
        }
        gtk_widget_size_allocate(child, &place, -1);
        before += weight_of(child);
        index++;
    }
}

static GtkSizeRequestMode mts_columns_get_request_mode(GtkWidget *widget)
{
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void mts_columns_dispose(GObject *object)
{
    GtkWidget *child;
    while ((child = gtk_widget_get_first_child(GTK_WIDGET(object)))) {
        gtk_widget_unparent(child);
    }
    G_OBJECT_CLASS(mts_columns_parent_class)->dispose(object);
}

static void mts_columns_class_init(MtsColumnsClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_columns_dispose;
    widget_class->measure = mts_columns_measure;
    widget_class->size_allocate = mts_columns_size_allocate;
    widget_class->get_request_mode = mts_columns_get_request_mode;
}

static void mts_columns_init(MtsColumns *self)
{
}

GtkWidget *mts_columns_new(int least, int spacing)
{
    MtsColumns *self = g_object_new(MTS_TYPE_COLUMNS, NULL);
    self->least = least;
    self->spacing = spacing;
    return GTK_WIDGET(self);
}

void mts_columns_add(MtsColumns *self, GtkWidget *child, guint weight)
{
    g_return_if_fail(weight > 0);
    g_object_set_data(G_OBJECT(child), WEIGHT, GUINT_TO_POINTER(weight));
    self->weights += weight;
    self->count++;
    gtk_widget_set_parent(child, GTK_WIDGET(self));
}
