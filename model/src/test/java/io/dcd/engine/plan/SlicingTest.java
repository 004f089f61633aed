package io.dcd.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.engine.ParameterLayout;
import io.dcd.engine.backend.Phase;
import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.GraphBuilder;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.graph.Tensor;
import io.dcd.engine.operation.Activation;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlicingTest {
    @Test
    void divisionCoversEverySampleOnceAndEvenly() {
        for (int batch = 1; batch < 40; batch++) {
            for (int most = 1; most < 12; most++) {
                List<Slice> slices = Slice.all(batch).divideIntoAtMost(most);
                int next = 0;
                for (Slice slice : slices) {
                    assertThat(slice.first()).isEqualTo(next);
                    assertThat(slice.samples())
                            .isBetween(slices.get(slices.size() - 1).samples() - 1, most);
                    next += slice.samples();
                }
                assertThat(next).isEqualTo(batch);
            }
        }
    }

    @Test
    void normalisationsAreTheOnlyBarriersOfAChain() {
        Graph graph = chain();
        Schedule schedule = Schedule.of(graph, new GradientFlow(graph, false), true);
        assertThat(schedule.forward())
                .extracting(Stage::tasks)
                .containsExactly(
                        List.of(new Task(0, Phase.FORWARD), new Task(1, Phase.REDUCE_FORWARD)),
                        List.of(
                                new Task(1, Phase.FORWARD),
                                new Task(2, Phase.FORWARD),
                                new Task(3, Phase.REDUCE_FORWARD)),
                        List.of(new Task(3, Phase.FORWARD)));
        assertThat(schedule.backward())
                .extracting(Stage::tasks)
                .containsExactly(
                        List.of(new Task(3, Phase.REDUCE_BACKWARD)),
                        List.of(
                                new Task(3, Phase.BACKWARD),
                                new Task(1, Phase.RECOMPUTE),
                                new Task(2, Phase.BACKWARD),
                                new Task(1, Phase.REDUCE_BACKWARD)),
                        List.of(new Task(1, Phase.BACKWARD), new Task(0, Phase.BACKWARD)));
    }

    @Test
    void inferenceIsOneStageOfSlices() {
        Graph graph = chain();
        Schedule schedule = Schedule.of(graph, new GradientFlow(graph, false), false);
        assertThat(schedule.forward()).hasSize(1);
        try (Plan whole = new Plan(
                        graph, new ReferenceBackend(), PlanOptions.inference(16).withoutFolding());
                Plan sliced = new Plan(
                        graph,
                        new ReferenceBackend(1, 1),
                        PlanOptions.inference(16).withoutFolding())) {
            assertThat(sliced.arenaElements()).isLessThan(whole.arenaElements() * 2 / 3);
        }
    }

    @Test
    void slicesGrowWithTheParametersOfAStage() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", new Shape(2, 2, 8));
        Graph graph =
                builder.build(builder.convolution("y", x, parameters.weight("W", 8, 8, 3, 3), 1, 1), parameters.all());
        PlanOptions options = PlanOptions.inference(100);
        GradientFlow gradients = new GradientFlow(graph, false);
        Schedule schedule = Schedule.of(graph, gradients, false);
        Placement placement = new Placement(graph, options, schedule, gradients, 100, new ReferenceBackend(1, 1));
        // 4 values for each of 576 parameters; a sample has 32 values of x and 32 of y.
        assertThat(placement.samples(0)).isEqualTo(36);
    }

    @Test
    void refusesAValueThatNobodyReads() {
        GraphBuilder builder = new GraphBuilder();
        Tensor x = builder.input("x", Shape.vector(2));
        Tensor y = builder.activate("y", x, Activation.RELU);
        builder.activate("lost", x, Activation.RELU6);
        Graph graph = builder.build(y, List.of());
        assertThatThrownBy(() -> new Plan(graph, new ReferenceBackend(), PlanOptions.inference(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lost");
    }

    /** Convolution, normalisation, convolution, normalisation. */
    private static Graph chain() {
        GraphBuilder builder = new GraphBuilder();
        ParameterLayout parameters = new ParameterLayout();
        Tensor x = builder.input("x", new Shape(4, 4, 3));
        Tensor a = builder.convolution("a", x, parameters.weight("A", 3, 3, 3, 3), 1, 1);
        Tensor b = builder.batchNormalization("b", a, parameters.normalization("b", 3), Activation.RELU6);
        Tensor c = builder.convolution("c", b, parameters.weight("C", 3, 3, 3, 3), 1, 1);
        Tensor d = builder.batchNormalization("d", c, parameters.normalization("d", 3), Activation.IDENTITY);
        return builder.build(d, parameters.all());
    }
}
