/* Small floating-point numbers: what an element of a scalar or Microscaling format can hold, and
 * rounding to it. Sources: IEEE 754-2019; OCP 8-bit Floating Point Specification 1.0; OCP
 * Microscaling Formats 1.0. Private to the engine. Pure; any thread. */
#ifndef ENG_NUMBER_ELEMENT_H
#define ENG_NUMBER_ELEMENT_H

#include "number/format.h"
#include <stdint.h>

/* Values are k 2^(e - fraction) with e >= lowest and k < 2^(fraction + 1). */
typedef struct EngElementTraits {
    int fraction;  /* mantissa bits behind the binary point */
    int lowest;    /* exponent of the smallest normal number, and of all subnormals */
    int highest;   /* exponent of the largest number */
    float most;    /* the largest number */
    bool infinite; /* has infinities, to which larger numbers round; else they saturate */
} EngElementTraits;

/* Traits of every element but FP32 and HFP8, which are settled before. */
const EngElementTraits *eng_element_traits(EngElement element);

/* How an element is rounded. */
typedef struct EngElementRule {
    const EngElementTraits *traits;
    unsigned rounding;   /* EngRounding, settled */
    unsigned noise_bits; /* 0..16 */
    bool saturate;       /* whatever the traits say */
} EngElementRule;

/* x 2^-scale rounded to an element. NaN stays NaN; an infinity counts as too large. */
float eng_element_round(const EngElementRule *rule, float x, int scale, uint32_t noise);

/* A magnitude that is no float32 rounded to an element; 0 <= q < 2^40. */
float eng_element_round_double(const EngElementRule *rule, double q, uint32_t noise);

/* floor(log2 |x|), subnormals too; -150 for 0. */
int eng_float_exponent(float x);

/* x 2^exponent, rounded once; |exponent| < 800. */
float eng_float_scale(float x, int exponent);

/* q >= 0 rounded to an integer, q < 2^40. */
uint64_t eng_round_double(double q, unsigned rounding, unsigned noise_bits, uint32_t noise);

#endif
