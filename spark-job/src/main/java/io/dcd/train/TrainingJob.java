package io.dcd.train;

import io.dcd.data.PreparedData;
import io.dcd.data.Split;
import io.dcd.data.file.Lease;
import io.dcd.evaluate.EvaluationReport;
import io.dcd.evaluate.Evaluator;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsException;
import io.dcd.settings.TrainingSettings;
import io.dcd.train.RoundRunner.Outcome;
import io.dcd.train.averaging.AveragedNetwork;
import io.dcd.train.checkpoint.Checkpoint;
import io.dcd.train.checkpoint.ModelState;
import io.dcd.train.checkpoint.Progress;
import io.dcd.train.checkpoint.RunIdentity;
import io.dcd.train.order.RunPlan;
import io.dcd.vector.Vectors;
import io.dcd.worker.DataSpec;
import io.dcd.worker.EngineSpec;
import io.dcd.worker.EvaluationSpec;
import io.dcd.worker.NetworkSpec;
import io.dcd.worker.TrainingSpec;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Trains a network by parameter averaging: begins where the run directory's newest checkpoint ends, runs the rounds of each epoch,
 * evaluates, saves.
 */
public final class TrainingJob {
    private static final double NANOSECONDS = 1e-9;

    private final JavaSparkContext spark;
    private final Settings settings;
    private final RunDirectory run;
    private final TrainingListener listener;
    private final RunIdentity identity;
    private final NetworkSpec network;
    private final RunPlan plan;
    private final TrainingSpec trainingSpec;
    private final EvaluationSpec evaluationSpec;

    private Set<String> allowedChanges = Set.of();

    // What changes while the job runs.
    private volatile boolean stopping;
    private Lease lease;
    private ModelState state;
    private RoundRunner rounds;
    private Metrics metrics;
    /** The step to which the run went back last; -1 if it never did. */
    private long returnedTo = -1;

    /**
     * A job that is ready to run. The number of workers is settled here if the settings leave it open.
     *
     * @throws SettingsException if the settings do not fit the data or name no network
     * @throws io.dcd.data.DataException if the data lack a split
     */
    public TrainingJob(
            JavaSparkContext spark, Settings wanted, PreparedData data, RunDirectory run, TrainingListener listener) {
        this.spark = spark;
        this.settings = wanted.training().workers() > 0 ? wanted : wanted.with("training.workers", TaskSlots.of(spark));
        this.run = run;
        this.listener = listener;
        TrainingSettings training = settings.training();
        PreparedData.SplitData images = data.split(Split.TRAIN);
        int classes = data.classIndex().size();
        this.identity = RunIdentity.of(data, settings);
        this.network = NetworkSpec.of(settings.network(), settings.data().imageSize(), classes);
        this.plan = plan(images.rows(), training);
        String directory = data.directory().toString();
        EngineSpec engine = EngineSpec.of(settings.engine());
        this.trainingSpec = new TrainingSpec(
                network,
                DataSpec.of(settings.data(), directory, images.rowGroups()),
                engine,
                plan,
                training.seed(),
                settings.augmentation().augmentation(),
                training.momentum(),
                training.weightDecay(),
                training.decayBiases(),
                training.clipNorm(),
                training.labelSmoothing(),
                settings.averaging().encoding());
        DataSpec validation = DataSpec.of(
                settings.data(), directory, data.split(Split.VALIDATION).rowGroups());
        this.evaluationSpec = new EvaluationSpec(
                network, validation, engine, settings.evaluation().batch());
    }

    /**
     * Lets the job go on from a checkpoint of other settings.
     *
     * @param keys of the settings that may differ; {@link RunIdentity#DATA} for the prepared data
     */
    public TrainingJob withAllowedChanges(Set<String> keys) {
        allowedChanges = Set.copyOf(keys);
        return this;
    }

    /** Asks a running job to save after the present round and end there; any thread may ask. */
    public void stop() {
        stopping = true;
    }

    /**
     * Runs the job to its end or to its limit.
     *
     * @return what came out; empty if the job was asked to stop before
     * @throws io.dcd.train.checkpoint.CheckpointException if the run directory is another driver's, or its newest checkpoint is damaged or
     *     of another run
     * @throws DivergedException if training diverges; the last checkpoint stands
     */
    public Optional<Summary> run() {
        long begin = System.nanoTime();
        try (Lease taken = run.lease()) {
            lease = taken;
            Optional<Checkpoint> newest = run.checkpoints().newest();
            newest.ifPresent(checkpoint -> checkpoint.requireFits(identity, allowedChanges));
            state = newest.map(Checkpoint::state).orElseGet(this::initialState);
            Optional<Summary> done = run.summary()
                    .filter(summary -> over() && summary.step() == progress().step());
            if (done.isPresent()) {
                return done;
            }
            run.deleteUnfinished();
            run.writeSettings(settings);
            Optional<Summary> summary =
                    train().map(report -> summary(report, (System.nanoTime() - begin) * NANOSECONDS));
            lease.requireHeld();
            summary.ifPresent(run::writeSummary);
            return summary;
        }
    }

    private Optional<EvaluationReport> train() {
        rounds = new RoundRunner(spark, trainingSpec, settings);
        metrics = run.metrics(progress());
        try {
            return train(new Evaluator(spark, evaluationSpec));
        } finally {
            metrics.close();
        }
    }

