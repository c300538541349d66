/* Networks from text: shapes, names, sizes, and the sentence for what does not fit. */
#include "check.h"
#include "net/network.h"

static const EngShape image = {28, 28, 1};

static EngNetwork *parse(const char *text, EngShape input, unsigned classes)
{
    EngNetwork *net = NULL;
    EngError err = {0};
    CHECK_INT(eng_network_parse(text, input, classes, &net, &err), ENG_OK);
    if (!net)
        printf("# %s\n", err.text);
    return net;
}

static void test_mlp(void)
{
    EngNetwork *net = parse("mlp:256,128", image, 10);
    CHECK_INT(net->op_count, 5);
    CHECK_INT(net->product_count, 3);
    CHECK_INT(net->parameters, 784 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10);
    CHECK_STR(eng_network_product(net, 0)->name, "fc1");
    CHECK_STR(eng_network_product(net, 2)->name, "fc3");
    CHECK(eng_network_product(net, 3) == NULL);
    char buf[48];
    CHECK_STR(eng_op_summary(eng_network_product(net, 0), buf), "784 → 256");
    eng_network_free(net);
}

static void test_cnn(void)
{
    EngNetwork *net = parse("cnn:32,32,p,64,gap", (EngShape){32, 32, 3}, 10);
    CHECK_INT(net->product_count, 4);
    const EngOp *conv3 = eng_network_product(net, 2);
    CHECK_STR(conv3->name, "conv3");
    CHECK(conv3->in.y == 16 && conv3->in.x == 16 && conv3->in.c == 32 && conv3->out.c == 64);
    CHECK_INT(net->parameters,
        9 * 3 * 32 + 9 * 32 * 32 + 9 * 32 * 64 + 2 * (32 + 32 + 64) + 64 * 10 + 10);
    eng_network_free(net);
}

static void test_layer_by_layer(void)
{
    EngNetwork *net =
        parse(" conv3x3-16/2 , relu,pool2, conv5x5-8, bn, gap, fc-5", (EngShape){9, 8, 2}, 5);
    CHECK_INT(net->op_count, 7);
    CHECK(net->ops[0].out.y == 5 && net->ops[0].out.x == 4 && net->ops[0].out.c == 16);
    CHECK(net->ops[2].out.y == 2 && net->ops[2].out.x == 2);
    CHECK_INT(net->ops[3].pad, 2);
    eng_network_free(net);
}

static void test_families(void)
{
    EngNetwork *net = parse("lenet", image, 10);
    CHECK_INT(net->product_count, 5);
    CHECK_INT(
        net->parameters, 26 * 6 + (25 * 6 + 1) * 16 + (49 * 16 + 1) * 120 + 121 * 84 + 85 * 10);
    eng_network_free(net);
    net = parse("resnet-20", (EngShape){32, 32, 3}, 10);
    /* 1 + 3 * 3 * 2 + 1 layers, and the 1x1 shortcuts of the second and third stage. */
    CHECK_INT(net->product_count, 20 + 2);
    const EngOp *last = &net->ops[net->op_count - 2];
    CHECK(last->kind == ENG_OP_GLOBAL_POOL && last->in.y == 8 && last->in.c == 64);
    /* Torch's count for the same network: 3x3 and 1x1 convolutions, two values a channel of batch
     * norm, and the last layer. */
    size_t weights = 9 * 3 * 16 + 6 * 9 * 16 * 16, norms = 7 * 16;
    weights += 9 * 16 * 32 + 5 * 9 * 32 * 32 + 16 * 32;
    weights += 9 * 32 * 64 + 5 * 9 * 64 * 64 + 32 * 64;
    norms += 7 * 32 + 7 * 64;
    CHECK_INT(net->parameters, weights + 2 * norms + 64 * 10 + 10);
    eng_network_free(net);
    net = parse("vgg-s", (EngShape){32, 32, 3}, 10);
    CHECK_INT(net->product_count, 8);
    eng_network_free(net);
}

static void test_mobilenet(void)
{
    EngNetwork *net = parse("mobilenet-s", (EngShape){32, 32, 3}, 10);
    CHECK_INT(net->product_count, 1 + 2 * 6 + 1);
    const EngOp *dw = eng_network_product(net, 3);
    CHECK_STR(dw->name, "dw2");
    CHECK(dw->in.c == 64 && dw->out.c == 64 && dw->out.y == 16);
    size_t weights = 9 * 3 * 32 + 512 * 10 + 10, norms = 32;
    const size_t width[] = {32, 64, 128, 128, 256, 256, 512};
    for (int i = 0; i < 6; i++) {
        weights += 9 * width[i] + width[i] * width[i + 1];
        norms += width[i] + width[i + 1];
    }
    CHECK_INT(net->parameters, weights + 2 * norms);
    eng_network_free(net);
}

