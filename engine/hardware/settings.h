/* The accelerator's settings as one list, for the command line (`--hardware rows=32`), the
 * experiment file and the window's sliders. Pure; any thread. */
#ifndef ENG_HARDWARE_SETTINGS_H
#define ENG_HARDWARE_SETTINGS_H

#include "base/error.h"
#include "base/text.h"
#include "hardware/hardware.h"
#include <stdbool.h>

typedef enum EngSettingKind {
    ENG_SETTING_COUNT,  /* a whole number */
    ENG_SETTING_REAL,   /* any number */
    ENG_SETTING_CHOICE, /* one of `choices` */
} EngSettingKind;

typedef struct EngSetting {
    const char *key;  /* "rows": what files and the command line call it */
    const char *unit; /* "cells", "Hz"; "" where there is none */
    const char *text; /* one phrase for people */
    EngSettingKind kind;
    double min, max;            /* COUNT, REAL */
    const char *const *choices; /* CHOICE, NULL at the end; the value is the index */
    size_t offset;              /* where the value stands in EngHardware; for settings.c */
} EngSetting;

/* Setting `index` from 0 on, NULL behind the last. */
const EngSetting *eng_hardware_setting(size_t index);

/* The setting called `key`, NULL where there is none. */
const EngSetting *eng_hardware_find(const char *key);

/* The value: a number, or the index of a choice; and the default. */
double eng_hardware_get(const EngHardware *hw, const EngSetting *setting);
double eng_hardware_default_of(const EngSetting *setting);

/* Sets one value. Error RANGE, naming setting, value and range; hw is left alone then. */
EngStatus eng_hardware_put(EngHardware *hw, const EngSetting *setting, double value, EngError *err);

/* Sets `key` from text: a number or a choice's name. Errors: PARSE for an unknown key (naming the
 * keys there are) or what is no number or choice; RANGE. hw is left alone then. */
EngStatus eng_hardware_set(EngHardware *hw, const char *key, const char *value, EngError *err);

/* The value as eng_hardware_set reads it. Returns `buf`. */
const char *eng_hardware_text(
    const EngHardware *hw, const EngSetting *setting, char buf[ENG_TEXT_NUMBER]);

#endif
