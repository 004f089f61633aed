package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Convolution;
import io.dcd.engine.operation.NormalizedPointwise;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;
import org.bytedeco.dnnl.post_ops;

/**
 * A dynamic pointwise convolution with its batch normalisation folded in, in training too: the output is written already
 * normalised and activated, and nothing else as wide as it exists. Nor is it kept: the backward pass computes it again from
 * X̃, a third as wide or less, and its gradient is as soon as it is there reduced to what dX̃ needs of it.
 *
 * <p>With X̃ = [x | u | 1] − [m_n | 0], one row m_n and one kernel for each sample, B_n = [λ_n ⊙ W | P | 0]ᵀ and κ_n = m_n·B_n, the
 * convolution is X̃·B_n + κ_n and y = f(X̃·(a ⊙ B_n) + a ⊙ (κ_n − μ) + β), where a and μ follow from G_n = X̃ᵀX̃. Backward, with dz = f′·dy:
 *
 * <pre>
 * D_n = X̃ᵀ·dz,   dB_n = a ⊙ D_n − c ⊙ V_n − G_n[·, 1]·e_nᵀ,   dX̃ = dz·(a ⊙ B_n)ᵀ + X̃·R_n
 * </pre>
 *
 * where V_n = G_n·B_n and R_n = −B_n·diag(c)·B_nᵀ, with −(B_n·e_n)ᵀ in the row of the constant; m_n times dB_n's row of the
 * constant, which κ_n passes on, comes to its other rows. All matrices but X̃, y and dz are small: {@link PointwiseMatrices}
 * holds them, {@link NormalizedPointwiseReduction} what does not depend on the sample.
 */
final class NormalizedPointwiseKernel {
    /** 16² positions are enough for the small matrices to be small beside the maps, 14² too few (measured). */
    private static final int MANY_POSITIONS = 250;

    private final NormalizedPointwise operation;
    private final KernelBuilder builder;
    private final NormalizedPointwiseReduction reduction;
    private final PointwiseMatrices matrices;
    private final int first;
    private final int samples;
    private final int positions;
    private final int inputs;
    /** The columns of X̃ that are not padding. */
    private final int used;

    private final int width;
    private final int outputs;

    private NormalizedPointwiseKernel(NormalizedPointwise operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        reduction = (NormalizedPointwiseReduction) builder.memory().reduction();
        first = builder.memory().firstSample();
        samples = builder.samples();
        positions = operation.output().shape().positions();
        inputs = operation.fixed().input().shape().channels();
        matrices = reduction.matrices();
        width = matrices.width();
        used = matrices.constant() + 1;
        outputs = operation.output().shape().channels();
    }

    /**
     * Whether this kernel beats the separate operations: on expansions of large maps. Measured on MobileNetV2 ×0.5, batch
     * 32, at 224, forward and backward on one thread: 22 instead of 51 ms for 8 → 48 channels at 112², 16 instead of 28 ms
     * for 16 → 96 at 56², 4.4 instead of 6.8 ms at 28², 5.5 instead of 4.1 ms for 32 → 192 at 14²; projections lose.
     */
    static boolean worthwhile(NormalizedPointwise operation) {
        int inputs = operation.fixed().input().shape().channels() + PointwiseMatrices.latent(operation);
        return operation.output().shape().channels() >= 2 * inputs
                && operation.output().shape().positions() >= MANY_POSITIONS
                && fits(operation);
    }

    /** Whether this kernel can compute {@code operation}. */
    static boolean fits(NormalizedPointwise operation) {
        return switch (operation.normalization().activation()) {
            case IDENTITY, RELU, RELU6 -> true;
            case DOUBLE_HARD_SIGMOID, SIGMOID -> false;
        };
    }

    static void build(NormalizedPointwise operation, Phase phase, KernelBuilder builder) {
        NormalizedPointwiseKernel kernel = new NormalizedPointwiseKernel(operation, builder);
        switch (phase) {
            case REDUCE_FORWARD -> kernel.reduceForward();
            case FORWARD -> kernel.forward();
            case RECOMPUTE -> kernel.multiply();
            case REDUCE_BACKWARD -> kernel.reduceBackward();
            case BACKWARD -> kernel.backward();
        }
    }

    private void reduceForward() {
        fill(operation.fixed().input(), 0);
        operation.residual().map(Convolution::input).ifPresent(u -> fill(u, inputs));
        builder.add(new PointwiseCentring(operation, matrices, builder.memory()));
        builder.add(builder.product(
                transposedRows(),
                rows(matrices.extended(), width),
                small(matrices.moments(), width),
                builder.attributes()));
        builder.add(new PointwiseAssembly(operation, matrices, builder.memory()));
        builder.add(builder.product(
                ofSlice(matrices.moments(), Layouts.matrices(samples, width, width)),
                ofSlice(matrices.kernels(), Layouts.matrices(samples, width, outputs)),
                ofSlice(matrices.responses(), Layouts.matrices(samples, width, outputs)),
                builder.attributes()));
        builder.add(reduction.statistics(builder.memory()));
    }