    private Optional<EvaluationReport> train(Evaluator evaluator) {
        AveragedNetwork averaged =
                new AveragedNetwork(spark, network.configuration(), state.parameters(), plan.workers(), this::runEpoch);
        listener.started(new TrainingListener.Start(
                network.name(),
                state.parameters().length,
                network.classes(),
                plan,
                settings.training().epochs(),
                plan.steps(settings.training().epochs(), settings.training().limitRounds()),
                progress()));
        EvaluationReport report = null;
        long evaluatedStep = -1;
        if (!over() && evaluationIsDue() && !run.isEvaluated(progress().step())) {
            // A driver that was asked to stop at the end of an epoch left this to its successor.
            evaluate(evaluator);
        }
        while (!over() && !stopping) {
            try {
                averaged.fitEpoch();
            } catch (DivergedException diverged) {
                rollBack(diverged);
                continue;
            } finally {
                averaged.setParameters(state.parameters());
            }
            if (!stopping && (over() || evaluationIsDue())) {
                report = evaluate(evaluator);
                evaluatedStep = progress().step();
            }
            if (stopping || over() || isDue(settings.checkpoint().everyEpochs()) || roundsAreDue()) {
                save();
            }
        }
        if (!over()) {
            return Optional.empty();
        }
        return Optional.of(evaluatedStep == progress().step() ? report : evaluate(evaluator));
    }

    /** The rest of the present epoch, or as much of it as the limit allows. */
    private void runEpoch(JavaRDD<String> workers) {
        int epoch = progress().epoch();
        while (!over() && !stopping && progress().epoch() == epoch) {
            Outcome outcome = rounds.run(state, workers);
            state = outcome.state();
            metrics.append(outcome.report());
            listener.trained(outcome.report());
            // The end of an epoch is evaluated before it is saved.
            if (progress().round() > 0 && roundsAreDue()) {
                save();
            }
        }
    }

    /**
     * Goes back to the newest checkpoint, or to the beginning, with a lower rate. A checkpoint from where it diverges at once even so was
     * saved with parameters out of bounds already: it is deleted, and the one before counts. A driver that dies before the next checkpoint
     * repeats all of that, since the same rounds diverge again.
     */
    private void rollBack(DivergedException diverged) {
        int rollbacks = progress().rollbacks() + 1;
        if (rollbacks > settings.divergence().retries()) {
            throw diverged.asEnd();
        }
        double rateFactor = progress().rateFactor() * settings.divergence().rateFactor();
        lease.requireHeld();
        if (progress().step() == returnedTo && returnedTo > 0) {
            run.checkpoints().delete(returnedTo);
        }
        ModelState good = run.checkpoints().newest().map(Checkpoint::state).orElseGet(this::initialState);
        state = good.at(good.progress().again(rollbacks, rateFactor));
        returnedTo = progress().step();
        metrics.close();
        metrics = run.metrics(progress());
        metrics.append(progress(), diverged);
        listener.rolledBack(progress(), diverged);
    }

    private EvaluationReport evaluate(Evaluator evaluator) {
        EvaluationReport report =
                evaluator.evaluate(state.parameters(settings.evaluation().movingAverage()));
        metrics.append(progress().epoch(), progress().step(), report);
        listener.evaluated(progress(), report);
        return report;
    }

    private void save() {
        Checkpoint checkpoint = new Checkpoint(identity, state);
        run.checkpoints().save(checkpoint, settings.checkpoint().keep(), lease::requireHeld);
        listener.saved(progress());
    }

    private boolean over() {
        int limit = settings.training().limitRounds();
        return progress().epoch() >= settings.training().epochs()
                || limit > 0 && progress().rounds() >= limit;
    }

    private boolean evaluationIsDue() {
        return isDue(settings.evaluation().everyEpochs());
    }

    private boolean isDue(int everyEpochs) {
        return everyEpochs > 0
                && progress().rounds() > 0
                && progress().round() == 0
                && progress().epoch() % everyEpochs == 0;
    }

    /** Whether a checkpoint is due because of the number of rounds. */
    private boolean roundsAreDue() {
        int everyRounds = settings.checkpoint().everyRounds();
        return everyRounds > 0 && progress().rounds() % everyRounds == 0;
    }

    private Progress progress() {
        return state.progress();
    }

    private ModelState initialState() {
        float[] parameters = network.initialParameters(settings.training().seed());
        return new ModelState(Progress.START, parameters, new float[parameters.length]);
    }

    private Summary summary(EvaluationReport report, double seconds) {
        return new Summary(
                network.name(),
                progress().epoch() >= settings.training().epochs(),
                progress().epoch(),
                progress().step(),
                progress().rounds(),
                plan.workers(),
                progress().samples(),
                report.top1(),
                report.top5(),
                report.loss(),
                report.counts().images(),
                seconds,
                Vectors.sha256(state.parameters()));
    }

    private static RunPlan plan(long images, TrainingSettings training) {
        long needed = (long) training.workers() * training.batch();
        if (images < needed) {
            throw new SettingsException(
                    "one step needs training.workers × training.batch = %d × %d = %d images, but the training split has %d"
                            .formatted(training.workers(), training.batch(), needed, images));
        }
        return new RunPlan(
                images,
                training.workers(),
                training.batch(),
                training.stepsPerRound(),
                training.firstStepsPerRound(),
                training.stepsRampEpochs());
    }
}
