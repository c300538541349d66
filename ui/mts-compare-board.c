#include "mts-compare-board.h"

/* From the specification: the cards at 1440 x 900, and the gap round them. */
enum { GAP = 16, TABLE = 288, CARD = 233, LEFT_SHARE = 824, RIGHT_SHARE = 568 };
/* So much may be taken from each of them before the page scrolls. */
enum { TABLE_LEAST = 224, CARD_LEAST = 212 };
/* Of height to spare the table takes this share. */
#define TABLE_SHARE 0.3

struct _MtsCompareBoard {
    GtkWidget parent;
    GtkWidget *expanded; /* one of the children; NULL: none */
};

G_DEFINE_FINAL_TYPE(MtsCompareBoard, mts_compare_board, GTK_TYPE_WIDGET)

static guint count_cards(GtkWidget *widget)
{
    guint count = 0;
    for (GtkWidget *card = gtk_widget_get_first_child(widget); card;
         card = gtk_widget_get_next_sibling(card)) {
        count++;
    }
    return count;
}

/* Rows of figures below the table. */
static guint count_rows(GtkWidget *widget, int width)
{
    const guint figures = MAX(count_cards(widget), 1) - 1;
    return width >= MTS_BOARD_WIDE ? (figures + 1) / 2 : figures;
}

static int height_for(GtkWidget *widget, int width, int table, int card)
{
    if (MTS_COMPARE_BOARD(widget)->expanded) {
        return card + GAP;
    }
    return table + GAP + (int)count_rows(widget, width) * (card + GAP);
}

static GtkSizeRequestMode mts_compare_board_get_request_mode(GtkWidget *widget)
{
    return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void mts_compare_board_measure(GtkWidget *widget, GtkOrientation orientation, int for_size,
    int *minimum, int *natural, int *minimum_baseline, int *natural_baseline)
{
    if (orientation == GTK_ORIENTATION_VERTICAL) {
        const int width = for_size < 0 ? MTS_BOARD_WIDE : for_size;
        *minimum = height_for(widget, width, TABLE_LEAST, CARD_LEAST);
        *natural = height_for(widget, width, TABLE, CARD);
        return;
    }
    *minimum = 0;
    for (GtkWidget *card = gtk_widget_get_first_child(widget); card;
         card = gtk_widget_get_next_sibling(card)) {
        int least;
        gtk_widget_measure(card, orientation, -1, &least, NULL, NULL, NULL);
        *minimum = MAX(*minimum, least + 2 * GAP);
    }
    *natural = MAX(*minimum, MTS_BOARD_WIDE);
}

static void place(GtkWidget *card, int x, int y, int width, int height)
{
    int least_width, least_height;
    /* GTK wants to have asked before it gives. */
    gtk_widget_measure(card, GTK_ORIENTATION_HORIZONTAL, -1, &least_width, NULL, NULL, NULL);
    gtk_widget_measure(
        card, GTK_ORIENTATION_VERTICAL, MAX(width, least_width), &least_height, NULL, NULL, NULL);
    gtk_widget_allocate(card, MAX(width, least_width), MAX(height, least_height), -1,
        gsk_transform_translate(NULL, &GRAPHENE_POINT_INIT((float)x, (float)y)));
}

static void place_figures(GtkWidget *widget, int top, int width, int row_height)
{
    const gboolean wide = width >= MTS_BOARD_WIDE;
    const int room = width - 2 * GAP;
    const int left = wide ? (room - GAP) * LEFT_SHARE / (LEFT_SHARE + RIGHT_SHARE) : room;
    guint index = 0;
    GtkWidget *card = gtk_widget_get_next_sibling(gtk_widget_get_first_child(widget));
    for (; card; card = gtk_widget_get_next_sibling(card), index++) {
        const guint row = wide ? index / 2 : index;
        const gboolean right = wide && index % 2 == 1;
        place(card, GAP + (right ? left + GAP : 0), top + (int)row * (row_height + GAP),
            right ? room - left - GAP : left, row_height);
    }
}

static void mts_compare_board_size_allocate(GtkWidget *widget, int width, int height, int baseline)
{
    MtsCompareBoard *self = MTS_COMPARE_BOARD(widget);
    GtkWidget *table = gtk_widget_get_first_child(widget);
    if (self->expanded) {
        place(self->expanded, GAP, 0, width - 2 * GAP, height - GAP);
        return;
    }
    if (!table) {
        return;
    }
    /* What is to spare, or lacking, is shared out. */
    const int rows = (int)count_rows(widget, width);
    const int spare = height - height_for(widget, width, TABLE, CARD);
    const int table_height = TABLE + (rows > 0 ? (int)(spare * TABLE_SHARE) : spare);
    const int row_height = CARD + (rows > 0 ? (spare - (table_height - TABLE)) / rows : 0);
    place(table, GAP, 0, width - 2 * GAP, table_height);
    place_figures(widget, table_height + GAP, width, row_height);
}

static void mts_compare_board_dispose(GObject *object)
{
    GtkWidget *card;
    while ((card = gtk_widget_get_first_child(GTK_WIDGET(object)))) {
        gtk_widget_unparent(card);
    }
    G_OBJECT_CLASS(mts_compare_board_parent_class)->dispose(object);
}

static void mts_compare_board_class_init(MtsCompareBoardClass *class)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = mts_compare_board_dispose;
    widget->get_request_mode = mts_compare_board_get_request_mode;
    widget->measure = mts_compare_board_measure;
    widget->size_allocate = mts_compare_board_size_allocate;
    gtk_widget_class_set_css_name(widget, "compareboard");
}

static void mts_compare_board_init(MtsCompareBoard *self)
{
}

GtkWidget *mts_compare_board_new(void)
{
    return g_object_new(MTS_TYPE_COMPARE_BOARD, NULL);
}

void mts_compare_board_add(MtsCompareBoard *self, GtkWidget *card)
{
    gtk_widget_set_parent(card, GTK_WIDGET(self));
}

void mts_compare_board_expand(MtsCompareBoard *self, GtkWidget *card)
{
    self->expanded = card;
    for (GtkWidget *other = gtk_widget_get_first_child(GTK_WIDGET(self)); other;
         other = gtk_widget_get_next_sibling(other)) {
        gtk_widget_set_child_visible(other, !card || other == card);
    }
    gtk_widget_queue_resize(GTK_WIDGET(self));
}

GtkWidget *mts_compare_board_get_expanded(MtsCompareBoard *self)
{
    return self->expanded;
}
