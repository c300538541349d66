#include "base/mathfn.h"
#include <math.h>

/* ln 2 in two parts: the first has 21 trailing zero bits, so k * LN2_HIGH is exact for |k| < 2^11. */
static const double LN2_HIGH = 0x1.62e42fee00000p-1, LN2_LOW = 0x1.a39ef35793c76p-33;
static const double TWO_PI = 0x1.921fb54442d18p+2;

static double scale_by_power(double x, int exponent)
{
    return ldexp(x, exponent); /* exact, or one rounding to a subnormal */
}

/* e^r - 1 for |r| < 0.71 by its Taylor series; the first term left out is below 2^-57 r. */
static double exp_minus_one(double r)
{
    double sum = 1.0;
    for (int n = 20; n >= 2; n--)
        sum = 1.0 + sum * r / n;
    return r * sum;
}

double eng_exp(double x)
{
    if (!(x == x))
        return x;
    if (x > 709.782712893384)
        return INFINITY;
    if (x < -745.2)
        return 0.0;
    const double k = floor(x * 1.4426950408889634 + 0.5);
    const double r = (x - k * LN2_HIGH) - k * LN2_LOW;
    return scale_by_power(1.0 + exp_minus_one(r), (int)k);
}

double eng_log(double x)
{
    if (!(x >= 0.0))
        return NAN;
    if (x == 0.0)
        return -INFINITY;
    if (isinf(x))
        return x;
    int exponent;
    double f = frexp(x, &exponent); /* x = f 2^exponent, f in [1/2, 1) */
    if (f < 0.70710678118654752) {
        f *= 2.0;
        exponent--;
    }
    /* ln f = 2 atanh(s), s = (f-1)/(f+1), |s| < 0.1716: the next term would be below 2^-58. */
    const double s = (f - 1.0) / (f + 1.0), z = s * s;
    double sum = 0.0;
    for (int n = 23; n >= 3; n -= 2)
        sum = (sum + 1.0 / n) * z;
    const double log_f = 2.0 * s + 2.0 * s * sum;
    return exponent * LN2_HIGH + (log_f + exponent * LN2_LOW);
}

/* sin a and cos a for |a| <= pi/4 by their Taylor series. */
static double sin_series(double a)
{
    const double z = a * a;
    double sum = 1.0;
    for (int n = 19; n >= 3; n -= 2)
        sum = 1.0 - sum * z / ((n - 1) * n);
    return a * sum;
}

static double cos_series(double a)
{
    const double z = a * a;
    double sum = 1.0;
    for (int n = 20; n >= 2; n -= 2)
        sum = 1.0 - sum * z / ((n - 1) * n);
    return sum;
}

double eng_sin_turn(double t)
{
    const double turns = t - floor(t); /* exact for |t| < 2^40 but for its lowest bits */
    const double quarter = floor(turns * 4.0 + 0.5);
    const double angle = (turns - quarter * 0.25) * TWO_PI;
    switch ((int)quarter & 3) {
    case 0:
        return sin_series(angle);
    case 1:
        return cos_series(angle);
    case 2:
        return -sin_series(angle);
    default:
        return -cos_series(angle);
    }
}

double eng_cos_turn(double t)
{
    return eng_sin_turn(t - floor(t) + 0.25);
}

double eng_tanh(double x)
{
    if (!(x == x))
        return x;
    if (fabs(x) > 22.0)
        return x > 0 ? 1.0 : -1.0; /* closer to 1 than a double can say */
    const double y = 2.0 * fabs(x);
    const double e = y < 0.7 ? exp_minus_one(y) : eng_exp(y) - 1.0;
    return copysign(e / (e + 2.0), x);
}
