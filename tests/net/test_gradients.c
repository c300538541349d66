/* Every layer's gradient against central differences of the loss, in fp32. */
#include "base/philox.h"
#include "check.h"
#include "net/model.h"
#include <math.h>
#include <stdlib.h>

typedef struct Case {
    EngNetwork *net;
    EngModel *model;
    EngStep step;
    EngFormat (*formats)[ENG_SLOTS];
    uint16_t label[64];
} Case;

#define SAMPLES 6

static void open_case(Case *c, const char *text, EngShape input, unsigned classes)
{
    EngError err = {0};
    const EngKernels *kernels = NULL;
    CHECK_INT(eng_kernels(ENG_ISA_AUTO, &kernels, &err), ENG_OK);
    CHECK_INT(eng_network_parse(text, input, classes, &c->net, &err), ENG_OK);
    CHECK_INT(eng_model_new(c->net, SAMPLES, 3, kernels, NULL, &c->model, &err), ENG_OK);
    c->formats = calloc(c->net->product_count, sizeof *c->formats);
    for (size_t i = 0; i < c->net->product_count; i++) {
        for (int s = 0; s < ENG_SLOTS; s++)
            c->formats[i][s] = eng_format_fp32();
    }
    c->step = (EngStep){
        .formats = (const EngFormat(*)[ENG_SLOTS])c->formats, .samples = SAMPLES, .training = true};
    EngRandom random;
    eng_random_init(&random, 5, 1, 0, 0);
    const bool tokens = c->net->ops[0].kind == ENG_OP_EMBEDDING;
    for (size_t i = 0; i < SAMPLES * eng_shape_size(input); i++)
        eng_model_input(c->model)[i] =
            (float)(tokens ? eng_random_below(&random, classes) : eng_random_normal(&random));
    const size_t targets = SAMPLES * eng_network_targets(c->net);
    CHECK(targets <= sizeof c->label / sizeof *c->label);
    for (size_t i = 0; i < targets; i++)
        c->label[i] = (uint16_t)eng_random_below(&random, classes);
}

static void close_case(Case *c)
{
    eng_model_free(c->model);
    eng_network_free(c->net);
    free(c->formats);
}

static double loss_of(Case *c)
{
    EngError err = {0};
    EngLoss loss = {0};
    CHECK_INT(eng_model_forward(c->model, &c->step, &err), ENG_OK);
    CHECK_INT(eng_model_loss(c->model, &c->step, c->label, &loss, &err), ENG_OK);
    return loss.mean;
}

/* The difference (f(w+h) - f(w-h)) / 2h carries the loss's rounding and that of the forward
 * pass, some 1e-6 of a loss near 2 over 2h = 4e-3: 5e-4, and the third derivative times h^2/6.
 * A wrong factor or a missing term shows as an error of the gradient's own size, a few 1e-2. */
static bool gradient_agrees(Case *c, const EngParam *param, size_t i, float gradient)
{
    const float h = 2e-3f, w = param->value[i];
    param->value[i] = w + h;
    eng_model_touch(c->model);
    const double up = loss_of(c);
    param->value[i] = w - h;
    eng_model_touch(c->model);
    const double down = loss_of(c);
    param->value[i] = w;
    eng_model_touch(c->model);
    const double difference = (up - down) / (2 * h);
    const bool agrees = fabs(difference - gradient) < 1.5e-3 + 0.02 * fabs(difference);
    if (!agrees)
        printf("# %s[%zu]: backward %g, differences %g\n", param->name, i, (double)gradient,
            difference);
    return agrees;
}

static void check_gradients(const char *text, EngShape input, unsigned classes)
{
    Case c = {0};
    EngError err = {0};
    open_case(&c, text, input, classes);
    loss_of(&c);
    CHECK_INT(eng_model_backward(c.model, &c.step, &err), ENG_OK);
    size_t count;
    EngParam *params = eng_model_params(c.model, &count);
    EngRandom random;
    eng_random_init(&random, 9, 2, 0, 0);
    double size = 0;
    int kinks = 0, tried = 0;
    for (size_t p = 0; p < count; p++) {
        float *gradient = malloc(params[p].size * sizeof *gradient);
        memcpy(gradient, params[p].gradient, params[p].size * sizeof *gradient);
        for (int t = 0; t < 12; t++, tried++) {
            const size_t i = eng_random_below(&random, (uint32_t)params[p].size);
            kinks += !gradient_agrees(&c, &params[p], i, gradient[i]);
            size += fabs(gradient[i]);
        }
        free(gradient);
    }
    /* A sample within h of a ReLU's or a maximum's kink has no derivative there. */
    printf("# %s: %d of %d disagree, mean |gradient| %g\n", text, kinks, tried, size / tried);
    CHECK(kinks * 20 <= tried);
    CHECK(size / tried > 3e-3);
    close_case(&c);
}

