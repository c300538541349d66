#include "xinput.h"

#include <X11/Xlib.h>
#include <X11/extensions/XTest.h>
#include <gdk/x11/gdkx.h>
#include <math.h>

/* Longer than any machine needs; a test that waits this long is broken. */
#define PATIENCE 20000

static gboolean on_tick_over(gpointer flag)
{
    *(gboolean *)flag = TRUE;
    return G_SOURCE_REMOVE;
}

void xinput_iterate(void)
{
    /* A source of its own, so that a quiet context still returns. */
    gboolean over = FALSE;
    const guint tick = g_timeout_add(5, on_tick_over, &over);
    g_main_context_iteration(NULL, TRUE);
    if (!over) {
        g_source_remove(tick);
    }
}

static Display *x_display(void)
{
    GdkDisplay *display = gdk_display_get_default();
    g_assert_true(GDK_IS_X11_DISPLAY(display));
    return gdk_x11_display_get_xdisplay(GDK_X11_DISPLAY(display));
}

static void on_phase(GdkFrameClock *clock, gboolean *reached)
{
    *reached = TRUE;
}

static void wait_for_phase(GdkFrameClock *clock, GdkFrameClockPhase phase, const char *signal)
{
    gboolean reached = FALSE;
    const gulong handler = g_signal_connect(clock, signal, G_CALLBACK(on_phase), &reached);
    gdk_frame_clock_request_phase(clock, phase);
    WAIT_UNTIL(reached, PATIENCE);
    g_signal_handler_disconnect(clock, handler);
}

void xinput_settle(GtkWidget *widget)
{
    XSync(x_display(), False);
    while (g_main_context_pending(NULL)) {
        g_main_context_iteration(NULL, FALSE);
    }
    /* Motions are kept back until the clock's flush phase, and a frame that was due before may be
     * painted without it: so first the one, then the other. */
    GdkFrameClock *clock = gtk_widget_get_frame_clock(widget);
    wait_for_phase(clock, GDK_FRAME_CLOCK_PHASE_FLUSH_EVENTS, "flush-events");
    gtk_widget_queue_draw(widget);
    wait_for_phase(clock, GDK_FRAME_CLOCK_PHASE_PAINT, "after-paint");
}

void xinput_show(GtkWindow *window)
{
    gtk_window_present(window);
    GtkWidget *widget = GTK_WIDGET(window);
    WAIT_UNTIL(gtk_widget_get_mapped(widget), PATIENCE);
    /* Without a window manager nobody hands out the focus. */
    GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(window));
    xinput_settle(widget);
    XSetInputFocus(x_display(), gdk_x11_surface_get_xid(surface), RevertToParent, CurrentTime);
    WAIT_UNTIL(gtk_window_is_active(window), PATIENCE);
    xinput_settle(widget);
}

/* ---- pointer -------------------------------------------------------------------------------- */

static void root_position(GtkWidget *widget, double x, double y, int *root_x, int *root_y)
{
    GtkNative *native = gtk_widget_get_native(widget);
    GdkSurface *surface = gtk_native_get_surface(native);
    graphene_point_t point;
    g_assert_true(gtk_widget_compute_point(
        widget, GTK_WIDGET(native), &GRAPHENE_POINT_INIT((float)x, (float)y), &point));
    double shift_x, shift_y;
    gtk_native_get_surface_transform(native, &shift_x, &shift_y);
    const int scale = gdk_surface_get_scale_factor(surface);
    Display *display = x_display();
    Window child;
    XTranslateCoordinates(display, gdk_x11_surface_get_xid(surface), DefaultRootWindow(display),
        (int)lround((point.x + shift_x) * scale), (int)lround((point.y + shift_y) * scale), root_x,
        root_y, &child);
}

void xinput_move(GtkWidget *widget, double x, double y)
{
    int root_x, root_y;
    root_position(widget, x, y, &root_x, &root_y);
    XTestFakeMotionEvent(x_display(), -1, root_x, root_y, CurrentTime);
    xinput_settle(widget);
}

void xinput_press(GtkWidget *widget, unsigned button)
{
    XTestFakeButtonEvent(x_display(), button, True, CurrentTime);
    xinput_settle(widget);
}

void xinput_release(GtkWidget *widget, unsigned button)
{
    XTestFakeButtonEvent(x_display(), button, False, CurrentTime);
    xinput_settle(widget);
}

void xinput_click(GtkWidget *widget, double x, double y)
{
    xinput_move(widget, x, y);
    xinput_press(widget, 1);
    xinput_release(widget, 1);
}

void xinput_double_click(GtkWidget *widget, double x, double y)
{
    xinput_move(widget, x, y);
    Display *display = x_display();
    /* Both in one go: what lies between two calls might be longer than a double click. */
    for (int i = 0; i < 2; i++) {
        XTestFakeButtonEvent(display, 1, True, CurrentTime);
        XTestFakeButtonEvent(display, 1, False, CurrentTime);
    }
    xinput_settle(widget);
}

void xinput_hold(GtkWidget *widget, double x0, double y0, double x1, double y1, int moves)
{
    xinput_move(widget, x0, y0);
    xinput_press(widget, 1);
    for (int i = 1; i <= moves; i++) {
        const double t = (double)i / moves;
        xinput_move(widget, x0 + (x1 - x0) * t, y0 + (y1 - y0) * t);
    }
}

void xinput_drag(GtkWidget *widget, double x0, double y0, double x1, double y1)
{
    xinput_hold(widget, x0, y0, x1, y1, 8);
    xinput_release(widget, 1);
}

void xinput_wheel(GtkWidget *widget, double x, double y, int notches)
{
    xinput_move(widget, x, y);
    const unsigned button = notches > 0 ? 4 : 5;
    for (int i = 0; i < ABS(notches); i++) {
        XTestFakeButtonEvent(x_display(), button, True, CurrentTime);
        XTestFakeButtonEvent(x_display(), button, False, CurrentTime);
        xinput_settle(widget);
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

static KeyCode code_of(guint keyval)
{
    /* X's keysyms are GDK's keyvals. */
    const KeyCode code = XKeysymToKeycode(x_display(), keyval);
    g_assert_cmpuint(code, !=, 0);
    return code;
}

void xinput_key_down(GtkWidget *widget, guint keyval)
{
    XTestFakeKeyEvent(x_display(), code_of(keyval), True, CurrentTime);
    xinput_settle(widget);
}

void xinput_key_up(GtkWidget *widget, guint keyval)
{
    XTestFakeKeyEvent(x_display(), code_of(keyval), False, CurrentTime);
    xinput_settle(widget);
}

void xinput_key(GtkWidget *widget, guint keyval, GdkModifierType modifiers)
{
    static const struct {
        GdkModifierType bit;
        guint keyval;
    } table[] = {
        {GDK_SHIFT_MASK, GDK_KEY_Shift_L},
        {GDK_CONTROL_MASK, GDK_KEY_Control_L},
        {GDK_ALT_MASK, GDK_KEY_Alt_L},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (modifiers & table[i].bit) {
            XTestFakeKeyEvent(x_display(), code_of(table[i].keyval), True, CurrentTime);
        }
    }
    XTestFakeKeyEvent(x_display(), code_of(keyval), True, CurrentTime);
    XTestFakeKeyEvent(x_display(), code_of(keyval), False, CurrentTime);
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (modifiers & table[i].bit) {
            XTestFakeKeyEvent(x_display(), code_of(table[i].keyval), False, CurrentTime);
        }
    }
    xinput_settle(widget);
}
