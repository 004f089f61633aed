package io.dcd.evaluate;

import io.dcd.worker.EvaluationCounts;

/** How good a network is on a split, and how long it took to find out. */
public record EvaluationReport(EvaluationCounts counts, double seconds) {
    /** Images whose label had the highest score, in percent. */
    public double top1() {
        return 100.0 * counts.top1() / counts.images();
    }

    /** Images whose label was among the five highest scores, in percent. */
    public double top5() {
        return 100.0 * counts.top5() / counts.images();
    }

    /** Mean cross-entropy. */
    public double loss() {
        return counts.loss() / counts.images();
    }
}