static void test_linear(void)
{
    check_gradients("fc-4", (EngShape){1, 1, 7}, 4);
}

static void test_mlp(void)
{
    check_gradients("mlp:13,9", (EngShape){1, 1, 7}, 4);
}

static void test_batch_norm(void)
{
    check_gradients("fc-12, bn, relu, fc-3", (EngShape){1, 1, 5}, 3);
}

static void test_convolution(void)
{
    check_gradients("conv3x3-18, relu, conv3x3-17, gap, fc-3", (EngShape){6, 5, 2}, 3);
}

static void test_strided_convolution(void)
{
    check_gradients("conv3x3-18b/2, relu, conv5x5-17b/2, gap, fc-3", (EngShape){7, 6, 2}, 3);
}

static void test_pooling(void)
{
    check_gradients(
        "conv3x3-17, bn, relu, pool2, conv3x3-5, relu, gap, fc-3", (EngShape){7, 6, 2}, 3);
}

static void test_norm_before_the_first_weights(void)
{
    check_gradients("bn, fc-9, relu, fc-3", (EngShape){1, 1, 5}, 3);
}

static void test_residual(void)
{
    check_gradients("resnet-8", (EngShape){6, 6, 2}, 3);
}

static void test_depthwise(void)
{
    check_gradients("conv3x3-18, relu, dw3x3, bn, relu, gap, fc-3", (EngShape){6, 5, 2}, 3);
    check_gradients("conv1x1-7, dw5x5/2, relu, dw3x3/2, gap, fc-3", (EngShape){7, 6, 2}, 3);
}

static void test_average_pooling(void)
{
    check_gradients("conv3x3-9, relu, avg2, conv3x3-5, avg2, fc-3", (EngShape){7, 6, 2}, 3);
}

static void test_layer_norm_and_gelu(void)
{
    check_gradients("fc-19, ln, gelu, fc-7, gelu, ln, fc-3", (EngShape){1, 1, 5}, 3);
}

static void test_dropout(void)
{
    check_gradients("fc-30, drop-0.3, gelu, drop-0.1, fc-3", (EngShape){1, 1, 5}, 3);
    check_gradients("fc-20, bn, drop-0.2, fc-20, bn, relu, drop-0.2, fc-3", (EngShape){1, 1, 5}, 3);
}

static void test_save_and_add(void)
{
    check_gradients(
        "fc-9, save, relu, save, fc-9, gelu, add, fc-9, add, fc-3", (EngShape){1, 1, 5}, 3);
}

static void test_embedding(void)
{
    check_gradients("embed-6, fc-8, gelu, fc-5", (EngShape){4, 1, 1}, 5);
}

static void test_attention(void)
{
    check_gradients("embed-6, attn-2, fc-5", (EngShape){7, 1, 1}, 5);
    check_gradients(
        "embed-8, save, ln, attn-4, add, save, ln, fc-12, gelu, drop-0.2, fc-8, add, ln, fc-5",
        (EngShape){6, 1, 1}, 5);
}

int main(void)
{
    RUN(test_linear);
    RUN(test_mlp);
    RUN(test_batch_norm);
    RUN(test_convolution);
    RUN(test_strided_convolution);
    RUN(test_pooling);
    RUN(test_norm_before_the_first_weights);
    RUN(test_residual);
    RUN(test_depthwise);
    RUN(test_average_pooling);
    RUN(test_layer_norm_and_gelu);
    RUN(test_dropout);
    RUN(test_save_and_add);
    RUN(test_embedding);
    RUN(test_attention);
    return check_done();
}
