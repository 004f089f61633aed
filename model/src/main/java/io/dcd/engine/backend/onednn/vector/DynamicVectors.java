package io.dcd.engine.backend.onednn.vector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The small loops of a dynamic layer at inference: sums over positions, products with a vector, kernels formed from
 * factors. Rows of matrices are as many values as {@link #LANES} divides, so that no loop over them has a rest.
 * Matrices lie in Java's arrays: a vector loaded from memory outside costs several times as much as a multiplication.
 */
public final class DynamicVectors {
    /** What rows are padded to; the widest vectors used. */
    public static final int LANES = 16;

    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() <= LANES ? FloatVector.SPECIES_PREFERRED : FloatVector.SPECIES_512;

    private static final int STEP = SPECIES.length();
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int BYTES = Float.BYTES;

    private DynamicVectors() {}

    /** The least number of values that is both whole rows of {@code channels} and whole vectors. */
    public static int period(int channels) {
        int a = channels;
        int b = STEP;
        while (b != 0) {
            int rest = a % b;
            a = b;
            b = rest;
        }
        return channels / a * STEP;
    }

    /** Adds value {@code i} of the {@code count} from {@code first} on to {@code sums[i mod period]}. */
    public static void addTo(float[] sums, ByteBuffer x, int first, int count) {
        int period = sums.length;
        int whole = count / period * period;
        for (int lane = 0; whole > 0 && lane < period; lane += STEP) {
            FloatVector sum = FloatVector.fromArray(SPECIES, sums, lane);
            for (int i = lane; i < whole; i += period) {
                sum = sum.add(FloatVector.fromByteBuffer(SPECIES, x, (first + i) * BYTES, ORDER));
            }
            sum.intoArray(sums, lane);
        }
        for (int i = whole; i < count; i++) {
            sums[i - whole] += x.getFloat((first + i) * BYTES);
        }
    }

    /** y[o] = Σ_i x[i]·W[i, o] for the {@code inputs} rows of {@code outputs} values of W. */
    public static void product(float[] x, int inputs, float[] weights, int outputs, float[] y) {
        int o = 0;
        for (; o + 4 * STEP <= outputs; o += 4 * STEP) {
            fourProducts(x, inputs, weights, outputs, o, y);
        }
        for (; o < outputs; o += STEP) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int i = 0; i < inputs; i++) {
                sum = FloatVector.fromArray(SPECIES, weights, i * outputs + o)
                        .fma(FloatVector.broadcast(SPECIES, x[i]), sum);
            }
            sum.intoArray(y, o);
        }
    }

    private static void fourProducts(float[] x, int inputs, float[] weights, int outputs, int o, float[] y) {
        FloatVector first = FloatVector.zero(SPECIES);
        FloatVector second = first;
        FloatVector third = first;
        FloatVector fourth = first;
        for (int i = 0; i < inputs; i++) {
            FloatVector value = FloatVector.broadcast(SPECIES, x[i]);
            int at = i * outputs + o;
            first = FloatVector.fromArray(SPECIES, weights, at).fma(value, first);
            second = FloatVector.fromArray(SPECIES, weights, at + STEP).fma(value, second);
            third = FloatVector.fromArray(SPECIES, weights, at + 2 * STEP).fma(value, third);
            fourth = FloatVector.fromArray(SPECIES, weights, at + 3 * STEP).fma(value, fourth);
        }
        first.intoArray(y, o);
        second.intoArray(y, o + STEP);
        third.intoArray(y, o + 2 * STEP);
        fourth.intoArray(y, o + 3 * STEP);
    }

    /**
     * R[i, ·] = Σ_j a(i, j)·B[j, ·] for i, j &lt; {@code latent}, where a(i, j) is the value at {@code i·rowStep +
     * j·columnStep} of {@code a}, and rows of B and R have {@code width} values.
     */
    public static void combine(float[] a, int rowStep, int columnStep, int latent, float[] b, int width, float[] r) {
        for (int i = 0; i < latent; i++) {
            for (int o = 0; o < width; o += STEP) {
                FloatVector sum = FloatVector.zero(SPECIES);
                for (int j = 0; j < latent; j++) {
                    sum = FloatVector.fromArray(SPECIES, b, j * width + o)
                            .fma(FloatVector.broadcast(SPECIES, a[i * rowStep + j * columnStep]), sum);
                }
                sum.intoArray(r, i * width + o);
            }
        }
    }

    /** K[c, o] = F[c, o]·λ[o] over {@code rows} rows of {@code columns} values. */
    public static void scale(float[] factors, float[] fixed, int rows, int columns, ByteBuffer kernel) {
        for (int c = 0; c < rows; c++) {
            for (int o = 0; o < columns; o += STEP) {
                int at = c * columns + o;
                FloatVector.fromArray(SPECIES, fixed, at)
                        .mul(FloatVector.fromArray(SPECIES, factors, o))
                        .intoByteBuffer(kernel, at * BYTES, ORDER);
            }
        }
    }

    /** K[c, o] += Σ_l S[l, c]·V[l, o]; rows of S have {@code width} values, rows of V as many as those of K. */
    public static void addProduct(
            float[] s, int width, float[] v, int latent, int rows, int columns, ByteBuffer kernel) {
        for (int o = 0; o < columns; o += STEP) {
            int c = 0;
            for (; c + 4 <= rows; c += 4) {
                addFourRows(s, width, v, latent, c, o, columns, kernel);
            }
            for (; c < rows; c++) {
                int at = (c * columns + o) * BYTES;
                FloatVector sum = FloatVector.fromByteBuffer(SPECIES, kernel, at, ORDER);
                for (int l = 0; l < latent; l++) {
                    sum = FloatVector.fromArray(SPECIES, v, l * columns + o)
                            .fma(FloatVector.broadcast(SPECIES, s[l * width + c]), sum);
                }
                sum.intoByteBuffer(kernel, at, ORDER);
            }
        }
    }

    private static void addFourRows(
            float[] s, int width, float[] v, int latent, int c, int o, int columns, ByteBuffer kernel) {
        int row = columns * BYTES;
        int at = (c * columns + o) * BYTES;
        FloatVector first = FloatVector.fromByteBuffer(SPECIES, kernel, at, ORDER);
        FloatVector second = FloatVector.fromByteBuffer(SPECIES, kernel, at + row, ORDER);
        FloatVector third = FloatVector.fromByteBuffer(SPECIES, kernel, at + 2 * row, ORDER);
        FloatVector fourth = FloatVector.fromByteBuffer(SPECIES, kernel, at + 3 * row, ORDER);
        for (int l = 0; l < latent; l++) {
            FloatVector value = FloatVector.fromArray(SPECIES, v, l * columns + o);
            int from = l * width + c;
            first = value.fma(FloatVector.broadcast(SPECIES, s[from]), first);
            second = value.fma(FloatVector.broadcast(SPECIES, s[from + 1]), second);
            third = value.fma(FloatVector.broadcast(SPECIES, s[from + 2]), third);
            fourth = value.fma(FloatVector.broadcast(SPECIES, s[from + 3]), fourth);
        }
        first.intoByteBuffer(kernel, at, ORDER);
        second.intoByteBuffer(kernel, at + row, ORDER);
        third.intoByteBuffer(kernel, at + 2 * row, ORDER);
        fourth.intoByteBuffer(kernel, at + 3 * row, ORDER);
    }
}
