package io.dcd.worker;

import io.dcd.data.RowGroup;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/** What a task calls: the warm plans of its process do the work. */
public final class Worker {
    private static final SlotPool<TrainingSpec, TrainingSlot> TRAINING = new SlotPool<>(TrainingSlot::new);
    private static final SlotPool<EvaluationSpec, EvaluationSlot> EVALUATION = new SlotPool<>(EvaluationSlot::new);

    private Worker() {}

    /**
     * Trains what the logical worker {@code worker} has to in {@code round}: a pure function of its arguments.
     *
     * @param start is asked on the calling thread, while images are being decoded already
     */
    public static WorkerResult train(
            TrainingSpec spec, Configuration configuration, Round round, Supplier<RoundStart> start, int worker)
            throws InterruptedException {
        return TRAINING.run(spec, slot -> slot.train(configuration, round, start, worker));
    }

    /** Counts how often the network with {@code parameters} (little-endian float32) is right on {@code rowGroups}. */
    public static EvaluationCounts evaluate(
            EvaluationSpec spec, Configuration configuration, byte[] parameters, List<RowGroup> rowGroups)
            throws InterruptedException {
        return EVALUATION.run(spec, slot -> slot.evaluate(configuration, parameters, rowGroups));
    }
}
