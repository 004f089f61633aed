package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.PreparedImages;
import io.dcd.data.PreparedData;
import io.dcd.data.Sample;
import io.dcd.data.Split;
import io.dcd.data.image.Augmentation;
import io.dcd.data.image.TrainingTransform;
import io.dcd.data.shard.RowGroupReader;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import io.dcd.settings.SettingsLoader;
import io.dcd.settings.TrainingSettings;
import io.dcd.train.TrainingRuns.RecordingListener;
import io.dcd.train.order.EpochOrder;
import io.dcd.vector.Vectors;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One worker is plain training: a loop without Spark, rounds, threads or feeds gives the same network, bit for bit. */
class PlainTrainingTest {
    private static final int SIZE = 32;
    private static final int BATCH = 9;
    private static final int EPOCHS = 2;
    private static final long SEED = 5;

    @TempDir
    private Path directory;

    @Test
    void oneWorkerEqualsPlainTraining() throws IOException {
        PreparedData data;
        Summary summary;
        double clipNorm;
        RecordingListener listener = new RecordingListener();
        try (JavaSparkContext spark = TrainingRuns.spark("local[2]")) {
            data = PreparedImages.prepare(spark, directory);
            clipNorm = medianGradientNorm(data);
            summary = TrainingRuns.train(
                    spark,
                    data,
                    directory.resolve("run"),
                    listener,
                    "training.workers=1",
                    "training.batch=" + BATCH,
                    "training.epochs=" + EPOCHS,
                    "training.seed=" + SEED,
                    "training.steps-per-round=3",
                    "training.steps-ramp-epochs=1",
                    "training.label-smoothing=0.1",
                    "training.clip-norm=" + clipNorm);
        }
        assertThat(listener.rounds)
                .as("11 rounds of one step while the ramp lasts, then 4 of at most 3")
                .hasSize(15);
        assertThat(listener.rounds)
                .as("some steps are clipped, some are not")
                .anySatisfy(round -> assertThat(round.clippedShare()).isPositive())
                .anySatisfy(round -> assertThat(round.clippedShare()).isLessThan(1));
        assertThat(summary.parametersSha256()).isEqualTo(Vectors.sha256(plainTraining(data, clipNorm, norm -> {})));
    }

    /** Of training without clipping: a bound by which about half of the steps are clipped. */
    private static double medianGradientNorm(PreparedData data) {
        List<Double> norms = new ArrayList<>();
        plainTraining(data, 0, norms::add);
        norms.sort(null);
        return norms.get(norms.size() / 2);
    }

    private static float[] plainTraining(PreparedData data, double clipNorm, DoubleConsumer gradientNorms) {
        NetworkSpec network = new NetworkSpec("mobilenetv2-x0.35-static", SIZE, PreparedImages.CLASSES, 1, 0.2);
        int stepsPerEpoch = PreparedImages.TRAINING / BATCH;
        TrainingSettings settings = new SettingsLoader()
                .assignment("training.epochs=" + EPOCHS)
                .load()
                .training();
        LearningRate rate = new LearningRate(settings, stepsPerEpoch);
        ByteBuffer pixels = ByteBuffer.allocateDirect(BATCH * SIZE * SIZE * 3);
        float[] labels = new float[BATCH * PreparedImages.CLASSES];
        float[] parameters = network.initialParameters(SEED);
        try (TrainingPlan plan =
                        new TrainingPlan(network.graph(), Backends.select("auto", 1), BATCH, SEED, each -> true);
                TrainingTransform transform = new TrainingTransform(SIZE, SEED, Augmentation.PUBLISHED)) {
            plan.parameters().write(parameters);
            int step = 0;
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                List<Sample> samples = samples(data, epoch);
                for (int i = 0; i < stepsPerEpoch; i++) {
                    for (int j = 0; j < BATCH; j++) {
                        Sample sample = samples.get(i * BATCH + j);
                        transform.apply(sample.image(), epoch, sample.row(), pixels, j * transform.bytes());
                        for (int k = 0; k < PreparedImages.CLASSES; k++) {
                            labels[j * PreparedImages.CLASSES + k] = k == sample.label() ? 0.9f : (float) (0.1 / 3);
                        }
                    }
                    gradientNorms.accept(
                            plan.step(step, pixels, labels, new StepSettings(rate.at(step), 0.9, 2e-5, clipNorm))
                                    .gradientNorm());
                    step++;
                }
            }
            plan.parameters().read(parameters);
        }
        return parameters;
    }

    private static List<Sample> samples(PreparedData data, int epoch) {
        List<Sample> samples = new ArrayList<>();
        EpochOrder order = new EpochOrder(data.split(Split.TRAIN).rowGroups(), SEED, epoch);
        for (EpochOrder.Segment segment : order.segments(0, order.samples())) {
            List<Sample> rows = new ArrayList<>();
            try (RowGroupReader reader =
                    RowGroupReader.open(new Configuration(), data.directory(), segment.rowGroup())) {
                reader.forEachRemaining(rows::add);
            }
            for (int row : segment.rows()) {
                samples.add(rows.get(row));
            }
        }
        return samples;
    }
}
