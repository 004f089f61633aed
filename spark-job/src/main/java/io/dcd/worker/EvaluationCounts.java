package io.dcd.worker;

import java.io.Serializable;

/**
 * How often a network was right.
 *
 * @param images the number of images evaluated
 * @param top1 of them, those whose label had the highest score
 * @param top5 of them, those whose label was among the five highest
 * @param loss the sum over images of the cross-entropy
 */
public record EvaluationCounts(long images, long top1, long top5, double loss) implements Serializable {
    public static final EvaluationCounts NONE = new EvaluationCounts(0, 0, 0, 0);

    /** Both together. */
    public EvaluationCounts plus(EvaluationCounts other) {
        return new EvaluationCounts(images + other.images, top1 + other.top1, top5 + other.top5, loss + other.loss);
    }

    /**
     * This and one more image.
     *
     * @param logits where the image's scores lie, from {@code offset} on
     * @param classes the number of scores
     */
    EvaluationCounts plus(float[] logits, int offset, int classes, int label) {
        float right = logits[offset + label];
        int higher = 0;
        float highest = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < classes; i++) {
            float score = logits[offset + i];
            // Among equal scores the lower class wins; a score that is no number never makes the label right.
            if (!(score < right) && i != label && !(score == right && i > label)) {
                higher++;
            }
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (int i = 0; i < classes; i++) {
            sum += Math.exp((double) logits[offset + i] - highest);
        }
        return new EvaluationCounts(
                images + 1,
                top1 + (higher < 1 ? 1 : 0),
                top5 + (higher < 5 ? 1 : 0),
                loss + Math.log(sum) + highest - right);
    }
}
