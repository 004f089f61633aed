package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A linear classifier z = W·x + b, small enough to do by hand. */
class TrainingPlanTest {
    private static final StepSettings SETTINGS = new StepSettings(0.5, 0.9, 0.01);

    private final TrainingPlan plan =
            new TrainingPlan(linearClassifier(), new ReferenceBackend(), 1, 0, parameter -> parameter
                    .key()
                    .equals("W"));
    private final Tensor input = plan.plan().graph().inputs().get(0);

    @Test
    void updatesAsPyTorchDoes() {
        double[] parameters = {0.1, -0.2, 0.3, 0.4, 0.05, -0.05};
        plan.parameters().write(parameters);
        plan.plan().input(input).write(new double[] {1, 2});
        float[] label = {1, 0};
        double[] velocity = new double[6];
        for (int step = 0; step < 3; step++) {
            double probability = probabilityOfFirst(parameters);
            double[] gradients = gradients(probability - 1);
            StepResult result = plan.step(step, label, SETTINGS);
            assertThat(result.loss()).isCloseTo(-Math.log(probability), within(1e-12));
            assertThat(result.gradientNorm()).isCloseTo(norm(gradients), within(1e-12));
            for (int i = 0; i < 6; i++) {
                double decayed = gradients[i] + (i < 4 ? SETTINGS.weightDecay() * parameters[i] : 0);
                velocity[i] = SETTINGS.momentum() * velocity[i] + decayed;
                parameters[i] -= SETTINGS.learningRate() * velocity[i];
            }
            assertThat(read(plan.parameters()))
                    .as("parameters after step %d", step)
                    .containsExactly(parameters, within(1e-12));
            assertThat(read(plan.velocity()))
                    .as("velocity after step %d", step)
                    .containsExactly(velocity, within(1e-12));
        }
    }

    /** Only the direction of a long gradient counts; a short one, and the weight decay of either, stay as they are. */
    @Test
    void clipsLongGradients() {
        double[] parameters = {0.1, -0.2, 0.3, 0.4, 0.05, -0.05};
        double[] gradients = gradients(probabilityOfFirst(parameters) - 1);
        double norm = norm(gradients);
        assertThat(updated(parameters, norm * 2)).containsExactly(updated(parameters, 0));
        double[] clipped = updated(parameters, norm / 4);
        for (int i = 0; i < 6; i++) {
            double decay = i < 4 ? SETTINGS.weightDecay() * parameters[i] : 0;
            // The denominator has PyTorch's 1e-6 added.
            assertThat(clipped[i])
                    .isCloseTo(parameters[i] - SETTINGS.learningRate() * (gradients[i] / 4 + decay), within(1e-6));
        }
    }

    @Test
    void leavesTheParametersAloneWhenTheLossIsNotFinite() {
        double[] parameters = {Double.NaN, 0, 0, 0, 0, 0};
        plan.parameters().write(parameters);
        plan.plan().input(input).write(new double[] {1, 2});
        StepResult result = plan.step(0, new float[] {1, 0}, SETTINGS);
        assertThat(result.finite()).isFalse();
        assertThat(read(plan.parameters())).containsExactly(parameters);
        assertThat(read(plan.velocity())).containsOnly(0);
    }

    @Test
    void refusesLabelsThatDoNotFit() {
        assertThatThrownBy(() -> plan.step(0, new float[3], SETTINGS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 labels");
    }

    @Test
    void refusesToRunWhenClosed() {
        plan.close();
        plan.close();
        assertThatThrownBy(() -> plan.plan().forward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void dropoutDependsOnSeedAndStepAlone() {
        GraphBuilder builder = new GraphBuilder();
        Tensor x = builder.input("x", Shape.vector(64));
        Graph graph = builder.build(builder.dropout("y", x, 0.5), new ParameterLayout().all());
        double[] values = new Random(1).doubles(64).toArray();
        double[] first = dropped(graph, 11, 5, values);
        assertThat(dropped(graph, 11, 5, values)).containsExactly(first);
        assertThat(dropped(graph, 11, 6, values)).isNotEqualTo(first);
        assertThat(dropped(graph, 12, 5, values)).isNotEqualTo(first);
    }

    /** The parameters after one step from rest on the input (1, 2) of the first class. */
    private double[] updated(double[] parameters, double clipNorm) {
        plan.parameters().write(parameters);
        plan.velocity().write(new double[6]);
        plan.plan().input(input).write(new double[] {1, 2});
        plan.step(
                0,
                new float[] {1, 0},
                new StepSettings(SETTINGS.learningRate(), SETTINGS.momentum(), SETTINGS.weightDecay(), clipNorm));
        return read(plan.parameters());
    }

    /** Of the input (1, 2). */
    private static double probabilityOfFirst(double[] parameters) {
        double first = parameters[0] + 2 * parameters[1] + parameters[4];
        double second = parameters[2] + 2 * parameters[3] + parameters[5];
        return 1 / (1 + Math.exp(second - first));
    }

    private static double[] dropped(Graph graph, long seed, long step, double[] values) {
        try (Plan plan = new Plan(graph, new ReferenceBackend(), PlanOptions.training(1, seed))) {
            plan.step(step);
            plan.input(graph.inputs().get(0)).write(values);
            plan.forward();
            return read(plan.output());
        }
    }

    private static Graph linearClassifier() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", Shape.vector(2));
        Tensor logits =
                builder.matrixProduct("z", x, parameters.weight("W", 2, 2), Optional.of(parameters.bias("b", 2)));
        return builder.build(logits, parameters.all());
    }

    private static double[] gradients(double first) {
        return new double[] {first, 2 * first, -first, -2 * first, first, -first};
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[(int) buffer.elements()];
        buffer.read(values);
        return values;
    }
}
