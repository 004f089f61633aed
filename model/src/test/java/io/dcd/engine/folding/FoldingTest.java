package io.dcd.engine.folding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.onednn.OneDnnBackend;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.Activate;
import io.dcd.engine.operation.Add;
import io.dcd.engine.operation.BatchNormalization;
import io.dcd.engine.operation.FormedConvolution;
import io.dcd.engine.plan.InferencePlan;
import io.dcd.engine.plan.Plan;
import io.dcd.engine.plan.PlanOptions;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folded graphs compute what the graphs compute that they come from. */
class FoldingTest {
    private static final int SIZE = 40;
    private static final int CLASSES = 5;
    private static final int BATCH = 3;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mobilenetv2-x0.35-static",
                "mobilenetv2-x0.35-dcd",
                "mobilenetv2-x0.35-dcd:fusion=false",
                "mobilenetv2-x0.35-dcd:attention=false",
                "mobilenetv2-x0.35-dcd:form=plain",
                "mobilenetv2-x0.35-dcd:blocks=2",
                "mobilenetv2-x0.35-se",
                "resnet10-static",
                "resnet10-dcd",
            })
    void changesNoResult(String name) {
        Graph graph = graph(name);
        double[] expected = infer(
                graph, new ReferenceBackend(), PlanOptions.inference(BATCH).withoutFolding());
        double[] folded = infer(graph, new ReferenceBackend(), PlanOptions.inference(BATCH));
        double[] fast = infer(graph, new OneDnnBackend(2), PlanOptions.inference(BATCH));
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(folded[i]).as("folded, in double").isCloseTo(expected[i], within(1e-11 * scale));
            // Float rounds to 6e-8; fifty layers add up.
            assertThat(fast[i]).as("folded, in float").isCloseTo(expected[i], within(1e-4 * scale));
        }
    }

    @Test
    void leavesNoNormalizationOfAStaticNetwork() {
        assertThat(Folding.apply(graph("resnet10-static")).graph().operations())
                .noneMatch(operation -> operation instanceof BatchNormalization
                        || operation instanceof Add
                        || operation instanceof Activate);
    }

    @Test
    void formsTheKernelOfEveryDynamicPointwiseLayer() {
        // Sixteen blocks expand and project.
        assertThat(Folding.apply(graph("mobilenetv2-x0.35-dcd")).graph().operations())
                .filteredOn(FormedConvolution.class::isInstance)
                .hasSize(32);
    }

    @Test
    void followsTheParameters() {
        Graph graph = graph("mobilenetv2-x0.35-dcd");
        double[] first = parameters(graph, 1);
        double[] second = parameters(graph, 2);
        try (InferencePlan plan = new InferencePlan(graph, new OneDnnBackend(1), BATCH)) {
            plan.plan().input(graph.inputs().get(0)).write(images());
            plan.parameters().write(first);
            double[] before = run(plan.plan());
            plan.parameters().slice(0, second.length).write(second);
            assertThat(run(plan.plan())).isNotEqualTo(before);
            plan.parameters().write(first);
            assertThat(run(plan.plan())).isEqualTo(before);
        }
    }

    private static double[] infer(Graph graph, Backend backend, PlanOptions options) {
        try (Plan plan = new Plan(graph, backend, options)) {
            plan.parameters().write(parameters(graph, 1));
            plan.input(graph.inputs().get(0)).write(images());
            return run(plan);
        }
    }

    private static double[] run(Plan plan) {
        plan.forward();
        double[] result = new double[(int) plan.output().elements()];
        plan.output().read(result);
        return result;
    }

    private static Graph graph(String name) {
        return Lowering.ofTensors(
                Networks.named(name).configuration(NetworkOptions.of(SIZE, CLASSES)), new Shape(SIZE, SIZE, 3));
    }

    private static double[] images() {
        return new Random(5).doubles(BATCH * SIZE * SIZE * 3, -2, 2).toArray();
    }

    /** Values of unit gain, as a trained network has them; every statistic differs from its initial value. */
    private static double[] parameters(Graph graph, long seed) {
        Random random = new Random(seed);
        double[] values = new double[graph.parameterElements()];
        for (Parameter parameter : graph.parameters()) {
            int fanIn = parameter.shape().stream().skip(1).reduce(1, (a, b) -> a * b);
            // Products of a branch's large values would leave every range.
            double gain = parameter.key().startsWith("FC") ? 0.05 : 1;
            for (int i = 0; i < parameter.elements(); i++) {
                double value = parameter.shape().size() == 1
                        ? (parameter.key().matches("(gamma|var|temperature).*") ? 1 : 0) + 0.5 * random.nextDouble()
                        : gain * random.nextGaussian() / Math.sqrt(fanIn);
                values[(int) parameter.offset() + i] = (float) value;
            }
        }
        return values;
    }
}
