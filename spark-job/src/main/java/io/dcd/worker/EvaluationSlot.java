package io.dcd.worker;

import io.dcd.data.RowGroup;
import io.dcd.data.image.EvaluationTransform;
import io.dcd.engine.plan.InferencePlan;
import io.dcd.train.order.EpochOrder.Segment;
import io.dcd.vector.Vectors;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/** An inference plan with its thread and its feed of images. */
final class EvaluationSlot implements SlotPool.Slot {
    private final EvaluationSpec spec;
    private final PlanThread thread = new PlanThread("dcd-evaluate");
    private final BatchFeed feed;
    private final float[] logits;

    // Made and used on the slot's thread.
    private InferencePlan plan;

    EvaluationSlot(EvaluationSpec spec) {
        this.spec = spec;
        this.feed = new BatchFeed(
                spec.data().decodeThreads(),
                spec.data().prefetchBatches() + 1,
                spec.batch(),
                () -> new EvaluationTransform(spec.network().imageSize()));
        this.logits = new float[spec.batch() * spec.network().classes()];
    }

    /** Counts over some of the split's row groups. */
    EvaluationCounts evaluate(Configuration configuration, byte[] parameters, List<RowGroup> rowGroups)
            throws InterruptedException {
        return thread.call(() -> {
            List<Segment> segments = rowGroups.stream()
                    .map(each ->
                            new Segment(each, IntStream.range(0, each.rows()).toArray()))
                    .toList();
            SampleSequence samples = new SampleSequence(configuration, spec.data(), segments);
            feed.begin(samples, 0);
            try {
                return evaluate(parameters, samples.size());
            } finally {
                feed.end();
            }
        });
    }

    private EvaluationCounts evaluate(byte[] parameters, long images) throws InterruptedException {
        if (plan == null) {
            plan = new InferencePlan(spec.network().graph(), spec.engine().select(), spec.batch());
        }
        plan.parameters().write(Vectors.toFloats(parameters));
        EvaluationCounts counts = EvaluationCounts.NONE;
        while (counts.images() < images) {
            Batch batch = feed.next();
            plan.predict(batch.pixels(), logits);
            for (int i = 0; i < batch.size(); i++) {
                int classes = spec.network().classes();
                counts = counts.plus(logits, i * classes, classes, batch.labels()[i]);
            }
        }
        return counts;
    }

    @Override
    public void close() {
        thread.end(() -> {
            if (plan != null) {
                plan.close();
            }
        });
        feed.close();
    }
}
