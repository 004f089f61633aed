package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.onednn.vector.ClipVectors;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.KernelProduct;
import java.nio.FloatBuffer;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** Y = f(X̃·B); with dZ = f′·dY in the place of dY: dB = X̃ᵀ·dZ and dX̃ = dZ·Bᵀ, sample by sample. */
final class KernelProductKernel {
    private static final int MANY_POSITIONS = 250;

    private final KernelProduct operation;
    private final KernelBuilder builder;
    private final int samples;
    private final int positions;
    private final int rows;
    private final int columns;

    private KernelProductKernel(KernelProduct operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        samples = builder.samples();
        positions = operation.output().shape().positions();
        rows = operation.input().shape().channels();
        columns = operation.output().shape().channels();
    }

    /**
     * Whether it pays to move a layer to the space of kernels: expansions of large maps. Measured on MobileNetV2 ×0.5, batch
     * 32 at 224, kernels of one thread with AVX2: with those of 112², 56² and 28² the static network takes 498 instead of
     * 532 ms, the one with DCD 622 instead of 914; with those of 14² too, 524 and 623.
     */
    static boolean worthwhile(Shape input, Shape output) {
        return output.channels() >= 2 * input.channels() && output.positions() >= MANY_POSITIONS;
    }

    static void forward(KernelProduct operation, KernelBuilder builder) {
        new KernelProductKernel(operation, builder).forward();
    }

    static void backward(KernelProduct operation, KernelBuilder builder) {
        new KernelProductKernel(operation, builder).backward();
    }

    private void forward() {
        PostOperations after = new PostOperations(builder);
        after.activate(operation.activation());
        builder.add(builder.product(
                builder.value(operation.input(), Layouts.matrices(samples, positions, rows)),
                builder.value(operation.kernel(), Layouts.matrices(samples, rows, columns)),
                builder.value(operation.output(), maps()),
                after.attributes()));
    }

    private void backward() {
        differentiateActivation();
        Tensor kernel = operation.kernel();
        if (builder.needsGradient(kernel)) {
            builder.add(builder.product(
                    builder.value(operation.input(), Layouts.transposedMatrices(samples, rows, positions)),
                    builder.gradient(operation.output(), maps()),
                    builder.gradient(kernel, Layouts.matrices(samples, rows, columns)),
                    builder.attributes(builder.accumulation(kernel))));
        }
        Tensor input = operation.input();
        if (builder.needsGradient(input)) {
            builder.add(builder.product(
                    builder.gradient(operation.output(), maps()),
                    builder.value(kernel, variableRows()),
                    builder.gradient(input, Layouts.leadingColumns(samples, positions, rows, rows - 1)),
                    builder.attributes(builder.accumulation(input))));
        }
    }

    /** Puts dZ in the place of dY. */
    private void differentiateActivation() {
        switch (operation.activation()) {
            case IDENTITY -> {}
            case RELU, RELU6, DOUBLE_HARD_SIGMOID -> {
                Clip clip = Clip.of(operation.activation());
                ClipVectors vectors = new ClipVectors();
                FloatBuffer y = NativeBuffer.of(builder.memory().value(operation.output()))
                        .floats();
                FloatBuffer dy = NativeBuffer.of(builder.memory().gradient(operation.output()))
                        .floats();
                builder.add(() -> vectors.mask(y, clip.slope(), clip.high(), dy));
            }
            case SIGMOID -> {
                desc flat = Layouts.matrix((long) samples * positions, columns);
                memory gradient = builder.gradient(operation.output(), flat);
                new Activations(builder)
                        .backward(operation.activation(), builder.value(operation.output(), flat), gradient, gradient)
                        .forEach(builder::add);
            }
        }
    }

    /** The transposes of the kernels without the row of the constant, whose factor has no gradient. */
    private desc variableRows() {
        return Layouts.strided(new long[] {samples, columns, rows - 1}, (long) rows * columns, 1, columns);
    }

    private desc maps() {
        return Layouts.matrices(samples, positions, columns);
    }
}
