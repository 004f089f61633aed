package io.dcd.model.network;

import io.dcd.model.layer.KernelMixture;
import io.dcd.model.layer.LinearInitialization;
import io.dcd.model.layer.Routing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * DY-Conv (Chen et al. 2020): several kernels in every convolution but the stem.
 *
 * @param kernels K
 * @param reduction channels over the width of the attention's hidden layer
 * @param initialization of the fully connected layers
 */
record DynamicLine(int kernels, int reduction, LinearInitialization initialization) implements Line {
    static final List<NetworkOption> OPTIONS = List.of(
            new NetworkOption("kernels", "1 … 64; 4", "K, kernels of each convolution"),
            new NetworkOption("reduction", "≥ 1; 4", "of the attention's hidden layer"));

    private static final int KERNELS = 4;
    private static final int REDUCTION = 4;
    private static final int MOST_KERNELS = 64;

    static DynamicLine of(String text, Conventions conventions) {
        OptionText options = OptionText.parse(text, OPTIONS);
        return new DynamicLine(
                options.integer("kernels", 1, MOST_KERNELS).orElse(KERNELS),
                options.integer("reduction", 1, Integer.MAX_VALUE).orElse(REDUCTION),
                conventions.initialization());
    }

    @Override
    public String name() {
        return Line.name(Lines.DYCONV, values(), new DynamicLine(KERNELS, REDUCTION, initialization).values());
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("kernels", String.valueOf(kernels));
        values.put("reduction", String.valueOf(reduction));
        return values;
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        if (convolution.name().equals("stem")) {
            return network.fixed(convolution);
        }
        int squeezed = Math.max(1, convolution.inputs() / reduction);
        return network.mixture(convolution, new KernelMixture(kernels, Routing.SOFTMAX, squeezed, initialization));
    }
}
