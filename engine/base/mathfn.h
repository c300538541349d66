/* Elementary functions whose bits are the same on every machine: plain IEEE double operations in
 * a fixed order, no libm (whose last bit differs between libraries and instruction sets).
 * Relative error below 1e-14 for all of them in the ranges given. Pure; any thread. */
#ifndef ENG_BASE_MATHFN_H
#define ENG_BASE_MATHFN_H

/* e^x. 0 below -745, +Inf above 709.78; NaN stays NaN. */
double eng_exp(double x);

/* Natural logarithm of x > 0; -Inf for 0, NaN for negative or NaN, +Inf for +Inf. */
double eng_log(double x);

/* sin and cos of t full turns (2 pi t), |t| < 2^40; exact at quarter turns. */
double eng_sin_turn(double t);
double eng_cos_turn(double t);

/* Hyperbolic tangent. */
double eng_tanh(double x);

#endif
