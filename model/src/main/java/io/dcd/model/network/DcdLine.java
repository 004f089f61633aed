package io.dcd.model.network;

import static io.dcd.model.network.OptionText.check;

import io.dcd.model.layer.DcdConvolution;
import io.dcd.model.layer.DcdDense;
import io.dcd.model.layer.DcdDepthwiseConvolution;
import io.dcd.model.layer.DcdJointConvolution;
import io.dcd.model.layer.DynamicBranch;
import io.dcd.model.layer.EngineLayer;
import io.dcd.model.layer.LatentSpace;
import io.dcd.model.layer.Window;
import java.util.Optional;
import java.util.Set;

/**
 * Dynamic Convolution Decomposition. The sizes of the branches are those of the authors' published code, which alone
 * reproduce the published parameter counts.
 *
 * @param options the ablations
 * @param conventions of the network
 */
record DcdLine(DcdOptions options, Conventions conventions) implements Line {
    /** L and S of the dynamic classifier, whatever its width. */
    private static final int CLASSIFIER = 32;

    /** The smallest S. */
    private static final int SMALLEST = 4;

    DcdLine {
        Set<Place> dynamic = options.places().orElse(conventions.usualPlaces());
        for (Place place : dynamic) {
            check(
                    conventions.places().contains(place),
                    "this network has no %s layers, leave them out of places",
                    place.abbreviation());
        }
        boolean depthwise = conventions.places().contains(Place.DEPTHWISE);
        check(!options.joint() || !depthwise, "joint=true needs k×k convolutions that are not depthwise");
        check(
                options.elements().isEmpty() || options.joint() || dynamic.contains(Place.DEPTHWISE),
                "elements has a meaning for joint fusion and for depthwise layers alone");
    }

    @Override
    public String name() {
        String changed = options.toString();
        return changed.isEmpty() ? Lines.DCD.key() : Lines.DCD.key() + ":" + changed;
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        return switch (convolution.kind()) {
            case OUTER -> network.fixed(convolution);
            case DEPTHWISE -> dynamic(Place.DEPTHWISE) ? depthwise(network, convolution) : network.fixed(convolution);
            case POINTWISE, BASIC, BOTTLENECK ->
                dynamic(Place.POINTWISE) ? full(network, convolution) : network.fixed(convolution);
        };
    }

    @Override
    public Optional<EngineLayer<?>> classifier(int inputs, int classes) {
        if (!dynamic(Place.CLASSIFIER)) {
            return Optional.empty();
        }
        DcdDense.Options layer =
                new DcdDense.Options(branch(1, CLASSIFIER), new LatentSpace(CLASSIFIER, 1, options.form()));
        return Optional.of(new DcdDense(inputs, classes, layer));
    }

    private String depthwise(NetworkWriter network, Convolution convolution) {
        Window window = window(convolution);
        int pooling = options.pooling().orElse(1);
        int elements = elements(convolution, window);
        DynamicBranch branch = branch(pooling, squeezed(convolution, pooling, elements * elements));
        DcdDepthwiseConvolution.Options layer = new DcdDepthwiseConvolution.Options(window, branch, elements);
        return network.layer(
                convolution.name(), convolution.input(), new DcdDepthwiseConvolution(convolution.inputs(), layer));
    }

    private String full(NetworkWriter network, Convolution convolution) {
        int inputs = convolution.inputs();
        int outputs = convolution.outputs();
        int pooling = options.pooling().orElse(usualPooling(convolution));
        Window window = window(convolution);
        if (options.joint() && window.kernel() > 1) {
            int elements = elements(convolution, window);
            int dimension = LatentSize.joint(options, convolution, elements);
            DynamicBranch branch = branch(pooling, squeezed(convolution, pooling, dimension * dimension * elements));
            LatentSpace latent = new LatentSpace(dimension, 1, options.form());
            return network.layer(
                    convolution.name(),
                    convolution.input(),
                    new DcdJointConvolution(
                            inputs, outputs, new DcdJointConvolution.Options(window, branch, latent, elements)));
        }
        int whole = LatentSize.of(options, convolution, pooling, 1);
        // The branch keeps its width when the residual is divided into blocks: so the counts of table 3a come out.
        DynamicBranch branch = branch(pooling, squeezed(convolution, pooling, whole * whole));
        int blocks = options.blocks();
        check(
                inputs % blocks == 0 && outputs % blocks == 0,
                "blocks=%d does not divide the %d and %d channels of %s",
                blocks,
                inputs,
                outputs,
                convolution.name());
        int dimension = blocks * LatentSize.of(options, convolution, pooling, blocks);
        LatentSpace latent = new LatentSpace(dimension, blocks, options.form());
        return network.layer(
                convolution.name(),
                convolution.input(),
                new DcdConvolution(inputs, outputs, new DcdConvolution.Options(window, branch, latent)));
    }

    private int elements(Convolution convolution, Window window) {
        int elements = options.elements().orElse(Math.max(1, window.taps() / 2));
        check(
                elements <= window.taps(),
                "elements=%d is more than the k² = %d of %s",
                elements,
                window.taps(),
                convolution.name());
        return elements;
    }

    private int squeezed(Convolution convolution, int pooling, int entries) {
        int pooled = convolution.inputs() * pooling * pooling;
        int squeezed = Math.max(pooled, entries) / options.reduction().orElse(conventions.reduction());
        return Math.max(squeezed, SMALLEST);
    }

    private static int usualPooling(Convolution convolution) {
        return switch (convolution.kind()) {
            case POINTWISE -> convolution.inputs() < convolution.outputs() ? 2 : 1;
            case BASIC -> 2;
            case BOTTLENECK, DEPTHWISE, OUTER -> 1;
        };
    }

    private DynamicBranch branch(int pooling, int squeezed) {
        return new DynamicBranch(
                pooling, squeezed, options.attention(), options.fusion(), conventions.initialization());
    }

    private static Window window(Convolution convolution) {
        return new Window(convolution.kernel(), convolution.stride());
    }

    private boolean dynamic(Place place) {
        return options.places().orElse(conventions.usualPlaces()).contains(place);
    }
}
