/* Networks that have a name of their own. Private to the net room. */
#ifndef ENG_NET_FAMILIES_H
#define ENG_NET_FAMILIES_H

#include "net/builder.h"
#include <stdbool.h>

/* Builds the network called `name`, its last layer to the classes included. false: there is no
 * such family, and nothing was built; else *status says how building went. */
bool eng_family_build(EngBuilder *b, const char *name, EngStatus *status);

/* The names there are, for error sentences. */
const char *eng_family_names(void);

#endif
