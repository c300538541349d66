#include "mts-fmac-private.h"

#include "hardware/hardware.h"
#include "mts-text.h"
#include "number/quantize.h"
#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE(MtsFmac, mts_fmac, MTS_TYPE_LAB_MODEL)

static const char *const widths[] = {"2", "3", "4", "6", "8", NULL};
static const char *const phases[] = {"0", "1", "2", "3", NULL};
static const char *const phase_names[] = {"multiply", "sum", "shift", "accumulate", NULL};

static const char *const settings[] = {
    "seed", "mx", "my", "x", "y", "ex", "ey", "before", "at", "phase", NULL};

static const MtsLabReading readings[] = {
    {"passes", "beats a pair of groups takes"},
    {"pass", "the present one, from 1"},
    {"phase", "0 multiply, 1 sum, 2 shift, 3 accumulate"},
    {"sum", "what the adder tree gives in this pass"},
    {"shifted", "the same, shifted to its weight"},
    {"integer", "the integer accumulator after this pass"},
    {"total", "the whole dot product of the mantissas"},
    {"exponent", "what the result is multiplied with, as a power of two"},
    {"after", "the accumulator when the pair is done"},
    {"finished", "1 in the last phase of the last pass"},
    {"edited", "bits that were flipped"},
    {"mx", "bits of the weights"},
    {"my", "bits of the activations"},
    {NULL, NULL},
};

#define TRANSPORT                                                                                  \
    {MTS_LAB_CHOICE, "phase", "Phase", NULL, "What happens in a pass", phases, phase_names},       \
        {MTS_LAB_BUTTON, "first", NULL, "media-skip-backward-symbolic", "To the start (Home)",     \
            NULL, NULL},                                                                           \
        {MTS_LAB_BUTTON, "play", NULL, "media-playback-start-symbolic", "Play (Space)", NULL,      \
            NULL},                                                                                 \
    {                                                                                              \
        MTS_LAB_BUTTON, "last", NULL, "media-skip-forward-symbolic", "To the end (End)", NULL,     \
            NULL                                                                                   \
    }

static const MtsLabControl controls[] = {
    {MTS_LAB_CHOICE, "mx", "Weights", NULL, "Mantissa bits of the weights", widths, widths},
    {MTS_LAB_CHOICE, "my", "Activations", NULL, "Mantissa bits of the activations", widths, widths},
    {MTS_LAB_BUTTON, "again", "Other Numbers", NULL, "Other values (N)", NULL, NULL},
    TRANSPORT,
    {0},
};

static const MtsLabControl transport[] = {TRANSPORT, {0}};

static const MtsLabKind kind = {
    .name = "fmac",
    .title = "fMAC cell",
    .settings = settings,
    .readings = readings,
    .controls = controls,
};

const MtsLabControl *mts_fmac_transport(void)
{
    return transport;
}

const char *mts_fmac_phase_name(guint phase)
{
    return phase_names[phase];
}

/* ---- the pair -------------------------------------------------------------------------------- */

/* Mantissas and exponent of a side's values. */
static void quantize(MtsFmacSide *side)
{
    EngFormat format = eng_format_bfp(side->m);
    EngError error;
    int32_t s;
    format.rounding = ENG_ROUND_NEAREST;
    /* Finite values, none of them large: nothing can diverge. */
    if (eng_bfp_quantize(side->value, 1, MTS_FMAC_LANES, &format, NULL, side->own, &s, &error) !=
        ENG_OK) {
        g_error("%s", error.text);
    }
    if (!side->edited) {
        memcpy(side->k, side->own, sizeof side->k);
    }
    if (!side->moved) {
        side->exponent = CLAMP(s + (int)side->m - 1, -30, 30);
    }
}

static int unit_of(const MtsFmacSide *side)
{
    return side->exponent - (int)side->m + 1;
}

