#include "mts-scale-edit.h"

/* The group is open while the button is down; kept with the scale. */
typedef struct Hold {
    MtsScheduleModel *model;
    gboolean open;
} Hold;

static void end_hold(Hold *hold)
{
    if (hold->open) {
        hold->open = FALSE;
        mts_schedule_model_end_group(hold->model);
    }
}

static void hold_free(gpointer data)
{
    Hold *hold = data;
    end_hold(hold);
    g_object_unref(hold->model);
    g_free(hold);
}

/* Sees every press and release before the scale's own gestures claim them. */
static gboolean on_event(GtkEventControllerLegacy *controller, GdkEvent *event, Hold *hold)
{
    const GdkEventType type = gdk_event_get_event_type(event);
    if ((type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN) && !hold->open) {
        hold->open = TRUE;
        mts_schedule_model_begin_group(hold->model);
    } else if (type == GDK_BUTTON_RELEASE || type == GDK_TOUCH_END || type == GDK_TOUCH_CANCEL) {
        end_hold(hold);
    }
    return FALSE;
}

static void on_unmap(GtkWidget *widget, Hold *hold)
{
    end_hold(hold);
}

GtkWidget *mts_scale_edit_new(MtsScheduleModel *model, double least, double most, double step)
{
    GtkWidget *scale = gtk_scale_new_with_range(GTK_ORIENTATION_HORIZONTAL, least, most, step);
    gtk_scale_set_draw_value(GTK_SCALE(scale), FALSE);
    gtk_widget_set_hexpand(scale, TRUE);
    Hold *hold = g_new0(Hold, 1);
    hold->model = g_object_ref(model);
    GtkEventController *controller = gtk_event_controller_legacy_new();
    gtk_event_controller_set_propagation_phase(controller, GTK_PHASE_CAPTURE);
    g_signal_connect(controller, "event", G_CALLBACK(on_event), hold);
    gtk_widget_add_controller(scale, controller);
    g_signal_connect(scale, "unmap", G_CALLBACK(on_unmap), hold);
    g_object_set_data_full(G_OBJECT(scale), "mts-hold", hold, hold_free);
    return scale;
}
