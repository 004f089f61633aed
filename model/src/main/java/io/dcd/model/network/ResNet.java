package io.dcd.model.network;

import static org.nd4j.linalg.activations.Activation.RELU;

import io.dcd.engine.lowering.InitialValues;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.network.Convolution.Kind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;

/**
 * ResNet (He et al. 2016, table 1; 10 layers as in the DCD paper) in any line of the comparison. The second layer of a
 * bottleneck has the stride, as in PyTorch's models, from which the authors' code comes.
 *
 * @param shape its depth, its blocks
 * @param line how its convolutions and its classifier are written
 */
record ResNet(Shape shape, Line line) implements NetworkDefinition {
    /** What tells one depth from another. */
    enum Shape {
        RESNET10(10, false, 1, 1, 1, 1),
        RESNET18(18, false, 2, 2, 2, 2),
        RESNET34(34, false, 3, 4, 6, 3),
        RESNET50(50, true, 3, 4, 6, 3);

        private final int depth;
        private final boolean bottleneck;
        private final List<Integer> repeats;

        Shape(int depth, boolean bottleneck, Integer... repeats) {
            this.depth = depth;
            this.bottleneck = bottleneck;
            this.repeats = List.of(repeats);
        }

        int depth() {
            return depth;
        }
    }

    private static final int STEM_CHANNELS = 64;

    /** Output channels of a bottleneck over its inner ones. */
    private static final int BOTTLENECK_EXPANSION = 4;

    /** r of every dynamic layer (section 5.1). */
    private static final int REDUCTION = 16;

    /** Yang et al. 2019, section 4.1, for ResNet-50. */
    private static final int CONDITIONAL_BLOCKS = 3;

    /** What it says about the lines of the comparison in this {@code shape}. */
    static Conventions conventions(Shape shape) {
        EnumSet<Place> places = EnumSet.of(Place.POINTWISE, Place.CLASSIFIER);
        List<String> blocks = new ArrayList<>();
        for (int stage = 0; stage < shape.repeats.size(); stage++) {
            for (int i = 0; i < shape.repeats.get(stage); i++) {
                blocks.add(blockName(stage, i));
            }
        }
        // The published parameter counts have the dynamic classifier in ResNet-50 alone.
        return new Conventions(
                LinearInitialization.UNIFORM,
                places,
                shape.bottleneck ? places : EnumSet.of(Place.POINTWISE),
                REDUCTION,
                blocks,
                CONDITIONAL_BLOCKS);
    }

    @Override
    public String name() {
        return "resnet%d-%s".formatted(shape.depth, line.name());
    }

    @Override
    public ComputationGraphConfiguration configuration(NetworkOptions options) {
        NetworkWriter network = new NetworkWriter(options);
        String last = line.write(
                network, new Convolution("stem", "input", Kind.OUTER, 3, STEM_CHANNELS, 7, options.stemStride()));
        last = network.normalization(last, STEM_CHANNELS, RELU);
        last = network.maxPooling("stem-pool", last, 3, 2);
        int channels = STEM_CHANNELS;
        int width = STEM_CHANNELS;
        for (int stage = 0; stage < shape.repeats.size(); stage++) {
            for (int i = 0; i < shape.repeats.get(stage); i++) {
                String name = blockName(stage, i);
                int stride = stage > 0 && i == 0 ? 2 : 1;
                int outputs = shape.bottleneck ? width * BOTTLENECK_EXPANSION : width;
                last = block(network, name, last, channels, width, outputs, stride);
                channels = outputs;
            }
            width *= 2;
        }
        InitialValues weights = new InitialValues.Linear(1 / Math.sqrt(channels));
        return network.endInClassifier(network.pooledFeatures(last), channels, line, weights);
    }

    private static String blockName(int stage, int index) {
        return "stage%d-block%d".formatted(stage + 1, index + 1);
    }

    private String block(
            NetworkWriter network, String name, String input, int inputs, int width, int outputs, int stride) {
        String last = shape.bottleneck
                ? bottleneck(network, name, input, inputs, width, outputs, stride)
                : basic(network, name, input, inputs, width, stride);
        String shortcut = input;
        if (stride > 1 || inputs != outputs) {
            shortcut = line.write(
                    network, new Convolution(name + "-shortcut", input, Kind.OUTER, inputs, outputs, 1, stride));
            shortcut = network.normalization(shortcut, outputs);
        }
        return network.activation(network.sum(name + "-sum", shortcut, last), RELU);
    }

    private String basic(NetworkWriter network, String name, String input, int inputs, int width, int stride) {
        String last =
                line.write(network, new Convolution(name + "-first", input, Kind.BASIC, inputs, width, 3, stride));
        last = network.normalization(last, width, RELU);
        last = line.write(network, new Convolution(name + "-second", last, Kind.BASIC, width, width, 3, 1));
        return network.normalization(last, width);
    }

    private String bottleneck(
            NetworkWriter network, String name, String input, int inputs, int width, int outputs, int stride) {
        String last =
                line.write(network, new Convolution(name + "-reduce", input, Kind.BOTTLENECK, inputs, width, 1, 1));
        last = network.normalization(last, width, RELU);
        last = line.write(network, new Convolution(name + "-filter", last, Kind.BOTTLENECK, width, width, 3, stride));
        last = network.normalization(last, width, RELU);
        last = line.write(network, new Convolution(name + "-expand", last, Kind.BOTTLENECK, width, outputs, 1, 1));
        return network.normalization(last, outputs);
    }
}
