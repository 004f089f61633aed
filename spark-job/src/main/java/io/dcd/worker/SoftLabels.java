package io.dcd.worker;

import java.util.Arrays;

/** Labels as a training plan takes them: a row of probabilities for each image, kept from batch to batch. */
final class SoftLabels {
    private final int classes;
    private final float right;
    private final float wrong;
    private final float[] rows;
    private final int[] set;

    /**
     * @param smoothing the probability that is spread evenly over the wrong classes; the right one keeps the rest
     */
    SoftLabels(int batch, int classes, double smoothing) {
        this.classes = classes;
        this.right = (float) (1 - smoothing);
        this.wrong = (float) (smoothing / (classes - 1));
        this.rows = new float[batch * classes];
        this.set = new int[batch];
        Arrays.fill(rows, wrong);
    }

    /** The rows of these labels, batch × classes; valid until the next call. */
    float[] of(int[] labels) {
        for (int i = 0; i < set.length; i++) {
            rows[i * classes + set[i]] = wrong;
            set[i] = labels[i];
            rows[i * classes + labels[i]] = right;
        }
        return rows;
    }
}
