package io.dcd.worker;

import java.util.Arrays;

/** Labels as a training plan takes them: a row of probabilities for each image, kept from batch to batch. */
final class SoftLabels {
    private final int batch;
    private final int classes;
    private final float right;
    private final float wrong;
    private final float[] rows;
    private final int[] set;

    /**
     * @param smoothing the probability that is spread evenly over the wrong classes; the right one keeps the rest
     */
    SoftLabels(int batch, int classes, double smoothing) {
        this.batch = batch;
        this.classes = classes;
        this.right = (float) (1 - smoothing);
        this.wrong = (float) (smoothing / (classes - 1));
        this.rows = new float[batch * classes];
        this.set = new int[batch];
        Arrays.fill(rows, wrong);
    }

    /**
     * The rows of these labels, batch × classes; valid until the next call.
     *
     * @param share what each image keeps of itself; the rest is its {@link Mixup} partner's
     */
    float[] of(int[] labels, double share) {
        for (int i = 0; i < batch; i++) {
            // What the batch before has set: its own labels and those of its partners.
            rows[i * classes + set[i]] = wrong;
            rows[i * classes + set[batch - 1 - i]] = wrong;
        }
        for (int i = 0; i < batch; i++) {
            int partner = labels[batch - 1 - i];
            if (partner == labels[i]) {
                rows[i * classes + partner] = right;
            } else {
                rows[i * classes + labels[i]] = mix(right, wrong, share);
                rows[i * classes + partner] = mix(wrong, right, share);
            }
        }
        System.arraycopy(labels, 0, set, 0, batch);
        return rows;
    }

    private static float mix(float own, float partners, double share) {
        return (float) (share * own + (1 - share) * partners);
    }
}
