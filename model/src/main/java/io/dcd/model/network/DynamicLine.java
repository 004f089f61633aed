package io.dcd.model.network;

import io.dcd.model.layer.KernelMixture;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.Routing;

/**
 * DY-Conv (Chen et al. 2020): four kernels in every convolution but the stem.
 *
 * @param initialization of the fully connected layers
 */
record DynamicLine(LinearInitialization initialization) implements Line {
    private static final int KERNELS = 4;

    /** The attention's hidden layer has a quarter of the channels. */
    private static final int REDUCTION = 4;

    @Override
    public String name() {
        return "dyconv";
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        if (convolution.name().equals("stem")) {
            return network.fixed(convolution);
        }
        int squeezed = Math.max(1, convolution.inputs() / REDUCTION);
        KernelMixture mixture = new KernelMixture(KERNELS, Routing.SOFTMAX, squeezed, initialization);
        return network.mixture(convolution, mixture);
    }
}
