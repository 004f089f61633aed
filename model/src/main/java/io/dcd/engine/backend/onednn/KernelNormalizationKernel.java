package io.dcd.engine.backend.onednn;

import io.dcd.engine.backend.GradientMode;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.KernelNormalization;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.memory.desc;

/** The four phases of a {@link KernelNormalization} on one slice, in its symbols. */
final class KernelNormalizationKernel {
    private final KernelNormalization operation;
    private final KernelBuilder builder;
    private final BatchNormalizationReduction reduction;
    private final int samples;
    private final int positions;
    private final int rows;
    private final int columns;
    /** The row of the constant. */
    private final int last;

    private final int size;
    private final FloatBuffer kernels;
    private final float[] kernel;

    private KernelNormalizationKernel(KernelNormalization operation, KernelBuilder builder) {
        this.operation = operation;
        this.builder = builder;
        reduction = BatchNormalizationReduction.of(builder.memory().reduction());
        samples = builder.samples();
        positions = operation.normalization().input().shape().positions();
        rows = operation.rows();
        columns = operation.columns();
        last = rows - 1;
        size = rows * columns;
        kernels = NativeBuffer.of(builder.memory().value(operation.kernel())).floats();
        kernel = new float[size];
    }

    static void build(KernelNormalization operation, Phase phase, KernelBuilder builder) {
        KernelNormalizationKernel kernel = new KernelNormalizationKernel(operation, builder);
        switch (phase) {
            case REDUCE_FORWARD -> kernel.reduceForward();
            case FORWARD, RECOMPUTE -> kernel.forward();
            case REDUCE_BACKWARD -> kernel.reduceBackward();
            case BACKWARD -> kernel.backward();
        }
    }

    private void reduceForward() {
        FloatBuffer responses = responses();
        Moments moments = reduction.moments(builder.memory().thread());
        float[] response = new float[size];
        double[] means = new double[columns];
        double[] squares = new double[columns];
        builder.add(() -> {
            for (int n = 0; n < samples; n++) {
                kernels.get(n * size, kernel);
                responses.get(n * size, response);
                Arrays.fill(squares, 0);
                addProducts(kernel, response, squares);
                for (int o = 0; o < columns; o++) {
                    double sum = response[last * columns + o];
                    squares[o] = Math.max(0, squares[o] - sum * sum / positions);
                    means[o] = kernel[last * columns + o] + sum / positions;
                }
                moments.add(positions, means, squares);
            }
        });
    }

    /** V of the slice, which a step computes that is added here. */
    private FloatBuffer responses() {
        NativeBuffer responses = builder.keptBuffer((long) samples * size);
        builder.add(builder.product(
                builder.value(operation.gram(), Layouts.leadingColumns(samples, rows, rows, last)),
                builder.value(operation.kernel(), linear(last, columns)),
                builder.at(responses, Layouts.matrices(samples, rows, columns)),
                builder.attributes()));
        return responses.floats();
    }

    /** Adds Σ_k a∘b over the rows before the constant's. */
    private void addProducts(float[] a, float[] b, double[] sums) {
        for (int begin = 0; begin < last * columns; begin += columns) {
            for (int o = 0; o < columns; o++) {
                sums[o] += (double) a[begin + o] * b[begin + o];
            }
        }
    }

    private void forward() {
        FloatBuffer target =
                NativeBuffer.of(builder.memory().value(operation.output())).floats();
        float[] factors = reduction.factors();
        float[] means = reduction.means();
        float[] constants = reduction.constants();
        builder.add(() -> {
            for (int n = 0; n < samples; n++) {
                kernels.get(n * size, kernel);
                for (int begin = 0; begin < last * columns; begin += columns) {
                    for (int o = 0; o < columns; o++) {
                        kernel[begin + o] *= factors[o];
                    }
                }
                for (int o = 0; o < columns; o++) {
                    kernel[last * columns + o] =
                            Math.fma(kernel[last * columns + o] - means[o], factors[o], constants[o]);
                }
                target.put(n * size, kernel);
            }
        });
    }

    private void reduceBackward() {
        FloatBuffer gradients =
                NativeBuffer.of(builder.memory().gradient(operation.output())).floats();
        BatchNormalizationReduction.GradientSums target =
                reduction.gradientSums(builder.memory().thread());
        float[] means = reduction.means();
        float[] gradient = new float[size];
        double[] sums = new double[columns];
        double[] products = new double[columns];
        builder.add(() -> {
            Arrays.fill(sums, 0);
            Arrays.fill(products, 0);
            for (int n = 0; n < samples; n++) {
                kernels.get(n * size, kernel);
                gradients.get(n * size, gradient);
                addProducts(kernel, gradient, products);
                for (int o = 0; o < columns; o++) {
                    double sum = gradient[last * columns + o];
                    sums[o] += sum;
                    products[o] += (kernel[last * columns + o] - means[o]) * sum;
                }
            }
            target.add(sums, products);
        });
    }

