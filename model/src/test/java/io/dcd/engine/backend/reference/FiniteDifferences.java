package io.dcd.engine.backend.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Buffer;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Checks the gradients of a graph on the reference backend: with L = Σ r·y for random r, every analytic derivative of L
 * against the central difference (L(p + h) − L(p − h)) / 2h.
 */
public final class FiniteDifferences implements AutoCloseable {
    /** Truncation costs about h², rounding about 1e-16/h: both below 1e-9 at this h. */
    private static final double STEP = 1e-5;

    /** Leaves room for second derivatives up to some hundreds, as batch normalisation over few values has them. */
    private static final double TOLERANCE = 2e-6;

    private final Graph graph;
    private final Plan plan;
    private final Random random = new Random(42);
    private final double[] outputGradient;

    private FiniteDifferences(Graph graph, int batch, Backend backend) {
        this.graph = graph;
        this.plan = new Plan(graph, backend, PlanOptions.training(batch, 7).withInputGradients());
        this.outputGradient = gaussian((int) plan.output().elements());
    }

    /**
     * Checks the gradient of every input and every trainable parameter at a random point: with the batch as a whole, and
     * with two threads that take it sample by sample.
     */
    public static void check(Graph graph, int batch) {
        for (Backend backend : List.of(new ReferenceBackend(), new ReferenceBackend(2, 1))) {
            try (FiniteDifferences differences = new FiniteDifferences(graph, batch, backend)) {
                differences.run();
            }
        }
    }

    @Override
    public void close() {
        plan.close();
    }

    private void run() {
        for (Tensor input : graph.inputs()) {
            plan.input(input).write(gaussian((int) plan.input(input).elements()));
        }
        plan.parameters().write(gaussian((int) plan.parameters().elements()));
        plan.forward();
        plan.outputGradient().write(outputGradient);
        plan.backward();
        // The next forward pass may use the memory of the inputs' gradients: read them all first.
        Map<Tensor, double[]> inputGradients = new LinkedHashMap<>();
        graph.inputs().forEach(input -> inputGradients.put(input, read(plan.inputGradient(input))));
        inputGradients.forEach((input, gradient) -> check("gradient of " + input, plan.input(input), gradient));
        for (Parameter parameter : graph.parameters()) {
            if (parameter.kind().trainable()) {
                Buffer values = plan.parameters().slice(parameter.offset(), parameter.elements());
                Buffer gradient = plan.parameterGradients().slice(parameter.offset(), parameter.elements());
                check("gradient of " + parameter.name(), values, read(gradient));
            }
        }
    }

    private void check(String what, Buffer buffer, double[] gradient) {
        double[] values = read(buffer);
        assertThat(gradient).as(what).isNotEmpty();
        for (int i = 0; i < values.length; i++) {
            double value = values[i];
            values[i] = value + STEP;
            buffer.write(values);
            double above = objective();
            values[i] = value - STEP;
            buffer.write(values);
            double below = objective();
            values[i] = value;
            buffer.write(values);
            double numeric = (above - below) / (2 * STEP);
            assertThat(gradient[i])
                    .as("%s at %d", what, i)
                    .isCloseTo(numeric, within(TOLERANCE * Math.max(1, Math.abs(numeric))));
        }
    }

    private double objective() {
        plan.forward();
        double[] output = read(plan.output());
        double sum = 0;
        for (int i = 0; i < output.length; i++) {
            sum += outputGradient[i] * output[i];
        }
        return sum;
    }

    private double[] gaussian(int elements) {
        return random.doubles(elements, -1.5, 1.5).toArray();
    }

    private static double[] read(Buffer buffer) {
        double[] values = new double[(int) buffer.elements()];
        buffer.read(values);
        return values;
    }
}
