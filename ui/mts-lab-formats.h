/* MtsLabFormats: the same sixty-four values in formats of four and eight bits side by side. The
 * second half can be made quieter, which tells formats apart by who shares a scale with whom. Every
 * stored value is eng_quantize_values'. A MtsLabModel. Main thread.
 *
 * Settings: those of MtsLabBars; fade (0..14: the second half is 2^-fade as large), format (the row
 * that is chosen). Actions: shuffle, and one per spread. Readings of a format carry its name:
 * "zeros-int8", "snr-bfp4", "quiet-nvfp4" (of the second half alone). */
#pragma once

#include "mts-lab-model.h"
#include "number/format.h"

G_BEGIN_DECLS

enum { MTS_LAB_FORMATS_VALUES = 64, MTS_LAB_FORMATS_ROWS = 8 };

#define MTS_TYPE_LAB_FORMATS (mts_lab_formats_get_type())
G_DECLARE_FINAL_TYPE(MtsLabFormats, mts_lab_formats, MTS, LAB_FORMATS, MtsLabModel)

MtsLabModel *mts_lab_formats_new(void);

/* Format `row` as it quantises here (as a weight is), and the values it gets: what a test does
 * again. */
EngFormat mts_lab_formats_format(guint row);
void mts_lab_formats_values(MtsLabFormats *self, float values[MTS_LAB_FORMATS_VALUES]);

G_END_DECLS