    private void backward() {
        FloatBuffer responses = responses();
        NativeBuffer weighted = builder.keptBuffer((long) samples * size);
        builder.add(new Differentiation(responses, weighted.floats()));
        Tensor gram = operation.gram();
        if (builder.needsGradient(gram)) {
            desc block = Layouts.strided(new long[] {samples, last, last}, (long) rows * rows, rows, 1);
            memory transposed = builder.value(
                    operation.kernel(), Layouts.strided(new long[] {samples, columns, last}, size, 1, columns));
            builder.add(builder.product(
                    builder.at(weighted, linear(last, columns)),
                    transposed,
                    builder.gradient(gram, block),
                    builder.attributes(builder.accumulation(gram))));
        }
    }

    /** The rows of kernels before the constant's. */
    private desc linear(int count, int width) {
        return Layouts.strided(new long[] {samples, count, width}, size, columns, 1);
    }

    /**
     * Writes dB, the last row and column of dG, and −½·B⁰·diag(c), from which the rest of dG follows.
     */
    private final class Differentiation implements Runnable {
        private final FloatBuffer responses;
        private final FloatBuffer weighted;
        private final FloatBuffer gradients =
                NativeBuffer.of(builder.memory().gradient(operation.output())).floats();
        private final GradientMode kernelMode = builder.memory().gradientMode(operation.kernel());
        private final FloatBuffer kernelGradients = gradientOf(operation.kernel());
        private final FloatBuffer grams =
                NativeBuffer.of(builder.memory().value(operation.gram())).floats();
        private final GradientMode gramMode = builder.memory().gradientMode(operation.gram());
        private final FloatBuffer gramGradients = gradientOf(operation.gram());
        private final float[] response = new float[size];
        private final float[] gradient = new float[size];
        private final float[] gram = new float[rows * rows];
        private final float[] gramGradient = new float[rows * rows];
        private final float[] remainder = new float[columns];

        Differentiation(FloatBuffer responses, FloatBuffer weighted) {
            this.responses = responses;
            this.weighted = weighted;
        }

        private FloatBuffer gradientOf(Tensor tensor) {
            return builder.needsGradient(tensor)
                    ? NativeBuffer.of(builder.memory().gradient(tensor)).floats()
                    : null;
        }

        @Override
        public void run() {
            for (int n = 0; n < samples; n++) {
                kernels.get(n * size, kernel);
                responses.get(n * size, response);
                gradients.get(n * size, gradient);
                grams.get(n * gram.length, gram);
                findRemainder();
                if (kernelGradients != null) {
                    writeKernelGradient(n);
                }
                if (gramGradients != null) {
                    writeGramGradient(n);
                }
            }
        }

        /** e. */
        private void findRemainder() {
            float[] factors = reduction.valueFactors();
            float[] slopes = reduction.deviationFactors();
            for (int o = 0; o < columns; o++) {
                float level = kernel[last * columns + o] - reduction.means()[o];
                remainder[o] = factors[o] * reduction.gradientMeans()[o] - slopes[o] * level;
            }
        }

        private void writeKernelGradient(int n) {
            float[] factors = reduction.valueFactors();
            float[] slopes = reduction.deviationFactors();
            for (int k = 0; k < rows; k++) {
                int begin = k * columns;
                float sum = gram[k * rows + last];
                for (int o = 0; o < columns; o++) {
                    gradient[begin + o] =
                            factors[o] * gradient[begin + o] + slopes[o] * response[begin + o] - sum * remainder[o];
                }
            }
            if (kernelMode == GradientMode.ACCUMULATE) {
                kernelGradients.get(n * size, response);
                for (int i = 0; i < size; i++) {
                    gradient[i] += response[i];
                }
            }
            kernelGradients.put(n * size, gradient);
        }

        private void writeGramGradient(int n) {
            float[] slopes = reduction.deviationFactors();
            if (gramMode == GradientMode.ACCUMULATE) {
                gramGradients.get(n * gramGradient.length, gramGradient);
            } else {
                Arrays.fill(gramGradient, 0);
            }
            for (int k = 0; k < last; k++) {
                int begin = k * columns;
                double product = 0;
                for (int o = 0; o < columns; o++) {
                    product += (double) kernel[begin + o] * remainder[o];
                }
                gramGradient[k * rows + last] -= (float) (product / 2);
                gramGradient[last * rows + k] -= (float) (product / 2);
                for (int o = 0; o < columns; o++) {
                    kernel[begin + o] *= slopes[o] / 2;
                }
            }
            gramGradients.put(n * gramGradient.length, gramGradient);
            weighted.put(n * size, kernel);
        }
    }
}
