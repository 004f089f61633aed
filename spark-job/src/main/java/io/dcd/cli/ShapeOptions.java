package io.dcd.cli;

import io.dcd.model.network.NetworkOptions;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options that tell what a network is built for. */
final class ShapeOptions {
    @Option(
            names = {"--image-size", "--size"},
            paramLabel = "PIXELS",
            defaultValue = "224",
            description = "Height and width of the input.")
    private int imageSize;

    @Option(names = "--classes", paramLabel = "N", defaultValue = "1000", description = "The number of classes.")
    private int classes;

    @Option(
            names = "--stem-stride",
            paramLabel = "N",
            description =
                    "Stride of the first convolution, 1 or 2; by default 1 for images of at most 64 × 64, else 2.")
    private Optional<Integer> stemStride;

    /** @throws UsageException if no network can be like that */
    NetworkOptions options() {
        try {
            NetworkOptions usual = NetworkOptions.of(imageSize, classes);
            return stemStride.map(usual::withStemStride).orElse(usual);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }
}
