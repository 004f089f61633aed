package io.dcd.engine.backend.onednn.vector;

import java.util.Arrays;
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
    /** The rows of a product that are taken at once, so that every vector loaded serves as many multiplications. */
    private static final int ROWS = 4;

    private DynamicVectors() {}

    /** Adds {@code count} rows to {@code sums}, each as long as that and of any length. */
    public static void addRows(float[] rows, int count, float[] sums) {
        int width = sums.length;
        int values = count * width;
        int column = 0;
        for (; column + 4 * STEP <= width; column += 4 * STEP) {
            addFourColumns(rows, values, sums, column);
        }
        for (; column + STEP <= width; column += STEP) {
            FloatVector sum = FloatVector.fromArray(SPECIES, sums, column);
            for (int at = column; at < values; at += width) {
                sum = sum.add(FloatVector.fromArray(SPECIES, rows, at));
            }
            sum.intoArray(sums, column);
        }
        for (; column < width; column++) {
            for (int at = column; at < values; at += width) {
                sums[column] += rows[at];
            }
        }
    }

    private static void addFourColumns(float[] rows, int values, float[] sums, int column) {
        FloatVector first = FloatVector.fromArray(SPECIES, sums, column);
        FloatVector second = FloatVector.fromArray(SPECIES, sums, column + STEP);
        FloatVector third = FloatVector.fromArray(SPECIES, sums, column + 2 * STEP);
        FloatVector fourth = FloatVector.fromArray(SPECIES, sums, column + 3 * STEP);
        for (int at = column; at < values; at += sums.length) {
            first = first.add(FloatVector.fromArray(SPECIES, rows, at));
            second = second.add(FloatVector.fromArray(SPECIES, rows, at + STEP));
            third = third.add(FloatVector.fromArray(SPECIES, rows, at + 2 * STEP));
            fourth = fourth.add(FloatVector.fromArray(SPECIES, rows, at + 3 * STEP));
        }
        first.intoArray(sums, column);
        second.intoArray(sums, column + STEP);
        third.intoArray(sums, column + 2 * STEP);
        fourth.intoArray(sums, column + 3 * STEP);
    }

    /**
     * y[o] = Σ_i x[i]·W[i, o] for the {@code inputs} rows of {@code outputs} values of W. W comes from far, so that it is read
     * in the order in which it lies, a few rows at once.
     */
    public static void product(float[] x, int inputs, float[] weights, int outputs, float[] y) {
        Arrays.fill(y, 0, outputs, 0);
        int i = 0;
        for (; i + 4 <= inputs; i += 4) {
            addFourRows(x, i, weights, outputs, y);
        }
        for (; i < inputs; i++) {
            FloatVector factor = FloatVector.broadcast(SPECIES, x[i]);
            for (int o = 0; o < outputs; o += STEP) {
                FloatVector.fromArray(SPECIES, weights, i * outputs + o)
                        .fma(factor, FloatVector.fromArray(SPECIES, y, o))
                        .intoArray(y, o);
            }
        }
    }

    private static void addFourRows(float[] x, int i, float[] weights, int outputs, float[] y) {
        FloatVector first = FloatVector.broadcast(SPECIES, x[i]);
        FloatVector second = FloatVector.broadcast(SPECIES, x[i + 1]);
        FloatVector third = FloatVector.broadcast(SPECIES, x[i + 2]);
        FloatVector fourth = FloatVector.broadcast(SPECIES, x[i + 3]);
        for (int o = 0; o < outputs; o += STEP) {
            int at = i * outputs + o;
            FloatVector odd =
                    FloatVector.fromArray(SPECIES, weights, at).fma(first, FloatVector.fromArray(SPECIES, y, o));
            FloatVector even =
                    FloatVector.fromArray(SPECIES, weights, at + outputs).mul(second);
            odd = FloatVector.fromArray(SPECIES, weights, at + 2 * outputs).fma(third, odd);
            even = FloatVector.fromArray(SPECIES, weights, at + 3 * outputs).fma(fourth, even);
            odd.add(even).intoArray(y, o);
        }
    }

    /** K[c, o] = F[c, o]·λ[o] for {@code rows} rows of {@code columns} values of F, from row {@code first} on. */
    public static void scale(float[] factors, float[] fixed, int first, int rows, int columns, float[] kernel) {
        for (int c = 0; c < rows; c++) {
            for (int o = 0; o < columns; o += STEP) {
                FloatVector.fromArray(SPECIES, fixed, (first + c) * columns + o)
                        .mul(FloatVector.fromArray(SPECIES, factors, o))
                        .intoArray(kernel, c * columns + o);
            }
        }
    }

    /** {@code rows} rounded up to as many as {@link #addProduct} takes at once. */
    public static int wholeRows(int rows) {
        return (rows + ROWS - 1) / ROWS * ROWS;
    }

    /**
     * R[i, o] += Σ_l A[i, l]·B[l, o] for i &lt; {@code rows} and l &lt; {@code depth}. Rows of A lie {@code stride} apart from {@code
     * first} on; rows of B and R have {@code columns} values. R must have {@link #wholeRows}; what comes behind the last row
     * means nothing.
     */
    public static void addProduct(
            float[] a, int first, int stride, int depth, float[] b, int rows, int columns, float[] r) {
        int last = first + (rows - 1) * stride;
        int o = 0;
        for (; o + 2 * STEP <= columns; o += 2 * STEP) {
            for (int i = 0; i < rows; i += ROWS) {
                addTwoVectors(a, first + i * stride, stride, last, depth, b, o, columns, r, i * columns + o);
            }
        }
        for (; o < columns; o += STEP) {
            for (int i = 0; i < rows; i += ROWS) {
                addOneVector(a, first + i * stride, stride, last, depth, b, o, columns, r, i * columns + o);
            }
        }
    }

    /** In four rows, of which those behind the {@code last} of A are computed as that one. */
    private static void addTwoVectors(
            float[] a, int a0, int stride, int last, int depth, float[] b, int o, int columns, float[] r, int r0) {
        int a1 = Math.min(a0 + stride, last);
        int a2 = Math.min(a1 + stride, last);
        int a3 = Math.min(a2 + stride, last);
        int r1 = r0 + columns;
        int r2 = r1 + columns;
        int r3 = r2 + columns;
        FloatVector left0 = FloatVector.fromArray(SPECIES, r, r0);
        FloatVector left1 = FloatVector.fromArray(SPECIES, r, r1);
        FloatVector left2 = FloatVector.fromArray(SPECIES, r, r2);
        FloatVector left3 = FloatVector.fromArray(SPECIES, r, r3);
        FloatVector right0 = FloatVector.fromArray(SPECIES, r, r0 + STEP);
        FloatVector right1 = FloatVector.fromArray(SPECIES, r, r1 + STEP);
        FloatVector right2 = FloatVector.fromArray(SPECIES, r, r2 + STEP);
        FloatVector right3 = FloatVector.fromArray(SPECIES, r, r3 + STEP);
        for (int l = 0; l < depth; l++) {
            FloatVector left = FloatVector.fromArray(SPECIES, b, l * columns + o);
            FloatVector right = FloatVector.fromArray(SPECIES, b, l * columns + o + STEP);
            FloatVector value = FloatVector.broadcast(SPECIES, a[a0 + l]);
            left0 = left.fma(value, left0);
            right0 = right.fma(value, right0);
            value = FloatVector.broadcast(SPECIES, a[a1 + l]);
            left1 = left.fma(value, left1);
            right1 = right.fma(value, right1);
            value = FloatVector.broadcast(SPECIES, a[a2 + l]);
            left2 = left.fma(value, left2);
            right2 = right.fma(value, right2);
            value = FloatVector.broadcast(SPECIES, a[a3 + l]);
            left3 = left.fma(value, left3);
            right3 = right.fma(value, right3);
        }
        left0.intoArray(r, r0);
        left1.intoArray(r, r1);
        left2.intoArray(r, r2);
        left3.intoArray(r, r3);
        right0.intoArray(r, r0 + STEP);
        right1.intoArray(r, r1 + STEP);
        right2.intoArray(r, r2 + STEP);
        right3.intoArray(r, r3 + STEP);
    }

    /** The same for what is left of the columns. */
    private static void addOneVector(
            float[] a, int a0, int stride, int last, int depth, float[] b, int o, int columns, float[] r, int r0) {
        int a1 = Math.min(a0 + stride, last);
        int a2 = Math.min(a1 + stride, last);
        int a3 = Math.min(a2 + stride, last);
        int r1 = r0 + columns;
        int r2 = r1 + columns;
        int r3 = r2 + columns;
        FloatVector sum0 = FloatVector.fromArray(SPECIES, r, r0);
        FloatVector sum1 = FloatVector.fromArray(SPECIES, r, r1);
        FloatVector sum2 = FloatVector.fromArray(SPECIES, r, r2);
        FloatVector sum3 = FloatVector.fromArray(SPECIES, r, r3);
        for (int l = 0; l < depth; l++) {
            FloatVector row = FloatVector.fromArray(SPECIES, b, l * columns + o);
            sum0 = row.fma(FloatVector.broadcast(SPECIES, a[a0 + l]), sum0);
            sum1 = row.fma(FloatVector.broadcast(SPECIES, a[a1 + l]), sum1);
            sum2 = row.fma(FloatVector.broadcast(SPECIES, a[a2 + l]), sum2);
            sum3 = row.fma(FloatVector.broadcast(SPECIES, a[a3 + l]), sum3);
        }
        sum0.intoArray(r, r0);
        sum1.intoArray(r, r1);
        sum2.intoArray(r, r2);
        sum3.intoArray(r, r3);
    }
}
