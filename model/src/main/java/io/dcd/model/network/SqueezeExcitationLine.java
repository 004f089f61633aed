package io.dcd.model.network;

import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.SqueezeExcitation;

/**
 * The static network with squeeze and excitation after each convolution that DCD makes dynamic.
 *
 * @param initialization of the fully connected layers
 */
record SqueezeExcitationLine(LinearInitialization initialization) implements Line {
    /** Hu et al. 2018, table 10. */
    private static final int REDUCTION = 16;

    private static final int SMALLEST = 4;

    @Override
    public String name() {
        return "se";
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        String fixed = network.fixed(convolution);
        return switch (convolution.kind()) {
            case OUTER, DEPTHWISE -> fixed;
            case POINTWISE, BASIC, BOTTLENECK -> {
                int channels = convolution.outputs();
                int squeezed = Math.max(channels / REDUCTION, SMALLEST);
                yield network.layer(
                        fixed + "-se",
                        fixed,
                        new SqueezeExcitation(channels, new SqueezeExcitation.Options(squeezed, initialization)));
            }
        };
    }
}
