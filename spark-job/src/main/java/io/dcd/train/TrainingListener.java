package io.dcd.train;

import io.dcd.evaluate.EvaluationReport;
import io.dcd.train.checkpoint.Progress;
import io.dcd.train.order.RunPlan;
import java.util.List;

/** Is told how a run goes on, on the driver's thread. */
public interface TrainingListener {
    /**
     * What a run is about to do.
     *
     * @param network its name
     * @param parameters length of the flat parameter vector
     * @param classes the number of classes
     * @param plan how each epoch is cut into rounds, workers and batches
     * @param epochs all epochs of the run
     * @param steps what each worker will have taken when the run ends
     * @param progress where it begins; not the start if it resumes
     */
    record Start(String network, int parameters, int classes, RunPlan plan, int epochs, long steps, Progress progress) {
        /** The rounds of an epoch, counted from 0. */
        public int rounds(int epoch) {
            return plan.epoch(epoch).rounds();
        }
    }

    /** A listener that passes everything on to {@code listeners}, in their order. */
    static TrainingListener all(List<TrainingListener> listeners) {
        return new TrainingListener() {
            @Override
            public void started(Start start) {
                listeners.forEach(each -> each.started(start));
            }

            @Override
            public void trained(RoundReport round) {
                listeners.forEach(each -> each.trained(round));
            }

            @Override
            public void evaluated(Progress progress, EvaluationReport report) {
                listeners.forEach(each -> each.evaluated(progress, report));
            }

            @Override
            public void saved(Progress progress) {
                listeners.forEach(each -> each.saved(progress));
            }

            @Override
            public void rolledBack(Progress progress, DivergedException reason) {
                listeners.forEach(each -> each.rolledBack(progress, reason));
            }
        };
    }

    void started(Start start);

    void trained(RoundReport round);

    /** @param progress how far the evaluated network has come */
    void evaluated(Progress progress, EvaluationReport report);

    void saved(Progress progress);

    /**
     * The run diverged and goes on from an earlier place with a lower rate.
     *
     * @param progress where it goes on, with the new factor of the rate
     */
    void rolledBack(Progress progress, DivergedException reason);
}
