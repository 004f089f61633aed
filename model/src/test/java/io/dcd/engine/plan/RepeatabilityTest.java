package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.nio.ByteBuffer;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same seed on the same number of threads gives the same bits, step after step. */
class RepeatabilityTest {
    private static final int SIZE = 40;
    private static final int CLASSES = 4;
    private static final int BATCH = 5;
    private static final int STEPS = 3;

    @ParameterizedTest
    @CsvSource({
        "mobilenetv2-x0.35-static, 1",
        "mobilenetv2-x0.35-dcd, 1",
        "mobilenetv2-x0.35-dcd, 2",
        "mobilenetv2-x0.35-dyconv, 3",
        "resnet10-dcd, 2"
    })
    void stepsRepeatThemselvesBitForBit(String network, int threads) {
        float[][] first = train(network, threads, 1);
        float[][] again = train(network, threads, 1);
        float[][] other = train(network, threads, 2);
        for (int vector = 0; vector < first.length; vector++) {
            assertThat(again[vector]).isEqualTo(first[vector]);
        }
        // Dropout alone depends on the seed.
        assertThat(other[0]).isNotEqualTo(first[0]);
    }

    /** Parameters and velocity after some steps. */
    private static float[][] train(String network, int threads, long seed) {
        ComputationGraphConfiguration configuration = Networks.named(network)
                .configuration(NetworkOptions.of(SIZE, CLASSES).withDropout(0.2));
        Graph graph = Lowering.ofImages(
                configuration, SIZE, SIZE, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
        float[] parameters = InitialParameters.draw(configuration, 1);
        float[] velocity = new float[parameters.length];
        byte[] images = new byte[BATCH * SIZE * SIZE * 3];
        new Random(3).nextBytes(images);
        float[] labels = new float[BATCH * CLASSES];
        for (int n = 0; n < BATCH; n++) {
            labels[n * CLASSES + n % CLASSES] = 1;
        }
        try (TrainingPlan plan = new TrainingPlan(graph, new OneDnnBackend(threads), BATCH, seed, parameter -> true)) {
            plan.write(parameters, velocity);
            for (int step = 0; step < STEPS; step++) {
                plan.step(step, ByteBuffer.wrap(images), labels, new StepSettings(0.01, 0.9, 1e-4));
            }
            plan.read(parameters, velocity);
        }
        return new float[][] {parameters, velocity};
    }
}
