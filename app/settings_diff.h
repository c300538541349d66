/* An experiment's settings as a flat list of words, and which of them differ between experiments:
 * "training.learning_rate" "0.05", "seeds.noise" "2", "hardware.rows" "64", "data" "digits". The
 * name and the schedule are no settings here. Any thread. */
#ifndef APP_SETTINGS_DIFF_H
#define APP_SETTINGS_DIFF_H

#include "experiment.h"

typedef struct AppSetting {
    char *key, *value; /* of eng_strdup */
} AppSetting;

typedef struct AppSettings {
    AppSetting *items; /* in the order of the experiment file; every experiment has the same keys */
    size_t count;
} AppSettings;

/* All settings of an experiment, defaults included. Free with app_settings_clear, also after an
 * error. Error NOMEM. */
EngStatus app_settings_read(const AppExperiment *experiment, AppSettings *out, EngError *err);
void app_settings_clear(AppSettings *settings);

/* The value of `key`, or NULL. */
const char *app_settings_get(const AppSettings *settings, const char *key);

#endif
