package io.dcd.engine.backend;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.function.Consumer;

/** What a kernel is given when it is made: the extents it works on and the buffers of its operation. */
public interface KernelMemory {
    /** The number of samples. */
    int batch();

    /** Whether a backward pass will follow; batch normalisation and dropout behave accordingly. */
    boolean training();

    /** The values of an input or of the output: {@code batch · shape} numbers, NHWC. */
    Buffer value(Tensor tensor);

    /** The gradient of an input whose {@link #gradientMode} is not {@code NONE}, or of the output. */
    Buffer gradient(Tensor tensor);

    /** How the backward pass treats the gradient of an input. */
    GradientMode gradientMode(Tensor input);

    /** The parameter's slice of the flat vector. */
    Buffer parameter(Parameter parameter);

    /** The parameter's slice of the flat gradient vector. */
    Buffer parameterGradient(Parameter parameter);

    /** The batch of images, for the operation that reads pixels. */
    PixelBuffer pixels();

    /**
     * Asks for temporary memory that all kernels of the plan share: a kernel finds there what it wrote during the same
     * forward or backward pass of its own, nothing older.
     *
     * @param user takes the buffer once every kernel has been made, before the first run
     */
    void scratch(long elements, Consumer<Buffer> user);

    /** A function of the plan's seed and the present step, for seeded randomness; to be asked for when running. */
    long randomKey();
}
