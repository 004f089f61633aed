package io.dcd.model.network;

import java.util.List;

/**
 * A line of the paper's comparison, for who lists them.
 *
 * @param name what stands behind the base in a network's name, as {@code dcd} in {@code resnet18-dcd}
 * @param meaning in a line
 * @param options that the name may carry behind a colon
 */
public record NetworkLine(String name, String meaning, List<NetworkOption> options) {
    public NetworkLine {
        options = List.copyOf(options);
    }
}