void mts_fmac_renew(MtsFmac *self)
{
    EngError error;
    MtsFmacSide *x = &self->side[0], *y = &self->side[1];
    if (!self->stale) {
        return;
    }
    quantize(x);
    quantize(y);
    if (eng_fmac_init(&self->pair, x->k, x->m, unit_of(x), y->k, y->m, unit_of(y), MTS_FMAC_LANES,
            MTS_FMAC_LANES, 0, self->before, &error) != ENG_OK) {
        g_error("%s", error.text);
    }
    self->stale = FALSE;
    self->at = MIN(self->at, mts_fmac_beats(self) * MTS_FMAC_PHASES - 1);
}

const EngFmac *mts_fmac_get_pair(MtsFmac *self)
{
    mts_fmac_renew(self);
    return &self->pair;
}

guint mts_fmac_chunks(const MtsFmacSide *side)
{
    return (side->m + 1) / 2;
}

guint mts_fmac_beats(MtsFmac *self)
{
    return eng_fmac_beats(&self->pair);
}

guint mts_fmac_get_beat(MtsFmac *self)
{
    mts_fmac_renew(self);
    return self->at / MTS_FMAC_PHASES;
}

guint mts_fmac_get_phase(MtsFmac *self)
{
    mts_fmac_renew(self);
    return self->at % MTS_FMAC_PHASES;
}

const char *mts_fmac_chunk_name(guint chunk, guint chunks)
{
    static const char *const names[4][4] = {
        {"whole"}, {"low", "high"}, {"low", "middle", "high"}, {"low", "2nd", "3rd", "high"}};
    return names[chunks - 1][chunk];
}

