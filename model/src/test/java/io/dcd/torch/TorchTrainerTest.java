package io.dcd.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.peer.Workload;
import io.dcd.engine.plan.StepResult;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.Trainer;
import io.dcd.engine.plan.TrainingPlan;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.nio.ByteBuffer;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;

/** The trainer that learning is compared with takes the same steps as the engine. */
class TorchTrainerTest {
    private static final String NETWORK = "mobilenetv2-x0.35-static";
    private static final int SIZE = 32;
    private static final int BATCH = 16;
    private static final int CLASSES = 4;

    @Test
    void takesTheEnginesSteps() {
        ComputationGraphConfiguration configuration =
                Networks.named(NETWORK).configuration(new NetworkOptions(SIZE, CLASSES, 1, 0));
        Graph graph = Lowering.ofImages(
                configuration, SIZE, SIZE, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
        float[] parameters = InitialParameters.draw(configuration, 3);
        float[] velocity = new float[parameters.length];
        float[] expected = new float[parameters.length];
        float[] expectedVelocity = new float[parameters.length];
        float[] actual = new float[parameters.length];
        float[] actualVelocity = new float[parameters.length];
        Workload workload = new Workload(NETWORK, graph, parameters, Workload.Mode.TRAIN, BATCH, 1);
        StepSettings settings = new StepSettings(0.01, 0.9, 1e-4, 1);
        try (TrainingPlan plan = new TrainingPlan(graph, new OneDnnBackend(1), BATCH, 1, parameter -> true);
                Trainer trainer = new TorchPeer().trainer(workload, parameter -> true, 1)) {
            for (int step = 0; step < 3; step++) {
                ByteBuffer images = images(step);
                trainer.write(parameters, velocity);
                StepResult theirs = trainer.step(step, images, labels(), settings);
                trainer.read(actual, actualVelocity);
                plan.write(parameters, velocity);
                StepResult ours = plan.step(step, images, labels(), settings);
                plan.read(expected, expectedVelocity);
                // Fifty layers with the statistics of few samples amplify the rounding of float32 to some percent; a
                // wrong layout,
                // sign, momentum or norm is far beyond that.
                assertThat(theirs.loss()).isCloseTo(ours.loss(), within(0.01));
                assertThat(theirs.gradientNorm()).isCloseTo(ours.gradientNorm(), within(0.1 * ours.gradientNorm()));
                assertThat(distance(expected, actual) / distance(expected, parameters))
                        .as("difference of the parameters as a share of step %d", step)
                        .isLessThan(0.1);
                assertThat(distance(expectedVelocity, actualVelocity) / distance(expectedVelocity, velocity))
                        .as("difference of the velocities as a share of step %d", step)
                        .isLessThan(0.1);
                System.arraycopy(expected, 0, parameters, 0, parameters.length);
                System.arraycopy(expectedVelocity, 0, velocity, 0, velocity.length);
            }
        }
    }

    private static ByteBuffer images(int step) {
        byte[] values = new byte[BATCH * SIZE * SIZE * 3];
        new Random(step).nextBytes(values);
        return ByteBuffer.allocateDirect(values.length).put(values).rewind();
    }

    /** With smoothing, so that every class has its share. */
    private static float[] labels() {
        float[] labels = new float[BATCH * CLASSES];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % CLASSES == i / CLASSES % CLASSES ? 0.7f : 0.1f;
        }
        return labels;
    }

    private static double distance(float[] a, float[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (double) (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(squares);
    }
}
