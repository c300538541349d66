/* The elementwise passes for any vector width; see quantize_simd.h for how this works. Needs VN,
 * VF, VI and, beyond what is named there,
 *   vf_store_part(p, v, n)  vf_add vf_sub
 *   vf_clamp(v): v < 0 ? 0 : v, NaN and -0 as they are
 *   vf_where_positive(y, x): y > 0 ? x : +0 */

INLINE unsigned lanes_left(size_t i, size_t n)
{
    return n - i < VN ? (unsigned)(n - i) : VN;
}

static uint32_t max_abs(const float *x, size_t n)
{
    const VI magnitude = vi_set(0x7fffffff);
    VI largest = vi_set(0);
    for (size_t i = 0; i < n; i += VN)
        largest =
            vi_max(largest, vi_and(vi_of_bits(vf_load_part(x + i, lanes_left(i, n))), magnitude));
    int32_t lane[VN];
    vi_store(lane, largest);
    int32_t most = 0;
    for (unsigned i = 0; i < VN; i++)
        most = lane[i] > most ? lane[i] : most;
    return (uint32_t)most;
}

static void relu(float *x, size_t n)
{
    for (size_t i = 0; i < n; i += VN) {
        const unsigned lanes = lanes_left(i, n);
        vf_store_part(x + i, vf_clamp(vf_load_part(x + i, lanes)), lanes);
    }
}

static void relu_backward(float *dx, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i += VN) {
        const unsigned lanes = lanes_left(i, n);
        const VF kept = vf_where_positive(vf_load_part(y + i, lanes), vf_load_part(dx + i, lanes));
        vf_store_part(dx + i, kept, lanes);
    }
}

static void add_bias(float *x, const float *bias, size_t rows, size_t n)
{
    for (size_t r = 0; r < rows; r++, x += n) {
        for (size_t i = 0; i < n; i += VN) {
            const unsigned lanes = lanes_left(i, n);
            vf_store_part(
                x + i, vf_add(vf_load_part(x + i, lanes), vf_load_part(bias + i, lanes)), lanes);
        }
    }
}

static void sgd(
    float *w, float *v, const float *g, size_t n, float lr, float mu, float decay, bool nesterov)
{
    const VF rate = vf_set(lr), keep = vf_set(mu), pull = vf_set(decay);
    for (size_t i = 0; i < n; i += VN) {
        const unsigned lanes = lanes_left(i, n);
        const VF weight = vf_load_part(w + i, lanes);
        const VF slope = vf_add(vf_load_part(g + i, lanes), vf_mul(pull, weight));
        const VF speed = vf_add(vf_mul(keep, vf_load_part(v + i, lanes)), slope);
        const VF move = nesterov ? vf_add(slope, vf_mul(keep, speed)) : speed;
        vf_store_part(v + i, speed, lanes);
        vf_store_part(w + i, vf_sub(weight, vf_mul(rate, move)), lanes);
    }
}