    /** Copies a source to columns of X̃. */
    private void fill(Tensor source, int column) {
        int channels = source.shape().channels();
        builder.add(builder.copy(
                builder.value(source, flat(channels)), columns(rows(matrices.extended(), width), column, channels)));
    }

    private void forward() {
        builder.add(new PointwiseFolding(reduction, builder.memory()));
        multiply();
    }

    /** y from X̃ and the folded kernels, which stay. */
    private void multiply() {
        builder.add(builder.product(
                rows(matrices.extended(), used),
                small(matrices.folded(), outputs),
                builder.value(operation.output(), maps()),
                builder.attributes(activation())));
    }

    private post_ops activation() {
        post_ops operations = new post_ops();
        switch (operation.normalization().activation()) {
            case IDENTITY -> {}
            case RELU -> operations.append_eltwise(algorithm.eltwise_relu, 0, 0);
            case RELU6 -> operations.append_eltwise(algorithm.eltwise_clip, 0, 6);
            case DOUBLE_HARD_SIGMOID, SIGMOID -> throw new IllegalArgumentException("not a clip: " + operation);
        }
        return operations;
    }

    /** Takes from dz what the backward phase needs of it, so that dz, as wide as y, need not be kept. */
    private void reduceBackward() {
        memory gradient = builder.gradient(operation.output(), flat(outputs));
        new Activations(builder)
                .backward(
                        operation.normalization().activation(),
                        builder.value(operation.output(), flat(outputs)),
                        gradient,
                        gradient)
                .forEach(builder::add);
        builder.add(builder.product(
                transposedRows(),
                builder.gradient(operation.output(), maps()),
                small(matrices.derivatives(), outputs),
                builder.attributes()));
        builder.add(builder.product(
                builder.gradient(operation.output(), maps()),
                ofSlice(matrices.folded(), Layouts.transposedMatrices(samples, outputs, width)),
                rows(matrices.gradients(), width),
                builder.attributes()));
        builder.add(reduction.derivativeSums(builder.memory()));
    }

    private void backward() {
        builder.add(new PointwiseDifferentiation(operation, reduction, builder.memory()));
        List<Tensor> sources = operation
                .residual()
                .map(residual -> List.of(operation.fixed().input(), residual.input()))
                .orElse(List.of(operation.fixed().input()));
        if (sources.stream().noneMatch(builder::needsGradient)) {
            return;
        }
        memory square = builder.temporary(Layouts.matrices(samples, width, width));
        builder.add(builder.product(
                ofSlice(matrices.responses(), Layouts.matrices(samples, width, outputs)),
                ofSlice(matrices.kernels(), Layouts.transposedMatrices(samples, outputs, width)),
                square,
                builder.attributes()));
        memory gradient = rows(matrices.gradients(), width);
        builder.add(builder.product(
                rows(matrices.extended(), used), builder.view(square, usedRows(width)), gradient, builder.adding()));
        int column = 0;
        for (Tensor source : sources) {
            passOn(gradient, column, source);
            column += source.shape().channels();
        }
    }

    private void passOn(memory gradient, int column, Tensor source) {
        int channels = source.shape().channels();
        GradientMode mode = builder.memory().gradientMode(source);
        switch (mode) {
            case NONE -> {}
            case OVERWRITE ->
                builder.add(
                        builder.copy(columns(gradient, column, channels), builder.gradient(source, flat(channels))));
            case ACCUMULATE ->
                builder.add(
                        builder.addTo(builder.gradient(source, flat(channels)), columns(gradient, column, channels)));
        }
    }

    /** Some columns of {@code rows}, which are as long as those of X̃. */
    private memory columns(memory rows, int from, int count) {
        return builder.view(rows, Layouts.columns((long) samples * positions, width, from, count));
    }

    /** The first {@code columns} of the rows of X̃ or of what is as wide. */
    private memory rows(NativeBuffer all, int columns) {
        return ofSlice(
                all, Layouts.strided(new long[] {samples, positions, columns}, (long) positions * width, width, 1));
    }

    private memory transposedRows() {
        return ofSlice(
                matrices.extended(),
                Layouts.strided(new long[] {samples, used, positions}, (long) positions * width, 1, width));
    }

    /** The rows of small matrices that are not padding. */
    private memory small(NativeBuffer all, int columns) {
        return ofSlice(all, usedRows(columns));
    }

    private desc usedRows(int columns) {
        return Layouts.strided(new long[] {samples, used, columns}, (long) width * columns, columns, 1);
    }

    /** The matrices of the slice's samples. */
    private memory ofSlice(NativeBuffer all, desc layout) {
        return builder.at(matrices.of(all, first, samples), layout);
    }

    private desc maps() {
        return Layouts.matrices(samples, positions, outputs);
    }

    private desc flat(int channels) {
        return Layouts.matrix((long) samples * positions, channels);
    }
}
