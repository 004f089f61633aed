package io.dcd.engine.backend;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;

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

    /** A function of the plan's seed and the present step, for seeded randomness; to be asked for when running. */
    long randomKey();
}
