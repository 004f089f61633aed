package io.dcd.model.network;

import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.SqueezeExcitation;
import java.util.List;
import java.util.Map;

/**
 * The static network with squeeze and excitation after each convolution that DCD makes dynamic.
 *
 * @param reduction channels over the width of the hidden layer
 * @param initialization of the fully connected layers
 */
record SqueezeExcitationLine(int reduction, LinearInitialization initialization) implements Line {
    static final List<NetworkOption> OPTIONS =
            List.of(new NetworkOption("reduction", "≥ 1; 16", "of the hidden layer"));

    /** Hu et al. 2018, table 10. */
    private static final int REDUCTION = 16;

    private static final int SMALLEST = 4;

    static SqueezeExcitationLine of(String text, Conventions conventions) {
        OptionText options = OptionText.parse(text, OPTIONS);
        return new SqueezeExcitationLine(
                options.integer("reduction", 1, Integer.MAX_VALUE).orElse(REDUCTION), conventions.initialization());
    }

    @Override
    public String name() {
        return Line.name(
                Lines.SE,
                Map.of("reduction", String.valueOf(reduction)),
                Map.of("reduction", String.valueOf(REDUCTION)));
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        String fixed = network.fixed(convolution);
        return switch (convolution.kind()) {
            case OUTER, DEPTHWISE -> fixed;
            case POINTWISE, BASIC, BOTTLENECK -> {
                int channels = convolution.outputs();
                int squeezed = Math.max(channels / reduction, SMALLEST);
                yield network.layer(
                        fixed + "-se",
                        fixed,
                        new SqueezeExcitation(channels, new SqueezeExcitation.Options(squeezed, initialization)));
            }
        };
    }
}
