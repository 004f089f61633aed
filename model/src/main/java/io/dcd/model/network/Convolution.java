package io.dcd.model.network;

/**
 * A convolution in a network's table, to be written in one line of the comparison or another; padded by (k − 1)/2.
 *
 * @param name of the layer
 * @param input the vertex that it reads
 * @param kind its role, which decides whether it can be dynamic and the sizes of its dynamic parts
 * @param inputs C_in
 * @param outputs C_out
 * @param kernel k
 * @param stride the same in both directions
 * @param depthwise whether each output channel sees the input channel of the same number alone
 */
record Convolution(
        String name, String input, Kind kind, int inputs, int outputs, int kernel, int stride, boolean depthwise) {
    /** The role of a convolution. */
    enum Kind {
        /** The stem, the last one before the classifier, a shortcut, MobileNetV2's first block: static in DCD. */
        OUTER,
        /** A 1×1 layer of an inverted residual. */
        POINTWISE,
        /** The depthwise layer of an inverted residual. */
        DEPTHWISE,
        /** A layer of a basic residual block. */
        BASIC,
        /** A layer of a bottleneck block. */
        BOTTLENECK
    }

    /** One that mixes the channels. */
    Convolution(String name, String input, Kind kind, int inputs, int outputs, int kernel, int stride) {
        this(name, input, kind, inputs, outputs, kernel, stride, false);
    }

    /** A depthwise 3×3 one. */
    static Convolution depthwise(String name, String input, Kind kind, int channels, int stride) {
        return new Convolution(name, input, kind, channels, channels, 3, stride, true);
    }
}
