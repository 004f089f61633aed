package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Backends;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InferencePlanTest {
    private static final int SIZE = 17;
    private static final int CLASSES = 4;
    private static final int IMAGE_BYTES = SIZE * SIZE * 3;
    private static final int IMAGES = 5;

    private final ComputationGraphConfiguration configuration =
            Networks.named("mobilenetv2-x0.35-dcd").configuration(NetworkOptions.of(SIZE, CLASSES));
    private final Graph graph = Lowering.ofImages(
            configuration, SIZE, SIZE, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
    private final float[] parameters = InitialParameters.draw(configuration, 1);
    private final ByteBuffer images = ByteBuffer.allocate(IMAGES * IMAGE_BYTES);

    InferencePlanTest() {
        new Random(2).nextBytes(images.array());
    }

    @ParameterizedTest
    @CsvSource({"onednn, 1", "onednn, 2", "reference, 1"})
    void anImagesResultDependsOnItAlone(String backend, int threads) {
        float[] all = new float[IMAGES * CLASSES];
        try (InferencePlan plan = plan(backend, threads, IMAGES)) {
            plan.predict(images, all);
        }
        try (InferencePlan single = plan(backend, threads, 1)) {
            for (int n = 0; n < IMAGES; n++) {
                float[] logits = new float[CLASSES];
                single.predict(images.slice(n * IMAGE_BYTES, IMAGE_BYTES), logits);
                assertClose(logits, Arrays.copyOfRange(all, n * CLASSES, (n + 1) * CLASSES));
            }
        }
    }

    @Test
    void takesALastPartialBatch() {
        float[] all = new float[IMAGES * CLASSES];
        float[] first = new float[2 * CLASSES];
        try (InferencePlan plan = plan("onednn", 2, IMAGES)) {
            plan.predict(images, all);
            plan.predict(images.slice(3 * IMAGE_BYTES, 2 * IMAGE_BYTES), first);
        }
        assertClose(first, Arrays.copyOfRange(all, 3 * CLASSES, IMAGES * CLASSES));
    }

    @Test
    void trainingTakesWholeBatchesAlone() {
        StepSettings settings = new StepSettings(0.1, 0.9, 0);
        try (TrainingPlan plan = new TrainingPlan(graph, Backends.select("onednn", 1), 2, 0, parameter -> true)) {
            plan.write(parameters, new float[parameters.length]);
            assertThatThrownBy(() -> plan.step(1, images.slice(0, IMAGE_BYTES), new float[2 * CLASSES], settings))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("%d bytes of images are not the %d of a batch of 2", IMAGE_BYTES, 2 * IMAGE_BYTES);
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (InferencePlan plan = plan("onednn", 1, 2)) {
            float[] logits = new float[2 * CLASSES];
            assertThatThrownBy(() -> plan.predict(images, logits))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("%d bytes are not 1 to 2 images of %d bytes".formatted(images.capacity(), IMAGE_BYTES));
            assertThatThrownBy(() -> plan.predict(images.slice(0, IMAGE_BYTES + 1), logits))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("are not 1 to 2 images");
            assertThatThrownBy(() -> plan.predict(images.slice(0, 0), logits))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0 bytes");
            assertThatThrownBy(() -> plan.predict(images.slice(0, IMAGE_BYTES), new float[3 * CLASSES]))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("12 values do not fit a buffer of 8");
            assertThatThrownBy(() -> plan.parameters().write(new float[parameters.length + 1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(plan.plan()::backward).hasMessageContaining("for inference");
        }
        assertThatThrownBy(() -> plan("onednn", 1, 0)).hasMessage("the batch must be at least 1, got 0");
    }

    @Test
    void refusesToRunWhenClosed() {
        InferencePlan plan = plan("onednn", 1, 1);
        plan.close();
        plan.close();
        assertThatThrownBy(() -> plan.predict(images.slice(0, IMAGE_BYTES), new float[CLASSES]))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> plan.parameters().write(parameters))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void passesOnValuesThatAreNotFinite() {
        float[] broken = parameters.clone();
        broken[broken.length - 1] = Float.NaN;
        float[] logits = new float[CLASSES];
        try (InferencePlan plan = plan("onednn", 1, 1)) {
            plan.parameters().write(broken);
            plan.predict(images.slice(0, IMAGE_BYTES), logits);
            assertThat(logits).contains(Float.NaN);
            plan.parameters().write(parameters);
            plan.predict(images.slice(0, IMAGE_BYTES), logits);
            assertThat(logits).doesNotContain(Float.NaN);
        }
    }

    private InferencePlan plan(String backend, int threads, int batch) {
        InferencePlan plan = new InferencePlan(graph, Backends.select(backend, threads), batch);
        plan.parameters().write(parameters);
        return plan;
    }

    private static void assertClose(float[] actual, float[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * (1e-3f + Math.abs(expected[i]))));
        }
    }
}
