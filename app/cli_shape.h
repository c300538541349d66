/* A sample's shape on the command line. */
#ifndef APP_CLI_SHAPE_H
#define APP_CLI_SHAPE_H

#include "base/shape.h"
#include <stdbool.h>

/* "784", or channels, rows and columns: "3x32x32"; each 1..65536. False for other texts. */
bool cli_shape(const char *text, EngShape *out);

#endif
