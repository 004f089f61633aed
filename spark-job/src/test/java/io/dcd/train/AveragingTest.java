package io.dcd.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import io.dcd.engine.plan.StepSettings;
import io.dcd.engine.plan.TrainingPlan;
import io.dcd.vector.WeightedMean;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Averaging against plain training, on a network without batch normalisation (whose statistics belong to each worker's own batch, so that
 * the equality cannot hold there).
 */
class AveragingTest {
    private static final int INPUTS = 6;
    private static final int HIDDEN = 8;
    private static final int CLASSES = 3;
    private static final int WORKERS = 4;
    private static final int BATCH = 5;
    private static final int STEPS = 20;
    private static final StepSettings SETTINGS = new StepSettings(0.1, 0.9, 1e-3);

    /** Parameters and velocity are linear in the gradients, so momentum does not spoil the equality as long as it is averaged too. */
    @Test
    void averagingEveryStepEqualsOneLargeBatch() {
        float[] initial = initialParameters();
        float[] averaged = initial;
        float[] velocity = new float[initial.length];
        float[] large;
        try (TrainingPlan worker = plan(BATCH);
                TrainingPlan whole = plan(WORKERS * BATCH)) {
            whole.parameters().write(initial);
            for (int step = 0; step < STEPS; step++) {
                float[] inputs = random(step, WORKERS * BATCH * INPUTS);
                float[] labels = labels(step);
                train(whole, inputs, labels);
                WeightedMean parameters = new WeightedMean(initial.length);
                WeightedMean velocities = new WeightedMean(initial.length);
                for (int w = 0; w < WORKERS; w++) {
                    worker.parameters().write(averaged);
                    worker.velocity().write(velocity);
                    train(worker, part(inputs, w), part(labels, w));
                    parameters.add(doubles(worker.parameters()), BATCH);
                    velocities.add(doubles(worker.velocity()), BATCH);
                }
                averaged = parameters.mean();
                velocity = velocities.mean();
            }
            large = read(whole.parameters());
        }
        assertThat(averaged).isNotEqualTo(initial);
        // Rounding to float32 at each averaging, relative 6e-8 of parameters of size 1, over 20 steps.
        assertThat(averaged).containsExactly(large, within(1e-5f));
    }

    private static TrainingPlan plan(int batch) {
        Parameter first = new Parameter("first", "W", 0, List.of(HIDDEN, INPUTS), Parameter.Kind.WEIGHT);
        Parameter second =
                new Parameter("second", "W", first.elements(), List.of(CLASSES, HIDDEN), Parameter.Kind.WEIGHT);
        Parameter bias = new Parameter(
                "second",
                "b",
                first.elements() + second.elements(),
                List.of(CLASSES),
                Parameter.Kind.BIAS_OR_NORMALIZATION);
        GraphBuilder builder = new GraphBuilder();
        Tensor input = builder.input("input", Shape.vector(INPUTS));
        Tensor hidden = builder.activate("hidden", builder.matrixProduct("first", input, first), Activation.RELU6);
        Graph graph = builder.build(
                builder.matrixProduct("second", hidden, second, Optional.of(bias)), List.of(first, second, bias));
        return new TrainingPlan(graph, new ReferenceBackend(), batch, 1, parameter -> true);
    }

    private static void train(TrainingPlan plan, float[] inputs, float[] labels) {
        plan.plan().input(plan.plan().graph().inputs().get(0)).write(inputs);
        assertThat(plan.step(0, labels, SETTINGS).finite()).isTrue();
    }

    private static float[] part(float[] values, int worker) {
        int length = values.length / WORKERS;
        return Arrays.copyOfRange(values, worker * length, (worker + 1) * length);
    }

    private static float[] initialParameters() {
        return random(99, HIDDEN * INPUTS + CLASSES * HIDDEN + CLASSES);
    }

    private static float[] labels(int step) {
        Random random = new Random(-step - 1);
        float[] labels = new float[WORKERS * BATCH * CLASSES];
        for (int i = 0; i < WORKERS * BATCH; i++) {
            labels[i * CLASSES + random.nextInt(CLASSES)] = 1;
        }
        return labels;
    }

    private static float[] random(int seed, int length) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] read(Buffer buffer) {
        float[] values = new float[(int) buffer.elements()];
        buffer.read(values);
        return values;
    }

    private static double[] doubles(Buffer buffer) {
        float[] values = read(buffer);
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }
}
