package io.dcd.worker;

import io.dcd.data.image.TrainingTransform;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.Trainer;
import io.dcd.train.order.EpochOrder;
import io.dcd.train.order.EpochPlan;
import io.dcd.vector.Vectors;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;

/** A trainer with its thread, its feed of images and its buffers. */
final class TrainingSlot implements SlotPool.Slot {
    private static final double NANOSECONDS = 1e-9;
    private static final byte[] NOTHING = {};
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final TrainingSpec spec;
    private final String name;
    private final PlanThread thread;
    private final BatchFeed feed;
    private final SoftLabels labels;
    private final Mixup mixup;

    // Made and used on the slot's thread.
    private Trainer trainer;

    TrainingSlot(TrainingSpec spec) {
        this.spec = spec;
        this.name = ManagementFactory.getRuntimeMXBean().getName() + "/" + NUMBERS.getAndIncrement();
        this.thread = new PlanThread("dcd-train-" + name);
        int batch = spec.plan().batch();
        this.feed = new BatchFeed(
                spec.data().decodeThreads(),
                spec.data().prefetchBatches() + 1,
                batch,
                () -> new TrainingTransform(spec.network().imageSize(), spec.seed(), spec.augmentation()));
        this.labels = new SoftLabels(batch, spec.network().classes(), spec.labelSmoothing());
        this.mixup = new Mixup(batch);
    }

    /** Trains what {@code worker} has to in {@code round}; the first images are decoded while {@code start} fetches the parameters. */
    WorkerResult train(Configuration configuration, Round round, Supplier<RoundStart> start, int worker)
            throws InterruptedException {
        EpochPlan steps = spec.plan().epoch(round.epoch());
        EpochOrder order = new EpochOrder(spec.data().rowGroups(), spec.seed(), round.epoch());
        long first = steps.begin(round.round(), worker);
        long last = first + (long) steps.steps(round.round()) * steps.batch();
        feed.begin(new SampleSequence(configuration, spec.data(), order.segments(first, last)), round.epoch());
        try {
            RoundStart from = start.get();
            return thread.call(() -> train(round, from, worker));
        } finally {
            feed.end();
        }
    }

    private WorkerResult train(Round round, RoundStart start, int worker) throws InterruptedException {
        long begin = System.nanoTime();
        Trainer training = trainer();
        float[] startParameters = Vectors.toFloats(start.parameters());
        float[] startVelocity = Vectors.toFloats(start.velocity());
        training.write(startParameters, startVelocity);

        double loss = 0;
        double gradientNorm = 0;
        int clipped = 0;
        long waiting = 0;
        long computing = 0;
        int step = 0;
        boolean diverged = false;
        while (step < round.learningRates().length && !diverged) {
            long asked = System.nanoTime();
            Batch batch = feed.next();
            long given = System.nanoTime();
            long number = number(round.firstStep() + step, worker);
            double share = Mixup.share(spec.seed(), number, round.mixup());
            mixup.mix(batch.pixels(), share);
            StepSettings settings =
                    new StepSettings(round.learningRates()[step], spec.momentum(), spec.weightDecay(), spec.clipNorm());
            StepResult result = training.step(number, batch.pixels(), labels.of(batch.labels(), share), settings);
            waiting += given - asked;
            computing += System.nanoTime() - given;
            diverged = !result.finite();
            loss += result.loss() * batch.size();
            gradientNorm = Math.max(gradientNorm, result.gradientNorm());
            clipped += settings.gradientScale(result.gradientNorm()) < 1 ? 1 : 0;
            step++;
        }
        float[] parameters = new float[startParameters.length];
        float[] velocity = new float[startVelocity.length];
        training.read(parameters, velocity);
        byte[] sentParameters = diverged ? NOTHING : spec.encoding().encode(parameters, startParameters);
        byte[] sentVelocity = diverged ? NOTHING : spec.encoding().encode(velocity, startVelocity);
        WorkerReadings readings = new WorkerReadings(
                worker,
                name,
                step,
                (long) step * spec.plan().batch(),
                loss,
                gradientNorm,
                clipped,
                diverged,
                (System.nanoTime() - begin) * NANOSECONDS,
                computing * NANOSECONDS,
                waiting * NANOSECONDS);
        return new WorkerResult(readings, sentParameters, sentVelocity);
    }

    /** Steps of different workers must not share dropout masks. */
    private long number(long globalStep, int worker) {
        return globalStep * spec.plan().workers() + worker;
    }

    private Trainer trainer() {
        if (trainer == null) {
            trainer = spec.engine()
                    .trainer(
                            spec.network(),
                            spec.plan().batch(),
                            spec.seed(),
                            parameter -> spec.decayBiases() || parameter.kind() == Parameter.Kind.WEIGHT);
        }
        return trainer;
    }

    @Override
    public void close() {
        thread.end(() -> {
            if (trainer != null) {
                trainer.close();
            }
        });
        feed.close();
    }
}