void mts_fmac_go(MtsFmac *self, guint position)
{
    mts_fmac_renew(self);
    self->at = MIN(position, mts_fmac_beats(self) * MTS_FMAC_PHASES - 1);
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

static void forget_edits(MtsFmac *self)
{
    for (guint i = 0; i < MTS_FMAC_SIDES; i++) {
        self->side[i].edited = self->side[i].moved = FALSE;
    }
    self->stale = TRUE;
}

void mts_fmac_flip(MtsFmac *self, guint side, guint lane, guint bit)
{
    MtsFmacSide *one = &self->side[side];
    mts_fmac_renew(self);
    mts_lab_model_mark(MTS_LAB_MODEL(self));
    const gint32 magnitude = ABS(one->k[lane]) ^ (gint32)(1u << bit);
    /* A 0 that grows a bit takes the sign of its value. */
    const gboolean negative = one->k[lane] < 0 || (one->k[lane] == 0 && one->value[lane] < 0);
    one->k[lane] = negative ? -magnitude : magnitude;
    one->edited = memcmp(one->k, one->own, sizeof one->k) != 0;
    self->stale = TRUE;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

void mts_fmac_set_names(MtsFmac *self, const char *x, const char *y)
{
    self->side[0].name = x;
    self->side[1].name = y;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

void mts_fmac_set_values(MtsFmac *self, const float *x, gsize nx, const float *y, gsize ny)
{
    const float *const from[] = {x, y};
    const gsize count[] = {nx, ny};
    for (guint i = 0; i < MTS_FMAC_SIDES; i++) {
        memset(self->side[i].value, 0, sizeof self->side[i].value);
        memcpy(self->side[i].value, from[i], MIN(count[i], MTS_FMAC_LANES) * sizeof(float));
    }
    forget_edits(self);
    self->at = 0;
    mts_lab_model_changed(MTS_LAB_MODEL(self));
}

/* ---- settings -------------------------------------------------------------------------------- */

static void draw_values(MtsFmac *self)
{
    mts_lab_draw_values(MTS_LAB_NORMAL, self->seed, self->side[0].value, MTS_FMAC_LANES);
    mts_lab_draw_values(MTS_LAB_NORMAL, self->seed + 1000000, self->side[1].value, MTS_FMAC_LANES);
    /* Weights are smaller than activations. */
    for (guint i = 0; i < MTS_FMAC_LANES; i++) {
        self->side[0].value[i] = ldexpf(self->side[0].value[i], -3);
    }
    forget_edits(self);
}

/* Sixteen mantissas that fit their bits; "-" takes back the values' own. */
static gboolean set_mantissas(MtsFmacSide *side, const char *key, const char *value, GError **error)
{
    float list[MTS_FMAC_LANES] = {0};
    gsize count;
    const double most = (double)((1u << side->m) - 1);
    side->edited = !g_str_equal(value, "-");
    if (!side->edited) {
        return TRUE;
    }
    if (!mts_lab_read_list(key, value, -most, most, MTS_FMAC_LANES, list, &count, error)) {
        return FALSE;
    }
    for (guint i = 0; i < MTS_FMAC_LANES; i++) {
        if (list[i] != floorf(list[i])) {
            return mts_lab_fail(error, "%s: a mantissa is a whole number.", key);
        }
        side->k[i] = (int32_t)list[i];
    }
    return TRUE;
}

static gboolean set_exponent(MtsFmacSide *side, const char *key, const char *value, GError **error)
{
    double exponent;
    side->moved = !g_str_equal(value, "-");
    if (!side->moved) {
        return TRUE;
    }
    if (!mts_lab_read_real(key, value, -30, 30, &exponent, error)) {
        return FALSE;
    }
    side->exponent = (int)floor(exponent);
    return TRUE;
}

static gboolean set_bits(
    MtsFmac *self, guint side, const char *key, const char *value, GError **error)
{
    guint m;
    if (!mts_lab_read_count(key, value, 1, MTS_FMAC_MOST_BITS, &m, error)) {
        return FALSE;
    }
    /* Mantissas of another width are other mantissas. */
    if (m != self->side[side].m) {
        self->side[side].edited = FALSE;
        self->at = 0;
    }
    self->side[side].m = m;
    return TRUE;
}

static gboolean set_place(MtsFmac *self, const char *key, const char *value, GError **error)
{
    guint number;
    if (g_str_equal(key, "at")) {
        if (!mts_lab_read_count(key, value, 0, 16 * MTS_FMAC_PHASES - 1, &number, error)) {
            return FALSE;
        }
        self->at = number;
        return TRUE;
    }
    if (!mts_lab_read_count(key, value, 0, MTS_FMAC_PHASES - 1, &number, error)) {
        return FALSE;
    }
    self->at = self->at / MTS_FMAC_PHASES * MTS_FMAC_PHASES + number;
    return TRUE;
}

static gboolean mts_fmac_set(MtsLabModel *model, const char *key, const char *value, GError **error)
{
    MtsFmac *self = MTS_FMAC(model);
    const guint side = g_str_has_suffix(key, "y") ? 1 : 0;
    self->stale = TRUE;
    if (g_str_equal(key, "seed")) {
        const gboolean read = mts_lab_read_count(key, value, 0, 999999, &self->seed, error);
        if (read) {
            draw_values(self);
        }
        return read;
    }
    if (g_str_equal(key, "before")) {
        double before;
        if (!mts_lab_read_real(key, value, -1e9, 1e9, &before, error)) {
            return FALSE;
        }
        self->before = (float)before;
        return TRUE;
    }
    if (*key == 'm') {
        return set_bits(self, side, key, value, error);
    }
    if (*key == 'e') {
        return set_exponent(&self->side[side], key, value, error);
    }
    if (g_str_equal(key, "at") || g_str_equal(key, "phase")) {
        return set_place(self, key, value, error);
    }
    return set_mantissas(&self->side[side], key, value, error);
}

static void get_mantissas(const MtsFmacSide *side, GString *out)
{
    for (guint i = 0; side->edited && i < MTS_FMAC_LANES; i++) {
        g_string_append_printf(out, "%s%d", i ? "," : "", side->k[i]);
    }
    if (!side->edited) {
        g_string_append_c(out, '-');
    }
}

static void mts_fmac_get(MtsLabModel *model, const char *key, GString *out)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    const MtsFmacSide *side = &self->side[g_str_has_suffix(key, "y") ? 1 : 0];
    if (g_str_equal(key, "x") || g_str_equal(key, "y")) {
        get_mantissas(side, out);
    } else if (*key == 'e') {
        if (side->moved) {
            g_string_append_printf(out, "%d", side->exponent);
        } else {
            g_string_append_c(out, '-');
        }
    } else if (g_str_equal(key, "before")) {
        mts_lab_write_real(out, (double)self->before);
    } else {
        const guint number = *key == 'm' ? side->m
            : g_str_equal(key, "seed")   ? self->seed
            : g_str_equal(key, "phase")  ? self->at % MTS_FMAC_PHASES
                                         : self->at;
        g_string_append_printf(out, "%u", number);
    }
}

/* ---- readings -------------------------------------------------------------------------------- */

static guint count_edits(const MtsFmac *self)
{
    guint edits = 0;
    for (guint side = 0; side < MTS_FMAC_SIDES; side++) {
        const MtsFmacSide *one = &self->side[side];
        for (guint i = 0; i < MTS_FMAC_LANES; i++) {
            edits += (guint)__builtin_popcount((guint)(ABS(one->k[i]) ^ ABS(one->own[i])));
        }
    }
    return edits;
}

static double mts_fmac_read(MtsLabModel *model, const char *name)
{
    MtsFmac *self = MTS_FMAC(model);
    EngFmacBeat beat;
    mts_fmac_renew(self);
    eng_fmac_beat(&self->pair, mts_fmac_get_beat(self), &beat);
    const EngFmacResult result = eng_fmac_result(&self->pair);
    const struct {
        const char *name;
        double value;
    } table[] = {
        {"passes", mts_fmac_beats(self)},
        {"pass", mts_fmac_get_beat(self) + 1},
        {"phase", mts_fmac_get_phase(self)},
        {"sum", beat.sum},
        {"shifted", (double)beat.shifted},
        {"integer", (double)beat.after},
        {"total", (double)result.integer},
        {"exponent", result.exponent},
        {"after", (double)result.after},
        {"finished", self->at + 1 == mts_fmac_beats(self) * MTS_FMAC_PHASES},
        {"edited", count_edits(self)},
        {"mx", self->side[0].m},
        {"my", self->side[1].m},
    };
    for (guint n = 0; n < G_N_ELEMENTS(table); n++) {
        if (g_str_equal(table[n].name, name)) {
            return table[n].value;
        }
    }
    return NAN;
}

static char *mts_fmac_say(MtsLabModel *model)
{
    MtsFmac *self = MTS_FMAC(model);
    EngFmacBeat beat;
    mts_fmac_renew(self);
    const guint at = mts_fmac_get_beat(self);
    eng_fmac_beat(&self->pair, at, &beat);
    const EngFmacResult result = eng_fmac_result(&self->pair);
    g_autofree char *sum = mts_text_fixed(beat.sum, 0);
    g_autofree char *shifted = mts_text_fixed((double)beat.shifted, 0);
    g_autofree char *after = mts_text_fixed((double)beat.after, 0);
    g_autofree char *total = mts_text_fixed((double)result.integer, 0);
    g_autofree char *value = mts_text_value((double)result.after);
    return g_strdup_printf("%s of %u bits with %s of %u bits. Pass %u of %u, %s: sum %s, shifted "
                           "left by %u %s, accumulated %s. The pair gives %s times 2 to the power "
                           "of %d, the accumulator %s.",
        self->side[0].name, self->side[0].m, self->side[1].name, self->side[1].m, at + 1,
        mts_fmac_beats(self), phase_names[mts_fmac_get_phase(self)], sum, beat.shift, shifted,
        after, total, result.exponent, value);
}

/* ---- actions --------------------------------------------------------------------------------- */

/* Seconds a phase is shown while it plays: a pass takes 1.2. */
#define PHASE 0.3

static void play(MtsFmac *self)
{
    const guint end = mts_fmac_beats(self) * MTS_FMAC_PHASES - 1;
    if (!mts_lab_model_get_lively(MTS_LAB_MODEL(self))) {
        mts_fmac_go(self, end);
        return;
    }
    self->playing = !self->playing;
    self->played = 0;
    if (self->playing && self->at == end) {
        mts_fmac_go(self, 0);
    }
    mts_lab_model_wake(MTS_LAB_MODEL(self));
}

static gboolean mts_fmac_tick(MtsLabModel *model, double seconds)
{
    MtsFmac *self = MTS_FMAC(model);
    if (!self->playing) {
        return FALSE;
    }
    self->played += seconds;
    if (self->played >= PHASE) {
        self->played = 0;
        mts_fmac_go(self, self->at + 1);
        self->playing = self->at + 1 < mts_fmac_beats(self) * MTS_FMAC_PHASES;
    }
    return self->playing;
}

static gboolean mts_fmac_act(MtsLabModel *model, const char *action)
{
    MtsFmac *self = MTS_FMAC(model);
    mts_fmac_renew(self);
    if (g_str_equal(action, "first")) {
        mts_fmac_go(self, 0);
    } else if (g_str_equal(action, "last")) {
        mts_fmac_go(self, G_MAXUINT - 1);
    } else if (g_str_equal(action, "next")) {
        mts_fmac_go(self, self->at + 1);
    } else if (g_str_equal(action, "back")) {
        mts_fmac_go(self, self->at - MIN(self->at, 1));
    } else if (g_str_equal(action, "play")) {
        play(self);
        return TRUE;
    } else if (g_str_equal(action, "again") || g_str_equal(action, "restore")) {
        mts_lab_model_mark(model);
        self->seed += g_str_equal(action, "again");
        if (g_str_equal(action, "again")) {
            draw_values(self);
        }
        forget_edits(self);
        mts_lab_model_changed(model);
    } else {
        return FALSE;
    }
    self->playing = FALSE;
    return TRUE;
}

/* ---- type ------------------------------------------------------------------------------------ */

static int mts_fmac_least_width(MtsLabModel *model, MtsLabPart part)
{
    return part == MTS_LAB_MAIN ? MTS_FMAC_WIDTH : 240;
}

static int mts_fmac_height(MtsLabModel *model, MtsLabPart part, int width)
{
    return part == MTS_LAB_MAIN ? MTS_FMAC_HEIGHT : 0;
}

static void mts_fmac_class_init(MtsFmacClass *class)
{
    MtsLabModelClass *model = MTS_LAB_MODEL_CLASS(class);
    model->kind = &kind;
    model->set = mts_fmac_set;
    model->get = mts_fmac_get;
    model->read = mts_fmac_read;
    model->say = mts_fmac_say;
    model->act = mts_fmac_act;
    model->tick = mts_fmac_tick;
    model->least_width = mts_fmac_least_width;
    model->height = mts_fmac_height;
    model->draw = mts_fmac_draw;
    model->motion = mts_fmac_motion;
    model->press = mts_fmac_press;
    model->scroll = mts_fmac_scroll;
    model->key = mts_fmac_key;
    model->cursor = mts_fmac_cursor;
}

static void mts_fmac_init(MtsFmac *self)
{
    self->side[0] = (MtsFmacSide){.name = "Weights", .m = 4};
    self->side[1] = (MtsFmacSide){.name = "Activations", .m = 4};
    self->seed = 1;
    self->before = 1.40625f;
    self->hover_lane = self->hover_pass = -1;
    draw_values(self);
}

MtsLabModel *mts_fmac_new(void)
{
    return g_object_new(MTS_TYPE_FMAC, NULL);
}
