/* Real input for window tests: the X server's XTEST extension moves the pointer and presses keys,
 * and the events come back to GTK as a person's would. Runs under tests/xrun.sh (X11, no window
 * manager). Every function waits until what it did has arrived, never for a time; a wait that
 * takes longer than its limit fails the test. */
#pragma once

#include <gtk/gtk.h>

/* Iterates the main context until the condition holds; fails after `milliseconds`. */
#define WAIT_UNTIL(condition, milliseconds)                                                        \
    do {                                                                                           \
        const gint64 end_ = g_get_monotonic_time() + (gint64)(milliseconds)*1000;                  \
        while (!(condition)) {                                                                     \
            if (g_get_monotonic_time() > end_) {                                                   \
                g_error("%s:%d: waited %d ms for %s", __FILE__, __LINE__, (int)(milliseconds),     \
                    #condition);                                                                   \
            }                                                                                      \
            xinput_iterate();                                                                      \
        }                                                                                          \
    } while (0)

/* One round of the main context; blocks a short while where nothing is due. */
void xinput_iterate(void);

/* Everything the server has been asked for has come back as events and was handled, and the
 * widget has been drawn since. */
void xinput_settle(GtkWidget *widget);

/* Shows a window and waits until it is mapped, drawn and has the focus. */
void xinput_show(GtkWindow *window);

/* The pointer to a point of a widget, in the widget's own coordinates. */
void xinput_move(GtkWidget *widget, double x, double y);
void xinput_press(GtkWidget *widget, unsigned button);
void xinput_release(GtkWidget *widget, unsigned button);
void xinput_click(GtkWidget *widget, double x, double y);
void xinput_double_click(GtkWidget *widget, double x, double y);
/* Presses at the first point, moves to the second in `moves` steps, and leaves the button down
 * (hold) or lets it go (drag). */
void xinput_hold(GtkWidget *widget, double x0, double y0, double x1, double y1, int moves);
void xinput_drag(GtkWidget *widget, double x0, double y0, double x1, double y1);
/* Notches of the wheel: positive away from the person is up. */
void xinput_wheel(GtkWidget *widget, double x, double y, int notches);

/* Keys by GDK keyval; modifiers are pressed before and let go after. */
void xinput_key(GtkWidget *widget, guint keyval, GdkModifierType modifiers);
void xinput_key_down(GtkWidget *widget, guint keyval);
void xinput_key_up(GtkWidget *widget, guint keyval);
