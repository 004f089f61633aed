package io.dcd.model.network;

import static org.nd4j.linalg.activations.Activation.RELU6;

import io.dcd.engine.lowering.InitialValues;
import io.dcd.model.layer.DcdConvolution;
import io.dcd.model.layer.DcdDense;
import io.dcd.model.layer.LinearInitialization;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * MobileNetV2 (Sandler et al. 2018, table 2), static or with DCD in its pointwise layers and its classifier (the paper's
 * section 5). Static in every case: the stem, the first block (expansion 1), the depthwise convolutions and the last
 * pointwise layer.
 *
 * @param width the width multiplier
 * @param pointwise whether the pointwise layers are dynamic
 * @param classifier whether the classifier is dynamic
 * @param reduction r of the dynamic pointwise layers
 */
record MobileNetV2(double width, boolean pointwise, boolean classifier, int reduction) implements NetworkDefinition {
    /** A row of the paper's table: {@code repeats} blocks, of which the first has the stride. */
    private record Row(int expansion, int channels, int repeats, int stride) {}

    private static final List<Row> TABLE = List.of(
            new Row(1, 16, 1, 1),
            new Row(6, 24, 2, 2),
            new Row(6, 32, 3, 2),
            new Row(6, 64, 4, 2),
            new Row(6, 96, 3, 1),
            new Row(6, 160, 3, 2),
            new Row(6, 320, 1, 1));

    private static final int STEM_CHANNELS = 32;
    private static final int HEAD_CHANNELS = 1280;

    /** Without dynamic parts. */
    static MobileNetV2 fixed(double width) {
        return new MobileNetV2(width, false, false, 1);
    }

    /** With DCD where the paper uses it, and the paper's reductions. */
    static MobileNetV2 dcd(double width) {
        return new MobileNetV2(width, true, true, width < 1 ? 8 : 16);
    }

    @Override
    public String name() {
        return "mobilenetv2-x%s-%s".formatted(width, pointwise ? "dcd" : "static");
    }

    @Override
    public ComputationGraphConfiguration configuration(NetworkOptions options) {
        NetworkWriter network = new NetworkWriter(options);
        int channels = channels(STEM_CHANNELS);
        String last = network.convolution("stem", "input", 3, channels, 3, options.stemStride());
        last = network.normalization(last, channels, RELU6);
        int number = 1;
        for (Row row : TABLE) {
            for (int i = 0; i < row.repeats(); i++) {
                int outputs = channels(row.channels());
                int stride = i == 0 ? row.stride() : 1;
                last = block(network, "block" + number++, last, channels, outputs, row.expansion(), stride);
                channels = outputs;
            }
        }
        int head = width > 1 ? channels(HEAD_CHANNELS) : HEAD_CHANNELS;
        last = network.convolution("head", last, channels, head, 1, 1);
        last = network.pooledFeatures(network.normalization(last, head, RELU6));
        if (classifier) {
            DcdDense.Options dynamic = new DcdDense.Options(ReferenceBranches.classifier(LinearInitialization.NORMAL));
            return network.endInClassifier(last, new DcdDense(head, options.classes(), dynamic));
        }
        return network.endInClassifier(last, head, new InitialValues.Normal(0.01));
    }

    /** An inverted residual: expand, filter depthwise, project; with a shortcut where the shape stays. */
    private String block(
            NetworkWriter network, String name, String input, int inputs, int outputs, int expansion, int stride) {
        int hidden = inputs * expansion;
        String last = input;
        if (expansion > 1) {
            last = pointwise(network, name + "-expand", last, inputs, hidden, pointwise);
            last = network.normalization(last, hidden, RELU6);
        }
        last = network.depthwise(name + "-depthwise", last, hidden, stride);
        last = network.normalization(last, hidden, RELU6);
        last = pointwise(network, name + "-project", last, hidden, outputs, pointwise && expansion > 1);
        last = network.normalization(last, outputs);
        return stride == 1 && inputs == outputs ? network.sum(name + "-sum", input, last) : last;
    }

    private String pointwise(
            NetworkWriter network, String name, String input, int inputs, int outputs, boolean dynamic) {
        if (!dynamic) {
            return network.convolution(name, input, inputs, outputs, 1, 1);
        }
        DcdConvolution.Options options =
                new DcdConvolution.Options(1, 1, ReferenceBranches.pointwise(inputs, outputs, reduction));
        return network.layer(name, input, new DcdConvolution(inputs, outputs, options));
    }

    /** {@code full} channels at this width: a multiple of 8, at least 8, never below 90 % of the exact number. */
    private int channels(int full) {
        double exact = full * width;
        int rounded = Math.max(8, (int) (exact + 4) / 8 * 8);
        return rounded < 0.9 * exact ? rounded + 8 : rounded;
    }
}
