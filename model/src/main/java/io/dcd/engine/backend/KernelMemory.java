package io.dcd.engine.backend;

import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** What a kernel is given when it is made: a slice of the batch, and the buffers that hold it. */
public interface KernelMemory {
    /** The number of samples in the slice. */
    int samples();

    /** The index in the batch of the slice's first sample. */
    int firstSample();

    /** The thread that will run the kernel, 0 … threads − 1. */
    int thread();

    /** Whether this is a training plan; batch normalisation and dropout behave accordingly. */
    boolean training();

    /** The values of an input or of the output: {@code samples · shape} numbers, NHWC. */
    Buffer value(Tensor tensor);

    /** The gradient of an input whose {@link #gradientMode} is not {@code NONE}, or of the output. */
    Buffer gradient(Tensor tensor);

    /** How the backward phase treats the gradient of an input. */
    GradientMode gradientMode(Tensor input);

    /** The parameter's slice of the flat vector. */
    Buffer parameter(Parameter parameter);

    /** The parameter's slice of the thread's flat gradient vector; a kernel only adds to it. */
    Buffer parameterGradient(Parameter parameter);

    /** The sums over the batch, of a reducing operation in training. */
    BatchReduction reduction();

    /** The slice's images, for the operation that reads pixels. */
    PixelBuffer pixels();

    /**
     * What depends on the parameters alone, for inference: all kernels that name the same key share it, and the plan fills it
     * before the first run after a change of the parameters.
     *
     * @param memory makes it, for the first kernel that names the key; a plan closes buffers
     * @param filler makes what fills it
     */
    <T> T prepared(Object key, Supplier<T> memory, Function<T, Runnable> filler);

    /**
     * Asks for temporary memory that all kernels of the thread share: a kernel finds there what it wrote during the same
     * run, nothing older.
     *
     * @param user takes the buffer once every kernel has been made, before the first run
     */
    void scratch(long elements, Consumer<Buffer> user);

    /** A function of the plan's seed, the operation and the present step, for seeded randomness; to be asked for when running. */
    long randomKey();
}
