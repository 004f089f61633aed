package io.dcd.model.network;

import io.dcd.model.layer.DynamicDense;
import io.dcd.model.layer.EngineLayer;
import io.dcd.model.layer.KernelMixture;
import io.dcd.model.layer.Routing;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * CondConv (Yang et al. 2019): several experts in the last blocks and in the classifier.
 *
 * @param experts K
 * @param blocks how many of the last blocks have experts
 * @param conventions of the network
 */
record ConditionalLine(int experts, int blocks, Conventions conventions) implements Line {
    static final List<NetworkOption> OPTIONS = List.of(
            new NetworkOption("experts", "1 … 64; 8", "K, kernels of each convolution and of the classifier"),
            new NetworkOption(
                    "blocks", "≥ 0; 6 in MobileNetV2, 3 in ResNet", "how many of the last blocks have experts"));

    private static final int EXPERTS = 8;
    private static final int MOST_EXPERTS = 64;

    static ConditionalLine of(String text, Conventions conventions) {
        OptionText options = OptionText.parse(text, OPTIONS);
        return new ConditionalLine(
                options.integer("experts", 1, MOST_EXPERTS).orElse(EXPERTS),
                options.integer("blocks", 0, conventions.blocks().size()).orElse(conventions.conditionalBlocks()),
                conventions);
    }

    @Override
    public String name() {
        ConditionalLine usual = new ConditionalLine(EXPERTS, conventions.conditionalBlocks(), conventions);
        return Line.name(Lines.CONDCONV, values(), usual.values());
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("experts", String.valueOf(experts));
        values.put("blocks", String.valueOf(blocks));
        return values;
    }

    @Override
    public String write(NetworkWriter network, Convolution convolution) {
        List<String> names = conventions.blocks();
        boolean conditional = names.subList(names.size() - blocks, names.size()).stream()
                .anyMatch(block -> convolution.name().startsWith(block + "-"));
        return conditional ? network.mixture(convolution, mixture()) : network.fixed(convolution);
    }

    @Override
    public Optional<EngineLayer<?>> classifier(int inputs, int classes) {
        return Optional.of(new DynamicDense(inputs, classes, new DynamicDense.Options(mixture())));
    }

    private KernelMixture mixture() {
        return new KernelMixture(experts, Routing.SIGMOID, 1, conventions.initialization());
    }
}
