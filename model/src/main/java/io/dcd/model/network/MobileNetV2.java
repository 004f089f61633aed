package io.dcd.model.network;

import static org.nd4j.linalg.activations.Activation.RELU6;

import io.dcd.engine.lowering.InitialValues;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.network.Convolution.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * MobileNetV2 (Sandler et al. 2018, table 2) at any width, in any line of the comparison.
 *
 * @param width the width multiplier
 * @param line how its convolutions and its classifier are written
 */
record MobileNetV2(double width, Line line) implements NetworkDefinition {
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

    /** Yang et al. 2019, section 4.1. */
    private static final int CONDITIONAL_BLOCKS = 6;

    /** What it says about the lines of the comparison at this {@code width}. */
    static Conventions conventions(double width) {
        int blocks = TABLE.stream().mapToInt(Row::repeats).sum();
        return new Conventions(
                LinearInitialization.NORMAL,
                EnumSet.allOf(Place.class),
                EnumSet.of(Place.POINTWISE, Place.CLASSIFIER),
                width < 1 ? 8 : 16,
                IntStream.rangeClosed(1, blocks).mapToObj(i -> "block" + i).toList(),
                CONDITIONAL_BLOCKS);
    }

    @Override
    public String name() {
        return "mobilenetv2-x%s-%s".formatted(width, line.name());
    }

    @Override
    public ComputationGraphConfiguration configuration(NetworkOptions options) {
        NetworkWriter network = new NetworkWriter(options);
        int channels = channels(STEM_CHANNELS);
        String last =
                line.write(network, new Convolution("stem", "input", Kind.OUTER, 3, channels, 3, options.stemStride()));
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
        last = line.write(network, new Convolution("head", last, Kind.OUTER, channels, head, 1, 1));
        last = network.pooledFeatures(network.normalization(last, head, RELU6));
        return network.endInClassifier(last, head, line, new InitialValues.Normal(0.01));
    }

    /** An inverted residual: expand, filter depthwise, project; with a shortcut where the shape stays. */
    private String block(
            NetworkWriter network, String name, String input, int inputs, int outputs, int expansion, int stride) {
        int hidden = inputs * expansion;
        // The first block, which does not expand, is static everywhere.
        Kind pointwise = expansion > 1 ? Kind.POINTWISE : Kind.OUTER;
        String last = input;
        if (expansion > 1) {
            last = line.write(network, new Convolution(name + "-expand", last, pointwise, inputs, hidden, 1, 1));
            last = network.normalization(last, hidden, RELU6);
        }
        Kind depthwise = expansion > 1 ? Kind.DEPTHWISE : Kind.OUTER;
        last = line.write(network, Convolution.depthwise(name + "-depthwise", last, depthwise, hidden, stride));
        last = network.normalization(last, hidden, RELU6);
        last = line.write(network, new Convolution(name + "-project", last, pointwise, hidden, outputs, 1, 1));
        last = network.normalization(last, outputs);
        return stride == 1 && inputs == outputs ? network.sum(name + "-sum", input, last) : last;
    }

    /** {@code full} channels at this width: a multiple of 8, at least 8, never below 90 % of the exact number. */
    private int channels(int full) {
        double exact = full * width;
        int rounded = Math.max(8, (int) (exact + 4) / 8 * 8);
        return rounded < 0.9 * exact ? rounded + 8 : rounded;
    }
}
