package io.dcd.model.network;

import io.dcd.model.layer.DcdConvolution;
import io.dcd.model.layer.DcdDense;
import io.dcd.model.layer.DynamicBranch;
import io.dcd.model.layer.EngineLayer;
import io.dcd.model.layer.LinearInitialization;
import java.math.BigInteger;
import java.util.Optional;
import java.util.Set;

/**
 * Dynamic Convolution Decomposition. The sizes of the branches are those of the authors' published code, which alone
 * reproduce the published parameter counts.
 *
 * @param options the ablations
 * @param usualPlaces where the network is dynamic unless the options say otherwise
 * @param usualReduction r unless the options say otherwise
 * @param initialization of the fully connected layers
 */
record DcdLine(DcdOptions options, Set<Place> usualPlaces, int usualReduction, LinearInitialization initialization)
        implements Line {
    /** L and S of the dynamic classifier, whatever its width. */
    private static final int CLASSIFIER = 32;

    /** The smallest L and S. */
    private static final int SMALLEST = 4;

    @Override
    public String name() {
        String changed = options.toString();
        return changed.isEmpty() ? "dcd" : "dcd:" + changed;
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        int inputs = convolution.inputs();
        return switch (convolution.kind()) {
            case OUTER, DEPTHWISE -> network.fixed(convolution);
            case POINTWISE -> dynamic(network, convolution, inputs < convolution.outputs() ? 2 : 1);
            case BASIC -> dynamic(network, convolution, 2);
            case BOTTLENECK -> dynamic(network, convolution, 1);
        };
    }

    @Override
    public Optional<EngineLayer> classifier(int inputs, int classes) {
        if (!places().contains(Place.CLASSIFIER)) {
            return Optional.empty();
        }
        DynamicBranch branch = branch(1, CLASSIFIER, CLASSIFIER);
        return Optional.of(new DcdDense(inputs, classes, new DcdDense.Options(branch)));
    }

    private String dynamic(NetworkWriter network, Convolution convolution, int usualPooling) {
        if (!places().contains(Place.POINTWISE)) {
            return network.fixed(convolution);
        }
        int pooling = options.pooling().orElse(usualPooling);
        int pooled = convolution.inputs() * pooling * pooling;
        int latent = latent(convolution, pooled);
        int squeezed = Math.max(pooled, latent * latent) / options.reduction().orElse(usualReduction);
        DynamicBranch branch = branch(pooling, latent, Math.max(squeezed, SMALLEST));
        DcdConvolution.Options layer = new DcdConvolution.Options(convolution.kernel(), convolution.stride(), branch);
        return network.layer(
                convolution.name(),
                convolution.input(),
                new DcdConvolution(convolution.inputs(), convolution.outputs(), layer));
    }

    private int latent(Convolution convolution, int pooled) {
        int latent =
                switch (options.rule()) {
                    case REFERENCE -> referenceLatent(convolution, pooled);
                    case HALVING, POWER -> options.rule().latent(Math.min(convolution.inputs(), convolution.outputs()));
                };
        return Math.max((int) (latent * options.multiplier()), Math.min(latent, SMALLEST));
    }

    private static int referenceLatent(Convolution convolution, int pooled) {
        if (convolution.kind() != Convolution.Kind.POINTWISE) {
            return (int) Math.sqrt(pooled);
        }
        int outputs = convolution.outputs();
        int divisor = convolution.inputs() < outputs ? 8 : 2;
        int latent = Math.min(pooled / divisor, outputs / divisor);
        while (latent * latent > 2 * pooled) {
            divisor *= 2;
            latent = Math.min(pooled / divisor, outputs / divisor);
        }
        return Math.max(latent, SMALLEST);
    }

    private DynamicBranch branch(int pooling, int latent, int squeezed) {
        int blocks = BigInteger.valueOf(options.blocks())
                .gcd(BigInteger.valueOf(latent))
                .intValueExact();
        return new DynamicBranch(
                pooling,
                latent,
                squeezed,
                options.attention(),
                options.fusion(),
                blocks,
                options.form(),
                initialization);
    }

    private Set<Place> places() {
        return options.places().orElse(usualPlaces);
    }
}
