package io.dcd.model.network;

import io.dcd.model.layer.EngineLayer;
import java.util.Map;
import java.util.Optional;

/** A line of the paper's comparison: how it writes the convolutions and the classifier of any network. */
interface Line {
    /** What stands in the name of a network: {@code static}, {@code dcd:blocks=4}. */
    String name();

    /** Writes one convolution and returns its vertex. */
    String write(NetworkWriter network, Convolution convolution);

    /** The classifier, where it is not the usual linear one. */
    default Optional<EngineLayer<?>> classifier(int inputs, int classes) {
        return Optional.empty();
    }

    /** The name of one of the {@code lines} with the options that differ from the {@code usual} ones. */
    static String name(Lines line, Map<String, String> options, Map<String, String> usual) {
        String changed = OptionText.write(options, usual);
        return changed.isEmpty() ? line.key() : line.key() + ":" + changed;
    }
}
