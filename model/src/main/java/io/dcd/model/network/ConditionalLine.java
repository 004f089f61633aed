package io.dcd.model.network;

import io.dcd.model.layer.DynamicDense;
import io.dcd.model.layer.EngineLayer;
import io.dcd.model.layer.KernelMixture;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.Routing;
import java.util.Optional;
import java.util.Set;

/**
 * CondConv (Yang et al. 2019): eight experts in the last blocks and in the classifier.
 *
 * @param blocks the names of the blocks with experts
 * @param initialization of the fully connected layers
 */
record ConditionalLine(Set<String> blocks, LinearInitialization initialization) implements Line {
    private static final int EXPERTS = 8;

    @Override
    public String name() {
        return "condconv";
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        String name = convolution.name();
        int end = name.lastIndexOf('-');
        return end >= 0 && blocks.contains(name.substring(0, end))
                ? network.mixture(convolution, experts())
                : network.fixed(convolution);
    }

    @Override
    public Optional<EngineLayer> classifier(int inputs, int classes) {
        return Optional.of(new DynamicDense(inputs, classes, new DynamicDense.Options(experts())));
    }

    private KernelMixture experts() {
        return new KernelMixture(EXPERTS, Routing.SIGMOID, 1, initialization);
    }
}
