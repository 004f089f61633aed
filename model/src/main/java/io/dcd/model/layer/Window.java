package io.dcd.model.layer;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The window of a convolution, padded by (k − 1)/2.
 *
 * @param kernel k, odd
 * @param stride the same in both directions
 */
public record Window(
        @JsonProperty("kernel") int kernel,
        @JsonProperty("stride") int stride) implements Serializable {
    @JsonCreator
    public Window {
        Requirement.check(kernel >= 1 && kernel % 2 == 1, "the kernel k must be odd, got %d", kernel);
        Requirement.check(stride >= 1, "the stride must be at least 1, got %d", stride);
    }

    /** k². */
    public int taps() {
        return kernel * kernel;
    }

    int padding() {
        return kernel / 2;
    }
}
