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
    RUN(test_bad_texts);
    RUN(test_too_many_layers);
    return check_done();
}
