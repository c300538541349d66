/* Number formats: what they are called and what they mean. Pure; any thread.
 *
 * Text: `fp32`, `bfpM[/gG][/eE][:rounding]`, and the other names of the table in format.c.
 * Roundings: `nearest`, `truncate`, `even`, `srB` (stochastic with B noise bits), `lfsrB`
 * (stochastic from the converter's LFSR), nothing for the role's default: W and A nearest,
 * G stochastic with 8 bits. */
#ifndef ENG_NUMBER_FORMAT_H
#define ENG_NUMBER_FORMAT_H

#include "base/error.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum EngFormatKind {
    ENG_KIND_FLOAT = 0, /* scalar float: fp32 and its shorter sisters */
    ENG_KIND_BFP = 1,   /* a group of g neighbours shares an exponent */
    ENG_KIND_INT = 2,   /* symmetric integers, one scale per tensor */
    ENG_KIND_MX = 3,    /* OCP Microscaling: blocks of 32, E8M0 scale */
    ENG_KIND_NVFP4 = 4, /* E2M1 elements, blocks of 16, E4M3 scale, float32 tensor scale */
    ENG_KIND_FIXED = 5, /* qI.F */
    ENG_KIND_BINARY = 6,
    ENG_KIND_TERNARY = 7,
} EngFormatKind;

typedef enum EngElement { /* the scalar float, or the element of an MX block */
    ENG_ELEMENT_FP32 = 0,
    ENG_ELEMENT_TF32,
    ENG_ELEMENT_BF16,
    ENG_ELEMENT_FP16,
    ENG_ELEMENT_FP8_E4M3,
    ENG_ELEMENT_FP8_E5M2,
    ENG_ELEMENT_HFP8, /* 1-4-3 for W and A, 1-5-2 for G */
    ENG_ELEMENT_FP6_E3M2,
    ENG_ELEMENT_FP6_E2M3,
    ENG_ELEMENT_FP4_E2M1,
    ENG_ELEMENT_INT8,
} EngElement;

typedef enum EngRounding {
    ENG_ROUND_BY_ROLE = 0, /* as written without a rounding; resolved by eng_format_for_role */
    ENG_ROUND_NEAREST,     /* floor(q + 1/2): half away from zero */
    ENG_ROUND_TRUNCATE,
    ENG_ROUND_EVEN,       /* half to even */
    ENG_ROUND_STOCHASTIC, /* Philox noise */
    ENG_ROUND_LFSR,       /* stochastic, noise from the converter lanes' 8-bit LFSRs */
} EngRounding;

/* The three roles a tensor plays, and the six slots in which one is quantised. */
typedef enum EngRole { ENG_ROLE_W = 0, ENG_ROLE_A = 1, ENG_ROLE_G = 2 } EngRole;
typedef enum EngSlot {
    ENG_SLOT_A_FWD = 0,
    ENG_SLOT_W_FWD = 1,
    ENG_SLOT_G_DGRAD = 2,
    ENG_SLOT_W_DGRAD = 3,
    ENG_SLOT_A_WGRAD = 4,
    ENG_SLOT_G_WGRAD = 5,
    ENG_SLOTS = 6,
} EngSlot;

/* One number format. Two formats that mean the same compare equal by eng_format_equal. */
typedef struct EngFormat {
    uint8_t kind;       /* EngFormatKind */
    uint8_t element;    /* EngElement; FP32 where it does not apply */
    uint8_t m;          /* magnitude bits 1..16 (BFP), all bits of an int; 0 elsewhere */
    uint8_t e;          /* shared exponent bits 2..8 (BFP); 0 elsewhere */
    uint16_t g;         /* group length, a power of two 4..256 (BFP, MX, NVFP4); 0 elsewhere */
    uint8_t rounding;   /* EngRounding */
    uint8_t noise_bits; /* 0..16 (stochastic), 0..8 (LFSR); 0 elsewhere */
    uint8_t int_bits;   /* qI.F: I */
    uint8_t frac_bits;  /* qI.F: F */
} EngFormat;

/* Room for the longest format's text with its final NUL. */
#define ENG_FORMAT_TEXT 32

/* The role a slot's tensor plays. */
EngRole eng_slot_role(EngSlot slot);

/* Short names: "W" "A" "G"; "A.fwd" "W.fwd" "G.dgrad" "W.dgrad" "A.wgrad" "G.wgrad". */
const char *eng_role_name(EngRole role);
const char *eng_slot_name(EngSlot slot);

/* Reads the format at `text` up to `length` characters, all of them.
 * Error PARSE: one sentence that names the word and what was expected. */
EngStatus eng_format_parse(const char *text, size_t length, EngFormat *out, EngError *err);

/* Writes the format as eng_format_parse reads it; g=16 and e=8 are left out. Returns `buf`. */
const char *eng_format_text(const EngFormat *format, char buf[ENG_FORMAT_TEXT]);

/* The format with its rounding settled for `role`: BY_ROLE becomes nearest, or stochastic with 8
 * noise bits for G (block formats and integers), half to even for scalar floats and MX. */
EngFormat eng_format_for_role(const EngFormat *format, EngRole role);

/* Magnitude bits a chunked multiplier sees: m of an integer-element format, 0 of a float. */
unsigned eng_format_bits(const EngFormat *format);

bool eng_format_equal(const EngFormat *a, const EngFormat *b);
bool eng_format_is_fp32(const EngFormat *format);

/* fp32, and bfp with the given bits, g=16, e=8, rounding by role. */
EngFormat eng_format_fp32(void);
EngFormat eng_format_bfp(unsigned m);

#endif
