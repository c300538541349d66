/* Pictures of every step of every lesson: on the page in light and dark, once and twice the pixels,
 * and in the presentation; the page in a narrow window; a hand-out. */
#include "lab-stage.h"
#include "mts-lab-handout.h"
#include "picture.h"
#include "stage.h"
#include "xinput.h"

static void take(LabStage *stage, const char *name)
{
    picture_all(GTK_WIDGET(stage->window), picture_folder(), name);
}

static void test_steps(void)
{
    LabStage stage;
    lab_stage_set_up(&stage, 1440, 900);
    for (guint i = 0; i < mts_lab_desk_count(stage.desk); i++) {
        const MtsLesson *lesson = mts_lab_desk_lesson(stage.desk, i);
        for (guint step = 0; step < lesson->steps->len; step++) {
            g_autofree char *name = g_strdup_printf("lab-%s-%u", lesson->id, step + 1);
            lab_stage_open(&stage, lesson->id, step);
            take(&stage, name);
        }
    }
    lab_stage_tear_down(&stage);
}

static void test_presentation(void)
{
    LabStage stage;
    lab_stage_set_up(&stage, 1580, 990);
    mts_lab_present(stage.lab);
    GtkWindow *wall = mts_lab_get_presentation(stage.lab);
    xinput_show(wall);
    for (guint i = 0; i < mts_lab_desk_count(stage.desk); i++) {
        const MtsLesson *lesson = mts_lab_desk_lesson(stage.desk, i);
        g_autofree char *name = g_strdup_printf("lab-%s-present", lesson->id);
        lab_stage_open(&stage, lesson->id, 0);
        picture_all(GTK_WIDGET(wall), picture_folder(), name);
    }
    lab_stage_tear_down(&stage);
}

static void test_narrow(void)
{
    LabStage stage;
    lab_stage_set_up(&stage, 800, 600);
    take(&stage, "lab-narrow");
    lab_stage_tear_down(&stage);
}

static void test_handout(void)
{
    LabStage stage;
    lab_stage_set_up(&stage, 1440, 900);
    PangoContext *context = gtk_widget_get_pango_context(GTK_WIDGET(stage.lab));
    for (guint i = 0; i < mts_lab_desk_count(stage.desk); i++) {
        const MtsLesson *lesson = mts_lab_desk_lesson(stage.desk, i);
        g_autoptr(GBytes) pdf =
            mts_lab_handout(lesson, pango_context_get_font_description(context));
        gsize size;
        const char *data = g_bytes_get_data(pdf, &size);
        g_autofree char *path = g_strdup_printf("%s/hand-out-%s.pdf", picture_folder(), lesson->id);
        g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
        g_assert_cmpuint(size, >, 10000);
        g_assert_cmpmem(data, 5, "%PDF-", 5);
    }
    lab_stage_tear_down(&stage);
}

int main(int argc, char **argv)
{
    stage_init(&argc, &argv);
    if (!picture_folder()) {
        g_setenv("MANTISSA_PICTURES", g_get_tmp_dir(), FALSE);
    }
    g_test_add_func("/lab-pictures/steps", test_steps);
    g_test_add_func("/lab-pictures/presentation", test_presentation);
    g_test_add_func("/lab-pictures/narrow", test_narrow);
    g_test_add_func("/lab-pictures/hand-out", test_handout);
    return g_test_run();
}
