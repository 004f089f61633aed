package io.dcd.model.network;

import io.dcd.model.layer.EngineLayer;
import java.util.Optional;

/** A line of the paper's comparison: how it writes the convolutions and the classifier of any network. */
interface Line {
    /** What stands in the name of a network: {@code static}, {@code dcd:blocks=4}. */
    String name();

    /** Writes one convolution and returns its vertex. */
    String write(NetworkWriter network, Convolution convolution);

    /** The classifier, where it is not the usual linear one. */
    default Optional<EngineLayer> classifier(int inputs, int classes) {
        return Optional.empty();
    }
}