static void test_transformer(void)
{
    EngNetwork *net = parse("transformer-s", (EngShape){64, 1, 1}, 65);
    CHECK_INT(net->product_count, 4 * 6 + 1);
    static const char *const names[] = {
        "attn1.qkv", "attn1.qk", "attn1.pv", "attn1.out", "fc1", "fc2", "attn2.qkv"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        CHECK_STR(eng_network_product(net, i)->name, names[i]);
    CHECK_INT(eng_network_targets(net), 64);
    const EngOp *fc1 = eng_network_product(net, 4);
    CHECK(eng_op_rows(fc1) == 64 && eng_op_row_length(fc1) == 128 && fc1->out.c == 512);
    CHECK(eng_network_product(net, 0)->input_gradient);
    const size_t block =
        2 * 2 * 128 + 128 * 384 + 384 + 128 * 128 + 128 + 2 * 128 * 512 + 512 + 128;
    CHECK_INT(net->parameters, (65 + 64) * 128 + 4 * block + 2 * 128 + 128 * 65 + 65);
    char buf[48];
    CHECK_STR(eng_op_summary(eng_network_product(net, 1), buf), "4 heads, 64 × 64");
    CHECK_STR(eng_op_summary(eng_network_product(net, 2), buf), "4 heads, 64 × 32");
    CHECK_STR(eng_op_summary(fc1, buf), "128 → 512");
    eng_network_free(net);
}

/* The gradient stops where nothing before it learns. */
static void test_where_gradients_end(void)
{
    EngNetwork *net = parse("pool2, save, relu, add, fc-20, bn, fc-10", image, 10);
    static const bool learns[] = {false, false, false, true, true, true};
    static const bool wanted[] = {false, false, false, false, true, true};
    CHECK_INT(net->op_count, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK(net->ops[i].learns == learns[i] && net->ops[i].input_gradient == wanted[i]);
    CHECK_INT(net->ops[2].second, 1);
    eng_network_free(net);
}

static void refused(const char *text, EngStatus status, const char *part)
{
    EngNetwork *net = NULL;
    EngError err = {0};
    CHECK_INT(eng_network_parse(text, image, 10, &net, &err), status);
    CHECK_HAS(err.text, part);
    CHECK(net == NULL);
}

static void test_bad_texts(void)
{
    refused("", ENG_ERR_PARSE, "\"\"");
    refused("mlp:256,x", ENG_ERR_PARSE, "\"x\"");
    refused("mlp:0", ENG_ERR_RANGE, "fc1");
    refused("mlp:9999999", ENG_ERR_PARSE, "9999999");
    refused("cnn:32,q", ENG_ERR_PARSE, "\"q\"");
    refused("resnet-1000", ENG_ERR_PARSE, "resnet-1000");
    refused("relu", ENG_ERR_SHAPE, "learn");
    refused("fc-11", ENG_ERR_SHAPE, "fc-10");
    refused("pool2,pool2,pool2,pool2,pool2,fc-10", ENG_ERR_SHAPE, "pool5");
    refused("conv3x5-16,fc-10", ENG_ERR_PARSE, "conv3x5-16");
    refused("conv99x99-16,fc-10", ENG_ERR_RANGE, "conv1");
    refused("conv3x3-16,", ENG_ERR_PARSE, "\"\"");
    refused("dw3x5, fc-10", ENG_ERR_PARSE, "dw3x5");
    refused("dw3x3/9, fc-10", ENG_ERR_RANGE, "dw1");
    refused("drop-1, fc-10", ENG_ERR_RANGE, "drop1");
    refused("drop-x, fc-10", ENG_ERR_PARSE, "drop-x");
    refused("attn-4, fc-10", ENG_ERR_SHAPE, "attn1");
    refused("embed-16, fc-10", ENG_ERR_SHAPE, "embed1");
    refused("avg29, fc-10", ENG_ERR_SHAPE, "avg1");
    refused("add, fc-10", ENG_ERR_SHAPE, "save");
    refused("save, fc-10", ENG_ERR_SHAPE, "add");
    refused("save, fc-10, add", ENG_ERR_SHAPE, "add1");
    refused("transformer-s", ENG_ERR_SHAPE, "embed1");
}

static void test_too_many_layers(void)
{
    char text[8192] = "relu";
    for (int i = 0; i < 1100; i++)
        strcat(text, ",relu");
    refused(text, ENG_ERR_RANGE, "1024");
}

int main(void)
{
    RUN(test_mlp);
    RUN(test_cnn);
    RUN(test_layer_by_layer);
    RUN(test_families);
    RUN(test_mobilenet);
    RUN(test_transformer);
    RUN(test_where_gradients_end);
    RUN(test_bad_texts);
    RUN(test_too_many_layers);
    return check_done();
}
