package io.dcd.engine.operation;

import io.dcd.engine.graph.Tensor;
import java.util.List;

/**
 * y = (x/255 − mean_c)/deviation_c, from the plan's batch of 8-bit RGB images. The source of a graph whose input is
 * pixels.
 */
public record ImageNormalization(List<Double> mean, List<Double> deviation, Tensor output) implements Operation {
    /** Channel means of ImageNet's training images, RGB on a scale of 0…1, as every recipe of the paper uses. */
    public static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);

    /** Channel deviations that go with {@link #IMAGENET_MEAN}. */
    public static final List<Double> IMAGENET_DEVIATION = List.of(0.229, 0.224, 0.225);

    public ImageNormalization {
        mean = List.copyOf(mean);
        deviation = List.copyOf(deviation);
    }

    @Override
    public List<Tensor> inputs() {
        return List.of();
    }

    @Override
    public List<Tensor> keptForBackward() {
        return List.of();
    }

    @Override
    public <R> R accept(OperationVisitor<R> visitor) {
        return visitor.visit(this);
    }
}
