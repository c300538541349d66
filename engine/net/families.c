#include "net/families.h"
#include <string.h>

/* Each step of a family is tried only while all before it succeeded. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        const EngStatus status_ = (call);                                                          \
        if (status_ != ENG_OK)                                                                     \
            return status_;                                                                        \
    } while (0)

static EngStatus conv_relu_pool(EngBuilder *b, unsigned channels, unsigned kernel)
{
    TRY(eng_builder_conv(b, channels, kernel, 1, true));
    TRY(eng_builder_relu(b));
    return eng_builder_max_pool(b, 2);
}

static EngStatus linear_relu(EngBuilder *b, unsigned width)
{
    TRY(eng_builder_linear(b, width));
    return eng_builder_relu(b);
}

/* LeNet-5's widths (Y. LeCun et al., Proceedings of the IEEE, 1998) with ReLU, max pooling and
 * convolutions that keep the image's size. */
static EngStatus build_lenet(EngBuilder *b, unsigned blocks)
{
    TRY(conv_relu_pool(b, 6, 5));
    TRY(conv_relu_pool(b, 16, 5));
    TRY(linear_relu(b, 120));
    TRY(linear_relu(b, 84));
    return eng_builder_linear(b, b->net->classes);
}

static EngStatus conv_norm(EngBuilder *b, unsigned channels, unsigned kernel, unsigned stride)
{
    TRY(eng_builder_conv(b, channels, kernel, stride, false));
    return eng_builder_batch_norm(b);
}

static EngStatus conv_norm_relu(EngBuilder *b, unsigned channels, unsigned stride)
{
    TRY(conv_norm(b, channels, 3, stride));
    return eng_builder_relu(b);
}

/* Three stages of two 3x3 convolutions and a pool, in the manner of VGG (K. Simonyan,
 * A. Zisserman, ICLR 2015), with batch norm and a small head. */
static EngStatus build_vgg(EngBuilder *b, unsigned blocks)
{
    for (unsigned stage = 0; stage < 3; stage++) {
        TRY(conv_norm_relu(b, 32u << stage, 1));
        TRY(conv_norm_relu(b, 32u << stage, 1));
        TRY(eng_builder_max_pool(b, 2));
    }
    TRY(linear_relu(b, 256));
    return eng_builder_linear(b, b->net->classes);
}

/* Two 3x3 convolutions beside a shortcut, which is a 1x1 convolution where the shape changes. */
static EngStatus residual_block(EngBuilder *b, unsigned channels, unsigned stride)
{
    const int entry = b->last;
    const bool same = stride == 1 && b->shape.c == channels;
    TRY(conv_norm_relu(b, channels, stride));
    TRY(conv_norm(b, channels, 3, 1));
    const int main_path = b->last;
    int shortcut = entry;
    if (!same) {
        eng_builder_branch(b, entry);
        TRY(conv_norm(b, channels, 1, stride));
        shortcut = b->last;
        eng_builder_branch(b, main_path);
    }
    TRY(eng_builder_add(b, shortcut));
    return eng_builder_relu(b);
}

/* The small residual networks of K. He et al., "Deep Residual Learning", CVPR 2016, section 4.2:
 * 16, 32 and 64 channels, `blocks` blocks each; 6 blocks + 2 layers deep. */
static EngStatus build_resnet(EngBuilder *b, unsigned blocks)
{
    TRY(conv_norm_relu(b, 16, 1));
    for (unsigned stage = 0; stage < 3; stage++) {
        for (unsigned i = 0; i < blocks; i++)
            TRY(residual_block(b, 16u << stage, stage > 0 && i == 0 ? 2 : 1));
    }
    TRY(eng_builder_global_pool(b));
    return eng_builder_linear(b, b->net->classes);
}

/* A depthwise 3x3 and a 1x1 convolution, which together stand for one 3x3. */
static EngStatus separable(EngBuilder *b, unsigned channels, unsigned stride)
{
    TRY(eng_builder_depthwise(b, 3, stride));
    TRY(eng_builder_batch_norm(b));
    TRY(eng_builder_relu(b));
    TRY(conv_norm(b, channels, 1, 1));
    return eng_builder_relu(b);
}

/* The depthwise separable convolutions of MobileNets (A. Howard et al., arXiv 1704.04861), six
 * blocks on small images. */
static EngStatus build_mobilenet(EngBuilder *b, unsigned blocks)
{
    TRY(conv_norm_relu(b, 32, 1));
    for (unsigned i = 0; i < blocks; i++)
        TRY(separable(b, 64u << (i + 1) / 2, i % 2 + 1));
    TRY(eng_builder_global_pool(b));
    return eng_builder_linear(b, b->net->classes);
}

/* Layer norm before each part (R. Xiong et al., ICML 2020), attention, two linear layers with GELU
 * between, both beside a shortcut. */
static EngStatus transformer_block(EngBuilder *b, unsigned heads)
{
    const unsigned width = b->shape.c;
    TRY(eng_builder_save(b));
    TRY(eng_builder_layer_norm(b));
    TRY(eng_builder_attention(b, heads));
    TRY(eng_builder_restore(b));
    TRY(eng_builder_save(b));
    TRY(eng_builder_layer_norm(b));
    TRY(eng_builder_linear(b, 4 * width));
    TRY(eng_builder_gelu(b));
    TRY(eng_builder_linear(b, width));
    return eng_builder_restore(b);
}

/* A decoder (A. Vaswani et al., "Attention Is All You Need", NIPS 2017) over characters: vectors
 * of 128, 4 heads. */
static EngStatus build_transformer(EngBuilder *b, unsigned blocks)
{
    TRY(eng_builder_embedding(b, 128));
    for (unsigned i = 0; i < blocks; i++)
        TRY(transformer_block(b, 4));
    TRY(eng_builder_layer_norm(b));
    return eng_builder_linear(b, b->net->classes);
}

static const struct {
    const char *name;
    EngStatus (*build)(EngBuilder *b, unsigned blocks);
    unsigned blocks;
} families[] = {
    {"lenet", build_lenet, 0},
    {"vgg-s", build_vgg, 0},
    {"resnet-8", build_resnet, 1},
    {"resnet-14", build_resnet, 2},
    {"resnet-20", build_resnet, 3},
    {"mobilenet-s", build_mobilenet, 6},
    {"transformer-s", build_transformer, 4},
};

bool eng_family_build(EngBuilder *b, const char *name, EngStatus *status)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        if (strcmp(name, families[i].name) == 0) {
            *status = families[i].build(b, families[i].blocks);
            return true;
        }
    }
    return false;
}

const char *eng_family_names(void)
{
    return "lenet, vgg-s, resnet-8, resnet-14, resnet-20, mobilenet-s, transformer-s";
}
