/* What a file or folder is that somebody dropped: a data set, or an experiment. Reads the folder's
 * names or the file's beginning, so not on the window's main loop. */
#ifndef APP_RECOGNISE_H
#define APP_RECOGNISE_H

#include "base/error.h"

typedef enum AppFoundKind {
    APP_FOUND_EXPERIMENT, /* a JSON file, for app_experiment_read */
    APP_FOUND_DATA,       /* something eng_dataset_open has a kind for */
} AppFoundKind;

typedef struct AppFound {
    AppFoundKind kind;
    char *spec; /* the data spec ("idx:/data/mnist"), or the experiment's path; of eng_alloc */
} AppFound;

/* Folders with the MNIST family's files or CIFAR batches are data, and so is each of those files
 * (it stands for its folder); *.csv and *.tsv are tables, other text is text unless its first two
 * lines have the same number of separators; what begins with '{' is an experiment. All kinds of
 * data may be packed with gzip. Only the kind is decided: what is inside is checked by whoever
 * reads it. The caller frees out->spec. Errors: IO; FORMAT, naming the file and what is read; NOMEM. */
EngStatus app_recognise(const char *path, AppFound *out, EngError *err);

#endif
